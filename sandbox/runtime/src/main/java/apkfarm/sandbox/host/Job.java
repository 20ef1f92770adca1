package apkfarm.sandbox.host;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** What the worker has said about the app: a properties file beside the APK. */
public record Job(
    Path apk,
    String packageName,
    int targetSdk,
    String launcher,
    Map<String, Set<String>> members,
    Map<String, String> canaries) {

  /** Reads the file; {@code members} are lines {@code android.telephony.TelephonyManager.getDeviceId}. */
  public static Job read(Path file) throws IOException {
    Properties values = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      values.load(reader);
    }
    Map<String, Set<String>> members = new HashMap<>();
    for (String member : values.getProperty("members", "").split(" ")) {
      int dot = member.lastIndexOf('.');
      if (dot > 0) {
        members.computeIfAbsent(member.substring(0, dot), k -> new HashSet<>()).add(member.substring(dot + 1));
      }
    }
    Map<String, String> canaries = new HashMap<>();
    values.stringPropertyNames().stream()
        .filter(name -> name.startsWith("canary."))
        .forEach(name -> canaries.put(name.substring("canary.".length()), values.getProperty(name)));
    return new Job(
        Path.of(values.getProperty("apk")),
        values.getProperty("package"),
        Integer.parseInt(values.getProperty("target_sdk")),
        values.getProperty("launcher"),
        members,
        canaries);
  }
}
