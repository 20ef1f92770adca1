package apkfarm.sandbox.host;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;

/**
 * What the worker has said about the app: a properties file beside the APK.
 *
 * @param dangerous permissions that Android asks the user for, with their group
 * @param certificate that the app is signed with, DER; null if it has none that can be read
 * @param sensitive rows by member such as {@code android.telephony.TelephonyManager.getDeviceId}
 * @param plants answers by member
 * @param sinks by member
 * @param canaries planted values by kind
 * @param needles texts that prove that a planted value is there, by kind
 * @param services what Google's and vendors' services answer; empty on a phone without them
 */
public record Job(
    Path apk,
    String packageName,
    int targetSdk,
    String launcher,
    Map<String, String> dangerous,
    byte[] certificate,
    Map<String, List<Rules.Sensitive>> sensitive,
    Map<String, List<Rules.Plant>> plants,
    Map<String, Rules.Sink> sinks,
    Map<String, String> canaries,
    Map<String, List<String>> needles,
    ServiceTables services) {

  /** Reads the file. */
  public static Job read(Path file) throws IOException {
    Properties values = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      values.load(reader);
    }
    return new Job(
        Path.of(values.getProperty("apk")),
        values.getProperty("package"),
        Integer.parseInt(values.getProperty("target_sdk")),
        values.getProperty("launcher"),
        Rules.pairs(values.getProperty("dangerous", "")),
        values.containsKey("certificate") ? HexFormat.of().parseHex(values.getProperty("certificate")) : null,
        Rules.sensitive(values.getProperty("members", "")),
        Rules.plants(values.getProperty("plants", "")),
        Rules.sinks(values.getProperty("sinks", "")),
        group(values, "canary.", text -> text),
        group(values, "needles.", Rules::texts),
        ServiceTables.read(values));
  }

  /** Returns the names of all sensitive members by their class. */
  public Map<String, Set<String>> members() {
    Map<String, Set<String>> found = new HashMap<>();
    for (String member : sensitive.keySet()) {
      int dot = member.lastIndexOf('.');
      found.computeIfAbsent(member.substring(0, dot), k -> new HashSet<>()).add(member.substring(dot + 1));
    }
    return found;
  }

  private static <T> Map<String, T> group(Properties values, String prefix, Function<String, T> reading) {
    Map<String, T> found = new HashMap<>();
    for (String name : values.stringPropertyNames()) {
      if (name.startsWith(prefix)) {
        found.put(name.substring(prefix.length()), reading.apply(values.getProperty(name)));
      }
    }
    return found;
  }
}
