package apkfarm.sandbox.app;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What Java says of itself on Android: libraries ask for it to find out whether they are on a phone.
 *
 * <p>Source: AOSP, {@code java.lang.AndroidHardcodedSystemProperties} and {@code RuntimeInit.getDefaultUserAgent}.
 */
final class Dalvik {
  private static final String PROJECT = "The Android Project";
  private static final String VERSION = "2.1.0";

  private Dalvik() {}

  /** Lets the JVM answer for the rest of its life as a phone's runtime does. */
  static void speak(Map<String, String> phone, String temporaryFolder) {
    System.getProperties().putAll(properties(phone));
    System.setProperty("java.io.tmpdir", temporaryFolder);
  }

  /** @param phone properties of the phone, such as {@code ro.product.model} */
  static Map<String, String> properties(Map<String, String> phone) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("java.class.path", ".");
    all.put("java.class.version", "50.0");
    all.put("java.library.path", "/system/lib64:/system_ext/lib64");
    all.put("java.runtime.name", "Android Runtime");
    all.put("java.runtime.version", "0.9");
    all.put("java.specification.name", "Dalvik Core Library");
    all.put("java.specification.vendor", PROJECT);
    all.put("java.specification.version", "0.9");
    all.put("java.vendor", PROJECT);
    all.put("java.vendor.url", "http://www.android.com/");
    all.put("java.version", "0");
    all.put("java.vm.name", "Dalvik");
    all.put("java.vm.specification.name", "Dalvik Virtual Machine Specification");
    all.put("java.vm.specification.vendor", PROJECT);
    all.put("java.vm.specification.version", "0.9");
    all.put("java.vm.vendor", PROJECT);
    all.put("java.vm.version", VERSION);
    all.put("os.arch", "aarch64");
    all.put("http.agent", userAgent(phone));
    return all;
  }

  private static String userAgent(Map<String, String> phone) {
    return "Dalvik/" + VERSION + " (Linux; U; Android " + phone.get("ro.build.version.release") + "; "
        + phone.get("ro.product.model") + " Build/" + phone.get("ro.build.id") + ")";
  }
}
