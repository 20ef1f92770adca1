package apkfarm.sandbox.app;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Where an app's native libraries lie on a phone: apps look whether they are there before they load them. The files have
 * their names and lengths and no content, which costs no memory.
 */
final class Libraries {
  private static final int MAX = 200;
  private static final Pattern ENTRY = Pattern.compile("lib/([\\w-]+)/([\\w.+-]+\\.so)");
  /** Names of the folder by ABI, the phone's favourite first. Source: AOSP, {@code VMRuntime.ABI_TO_INSTRUCTION_SET_MAP}. */
  private static final List<Map.Entry<String, String>> FOLDERS =
      List.of(Map.entry("arm64-v8a", "arm64"), Map.entry("armeabi-v7a", "arm"), Map.entry("armeabi", "arm"));

  private Libraries() {}

  /**
   * Makes the folder.
   *
   * @param apk whose libraries they are
   * @param parent where the phone keeps the app
   * @param extracted whether the app has its libraries taken out of the APK; if not, the folder is empty
   * @return the folder
   */
  static Path lay(Path apk, Path parent, boolean extracted) throws IOException {
    try (ZipFile zip = new ZipFile(apk.toFile())) {
      Map.Entry<String, String> abi = chosen(zip);
      Path folder = parent.resolve("lib").resolve(abi.getValue());
      Files.createDirectories(folder);
      if (extracted) {
        fill(zip, abi.getKey(), folder);
      }
      return folder;
    }
  }

  /** The first of the phone's ABIs for which the app has a library. */
  private static Map.Entry<String, String> chosen(ZipFile zip) {
    for (Map.Entry<String, String> abi : FOLDERS) {
      if (zip.stream().anyMatch(entry -> entry.getName().startsWith("lib/" + abi.getKey() + "/"))) {
        return abi;
      }
    }
    return FOLDERS.get(0);
  }

  private static void fill(ZipFile zip, String abi, Path folder) throws IOException {
    int made = 0;
    for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements() && made < MAX; ) {
      ZipEntry entry = all.nextElement();
      Matcher name = ENTRY.matcher(entry.getName());
      if (name.matches() && name.group(1).equals(abi)) {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name.group(2)).toFile(), "rw")) {
          file.setLength(Math.max(0, entry.getSize()));
        }
        made++;
      }
    }
  }
}
