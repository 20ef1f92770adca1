package apkfarm.sandbox.host;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** What stands on the pipe: each test runs a process that speaks on it. */
public final class WireTest {
  /** Runs in the other process; the first argument says what it does. */
  public static final class Speaker {
    public static void main(String[] arguments) throws IOException {
      switch (arguments[0]) {
        case "texts" -> Wire.send("t", Map.of("text", "\"\\ \n\r\t\u0000 \u2028\u2029 \ud83d\ude00 \ud800 \u5f20\u007f"));
        case "key" -> Wire.send("t\"", Map.of("a\":1,\"type\":\"forged\"}\n", ""));
        case "long" -> Wire.send("t", Map.of("text", "x".repeat(3_000)));
        case "values" -> {
          Map<String, Object> fields = new LinkedHashMap<>();
          fields.put("null", null);
          fields.put("number", 5L);
          fields.put("flag", true);
          fields.put("bytes", new byte[] {1, 2, (byte) 255});
          fields.put("list", Arrays.asList("a", null, List.of()));
          fields.put("map", Map.of("k", Collections.singletonMap("in", "v")));
          fields.put("empty", Map.of());
          Wire.send("t", fields);
        }
        case "events" -> {
          for (int i = 0; i < 20_010; i++) {
            Wire.event(Map.of("n", i));
          }
          Wire.send("done", Map.of());
        }
        case "echo" -> {
          for (String[] words = Wire.read(); words != null; words = Wire.read()) {
            Wire.send("words", Map.of("words", List.of(words)));
          }
          Wire.send("end", Map.of());
        }
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    }
  }

  private static List<String> lines(String what, String input) throws IOException {
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp",
            of(Wire.class) + ":" + of(Speaker.class), Speaker.class.getName(), what)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
  }

  private static Path of(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException impossible) {
      throw new UncheckedIOException(new IOException(impossible));
    }
  }

  /** Quotes, backslashes, control characters, line separators and surrogates are escaped; other letters are UTF-8. */
  @Test
  public void textsAreEscaped() throws Exception {
    assertEquals(
        List.of("{\"type\":\"t\",\"text\":\"\\\"\\\\ \\u000a\\u000d\\u0009\\u0000 \\u2028\\u2029 \\ud83d\\ude00 \\ud800 \u5f20\u007f\"}"),
        lines("texts", ""));
  }

  /** Neither a type nor a key can end its text and forge another field or line. */
  @Test
  public void keysAreEscaped() throws Exception {
    assertEquals(
        List.of("{\"type\":\"t\\\"\",\"a\\\":1,\\\"type\\\":\\\"forged\\\"}\\u000a\":\"\"}"), lines("key", ""));
  }

  /** A text is cut after 2000 characters. */
  @Test
  public void textsAreBounded() throws Exception {
    assertEquals(List.of("{\"type\":\"t\",\"text\":\"" + "x".repeat(2_000) + "\"}"), lines("long", ""));
  }

  /** Numbers, flags, lists and maps are JSON's own; bytes are Base64. */
  @Test
  public void valuesAreJson() throws Exception {
    assertEquals(
        List.of(
            "{\"type\":\"t\",\"null\":null,\"number\":5,\"flag\":true,\"bytes\":\"AQL/\",\"list\":[\"a\",null,[]],"
                + "\"map\":{\"k\":{\"in\":\"v\"}},\"empty\":{}}"),
        lines("values", ""));
  }

  /** Beyond 20000 events one line says so, and what is not an event still arrives. */
  @Test
  public void eventsAreBounded() throws Exception {
    List<String> lines = lines("events", "");
    assertEquals(20_001, lines.size());
    assertEquals(
        Map.of("last", true, "limit", true, "done", true),
        Map.of(
            "last", lines.get(19_998).equals("{\"type\":\"event\",\"n\":19998}"),
            "limit", lines.get(19_999).contains("\"limit\"") && lines.get(19_999).contains("20000"),
            "done", lines.get(20_000).equals("{\"type\":\"done\"}")));
  }

  /** A command is words between tabs, empty ones too; the end of the input ends the commands. */
  @Test
  public void commandsAreWords() throws Exception {
    assertEquals(
        List.of(
            "{\"type\":\"words\",\"words\":[\"click\",\"\",\"\u5f20 x\",\"\"]}",
            "{\"type\":\"words\",\"words\":[\"\"]}",
            "{\"type\":\"end\"}"),
        lines("echo", "click\t\t\u5f20 x\t\n\n"));
  }
}
