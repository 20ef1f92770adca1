package apkfarm.sandbox.host;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The line protocol with the worker: commands come in on standard input, one JSON object per line goes out on standard
 * output.
 *
 * <p>What the app prints goes to standard error. Lines are bounded, so that an app cannot fill the worker's memory.
 */
public final class Wire {
  private static final int MAX_TEXT = 2_000;
  private static final int MAX_EVENTS = 20_000;
  private static final OutputStream OUT = new FileOutputStream(FileDescriptor.out);
  private static final BufferedReader IN =
      new BufferedReader(new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8));
  private static int events;

  private Wire() {}

  /** Returns the words of the next command, or null when the worker has closed the pipe. */
  public static String[] read() throws IOException {
    String line = IN.readLine();
    return line == null ? null : line.split("\t", -1);
  }

  /** Sends something that happened; beyond a bound only the first that is lost is told. */
  public static synchronized void event(Map<String, ?> fields) {
    if (++events < MAX_EVENTS) {
      send("event", fields);
    } else if (events == MAX_EVENTS) {
      send("event", Map.of("kind", "limit", "op", "events", "args", List.of(String.valueOf(MAX_EVENTS))));
    }
  }

  /** Sends one line: the type, and its fields. */
  public static synchronized void send(String type, Map<String, ?> fields) {
    StringBuilder line = new StringBuilder("{\"type\":");
    text(line, type);
    fields.forEach(
        (key, value) -> {
          line.append(',');
          text(line, key);
          line.append(':');
          json(line, value);
        });
    try {
      OUT.write(line.append("}\n").toString().getBytes(StandardCharsets.UTF_8));
      OUT.flush();
    } catch (IOException gone) {
      Runtime.getRuntime().halt(3); // Nobody listens: there is no reason to go on.
    }
  }

  private static void json(StringBuilder out, Object value) {
    if (value == null || value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof byte[] bytes) {
      out.append('"').append(Base64.getEncoder().encodeToString(bytes)).append('"');
    } else if (value instanceof Map<?, ?> map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.append(separator);
        text(out, String.valueOf(entry.getKey()));
        out.append(':');
        json(out, entry.getValue());
        separator = ",";
      }
      out.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof Collection<?> list) {
      String separator = "[";
      for (Object item : list) {
        out.append(separator);
        json(out, item);
        separator = ",";
      }
      out.append(list.isEmpty() ? "[]" : "]");
    } else {
      text(out, String.valueOf(value));
    }
  }

  private static void text(StringBuilder out, String text) {
    out.append('"');
    int end = Math.min(text.length(), MAX_TEXT);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
