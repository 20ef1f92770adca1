package apkfarm.sandbox.app;

import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.Intent;
import android.content.pm.PackageInfo;
import android.hardware.Sensor;
import android.hardware.SensorManager;
import android.location.LocationManager;
import android.net.ConnectivityManager;
import android.net.NetworkInfo;
import android.os.BatteryManager;
import android.os.Environment;
import android.os.Handler;
import android.os.Looper;
import android.telephony.SubscriptionManager;
import apkfarm.sandbox.host.Job;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.robolectric.Shadows;
import org.robolectric.shadows.ShadowContentResolver;
import org.robolectric.shadows.ShadowLocationManager;
import org.robolectric.shadows.ShadowMediaPlayer;
import org.robolectric.shadows.ShadowSensor;
import org.robolectric.shadows.ShadowSensorManager;
import org.robolectric.shadows.ShadowSubscriptionManager;
import org.robolectric.shadows.ShadowSystemProperties;
import org.robolectric.shadows.ShadowWebView;
import org.robolectric.util.ReflectionHelpers;

/** What a phone has beside its apps: files of the kernel, properties, commands, a clipboard, a SIM, a place, a person's data. */
final class Phone {
  private static final int[] FIXES_MS = {1_000, 11_000, 61_000};
  private static final String CPU = "Hisilicon Kirin990";
  private static final int BATTERY = 73;
  private static final int[] SENSORS = {
    Sensor.TYPE_ACCELEROMETER,
    Sensor.TYPE_MAGNETIC_FIELD,
    Sensor.TYPE_ORIENTATION,
    Sensor.TYPE_GYROSCOPE,
    Sensor.TYPE_LIGHT,
    Sensor.TYPE_PROXIMITY,
    Sensor.TYPE_PRESSURE,
    Sensor.TYPE_GRAVITY,
    Sensor.TYPE_LINEAR_ACCELERATION,
    Sensor.TYPE_ROTATION_VECTOR,
    Sensor.TYPE_GAME_ROTATION_VECTOR,
    Sensor.TYPE_SIGNIFICANT_MOTION,
    Sensor.TYPE_STEP_DETECTOR,
    Sensor.TYPE_STEP_COUNTER,
  };
  /** Folders of the kernel that phones have; apps look whether they are there. */
  private static final Set<String> FOLDERS =
      Set.of(
          "/proc/uid_stat",
          "/proc/self",
          "/proc/net",
          "/sys/class/net",
          "/sys/class/power_supply/battery",
          "/sys/devices/virtual/ppp",
          "/sys/devices/virtual/switch",
          "/sys/devices/system/cpu",
          "/sys/module/alarm",
          "/sys/module/alarm/parameters");

  private static Phone current;

  private final Job job;
  private final Services services;
  private final Map<String, String> properties = new LinkedHashMap<>();
  private final Map<String, String> files = new LinkedHashMap<>();

  Phone(Job job) {
    this.job = job;
    services = new Services(job.services(), job.canaries());
    properties();
    files();
  }

  static void current(Phone phone) {
    current = phone;
  }

  static Phone current() {
    return current;
  }

  /** Google's and vendors' services, if there are any. */
  Services services() {
    return services;
  }

  private String canary(String kind) {
    return job.canaries().getOrDefault(kind, "");
  }

  private void properties() {
    properties.put("ro.product.brand", "HUAWEI");
    properties.put("ro.product.manufacturer", "HUAWEI");
    properties.put("ro.product.model", "ANA-AN00");
    properties.put("ro.product.device", "HWANA");
    properties.put("ro.product.name", "ANA-AN00");
    properties.put("ro.product.board", "ANA");
    properties.put("ro.product.cpu.abi", "arm64-v8a");
    properties.put("ro.hardware", "kirin990");
    properties.put("ro.build.version.release", "14");
    properties.put("ro.build.version.sdk", "34");
    properties.put("ro.build.version.emui", "EmotionUI_14.0.0");
    properties.put("ro.build.id", "HUAWEIANA-AN00");
    properties.put("ro.build.display.id", "ANA-AN00 102.0.0.176(C00)");
    properties.put("ro.build.tags", "release-keys");
    properties.put("ro.build.type", "user");
    properties.put("ro.debuggable", "0");
    properties.put("ro.secure", "1");
    properties.put("ro.serialno", canary("serial"));
    properties.put("ro.boot.serialno", canary("serial"));
    properties.put("gsm.sim.state", "LOADED");
    properties.put("gsm.operator.numeric", "46000");
    properties.put("gsm.sim.operator.numeric", "46000");
  }

  private void files() {
    StringBuilder processors = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      processors.append("processor\t: ").append(i).append("\nBogoMIPS\t: 3.84\nCPU implementer\t: 0x48\n\n");
    }
    files.put("/proc/cpuinfo", processors + "Hardware\t: " + CPU + "\n");
    files.put("/proc/meminfo", "MemTotal:        7849984 kB\nMemFree:         1312000 kB\nMemAvailable:    4120000 kB\n");
    files.put("/proc/version", "Linux version 5.10.43 (android@localhost) #1 SMP PREEMPT\n");
    files.put("/proc/self/cmdline", job.packageName() + "\0");
    files.put("/proc/self/status", "Name:\t" + job.packageName() + "\nState:\tR (running)\nTracerPid:\t0\n");
    files.put("/proc/self/maps", "");
    files.put("/proc/net/arp", "IP address       HW type     Flags       HW address            Mask     Device\n");
    files.put("/sys/class/net/wlan0/address", canary("mac") + "\n");
    files.put("/sys/class/net/eth0/address", canary("mac") + "\n");
    files.put("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "2860000\n");
    files.put("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_min_freq", "1018000\n");
    files.put("/sys/devices/system/cpu/possible", "0-7\n");
    files.put("/sys/devices/system/cpu/present", "0-7\n");
  }

  /** Gives the phone its owner's data; called when the framework is there and before the app's first line runs. */
  void setUp(Context context) {
    properties.forEach(ShadowSystemProperties::override);
    services.install(context);
    folders(context);
    new Installed(job, context).know();
    Dalvik.speak(properties, context.getCacheDir().getPath());
    // Every file and address has something to play, a minute long.
    ShadowMediaPlayer.setMediaInfoProvider(source -> new ShadowMediaPlayer.MediaInfo(60_000, 0));
    for (String authority : OwnersData.AUTHORITIES) {
      ShadowContentResolver.registerProviderInternal(authority, new OwnersData(job.canaries(), authority));
    }
    ClipboardManager clipboard = (ClipboardManager) context.getSystemService(Context.CLIPBOARD_SERVICE);
    if (job.canaries().containsKey("clipboard")) {
      clipboard.setPrimaryClip(ClipData.newPlainText("text", canary("clipboard")));
    }
    SubscriptionManager sim = (SubscriptionManager) context.getSystemService(Context.TELEPHONY_SUBSCRIPTION_SERVICE);
    Shadows.shadowOf(sim)
        .setActiveSubscriptionInfos(
            ShadowSubscriptionManager.SubscriptionInfoBuilder.newBuilder()
                .setId(1)
                .setIccId(canary("iccid"))
                .setNumber(canary("phone_number"))
                .setDisplayName("CMCC")
                .setCarrierName("CMCC")
                .buildSubscriptionInfo());
    ShadowSensorManager sensors = Shadows.shadowOf((SensorManager) context.getSystemService(Context.SENSOR_SERVICE));
    for (int type : SENSORS) {
      Sensor sensor = ShadowSensor.newInstance(type);
      ReflectionHelpers.setField(sensor, "mName", "sensor " + type);
      ReflectionHelpers.setField(sensor, "mVendor", "Huawei");
      sensors.addSensor(sensor);
    }
    ConnectivityManager networks = context.getSystemService(ConnectivityManager.class);
    for (NetworkInfo network : networks.getAllNetworkInfo()) {
      boolean wifi = network.getType() == ConnectivityManager.TYPE_WIFI;
      ReflectionHelpers.setField(network, "mTypeName", wifi ? "WIFI" : "MOBILE");
      ReflectionHelpers.setField(network, "mSubtypeName", wifi ? "" : "LTE");
      ReflectionHelpers.setField(network, "mExtraInfo", wifi ? null : "cmnet");
    }
    PackageInfo webView = new PackageInfo();
    webView.packageName = "com.google.android.webview";
    webView.versionName = "119.0.6045.193";
    webView.versionCode = 604519300;
    ShadowWebView.setCurrentWebViewPackage(webView);
    context.sendStickyBroadcast(
        new Intent(Intent.ACTION_BATTERY_CHANGED)
            .putExtra(BatteryManager.EXTRA_LEVEL, BATTERY)
            .putExtra(BatteryManager.EXTRA_SCALE, 100)
            .putExtra(BatteryManager.EXTRA_STATUS, BatteryManager.BATTERY_STATUS_DISCHARGING)
            .putExtra(BatteryManager.EXTRA_HEALTH, BatteryManager.BATTERY_HEALTH_GOOD)
            .putExtra(BatteryManager.EXTRA_PRESENT, true)
            .putExtra(BatteryManager.EXTRA_PLUGGED, 0)
            .putExtra(BatteryManager.EXTRA_VOLTAGE, 3_914)
            .putExtra(BatteryManager.EXTRA_TEMPERATURE, 287)
            .putExtra(BatteryManager.EXTRA_TECHNOLOGY, "Li-poly"));
    Shadows.shadowOf((BatteryManager) context.getSystemService(Context.BATTERY_SERVICE))
        .setIntProperty(BatteryManager.BATTERY_PROPERTY_CAPACITY, BATTERY);
  }

  /** Switches location on; Robolectric tells it to the application, which must be there. */
  void setPlaces(Context context) {
    ShadowLocationManager places =
        Shadows.shadowOf((LocationManager) context.getSystemService(Context.LOCATION_SERVICE));
    places.setLocationEnabled(true);
    places.setProviderEnabled(LocationManager.GPS_PROVIDER, true);
    places.setProviderEnabled(LocationManager.NETWORK_PROVIDER, true);
  }

  /** Folders under the names that they have on a phone: apps write those down instead of asking for them. */
  private void folders(Context context) {
    Path data = Path.of(context.getDataDir().getPath());
    Path shared = Environment.getExternalStorageDirectory().toPath();
    Map<String, Path> links =
        Map.of(
            "/tmp/data/data/" + job.packageName(), data,
            "/tmp/data/user/0/" + job.packageName(), data,
            "/tmp/storage/emulated/0", shared,
            "/tmp/storage/sdcard0", shared,
            "/tmp/sdcard", shared);
    links.forEach(
        (name, target) -> {
          try {
            Files.createDirectories(target);
            Path link = Path.of(name);
            if (Files.notExists(link)) {
              Files.createDirectories(link.getParent());
              Files.createSymbolicLink(link, target);
            }
          } catch (IOException | RuntimeException full) {
            // The app does not find it, as on a phone that is full; a package name may be no file name.
          }
        });
  }

  /** Lets those who listen know where the phone is, as soon as a receiver would. */
  void fix(LocationManager manager, Answers answers) {
    Handler handler = new Handler(Looper.getMainLooper());
    for (int delay : FIXES_MS) {
      handler.postDelayed(
          () -> {
            Shadows.shadowOf(manager).simulateLocation(answers.location(LocationManager.GPS_PROVIDER));
            Shadows.shadowOf(manager).simulateLocation(answers.location(LocationManager.NETWORK_PROVIDER));
          },
          delay);
    }
  }

  /** Returns the file to read in place of one of the kernel's, or null if `path` is none of those. */
  File virtual(String path) {
    if (!path.startsWith("/proc/") && !path.startsWith("/sys/")) {
      return null;
    }
    String own = path.replaceFirst("^/proc/\\d+/", "/proc/self/");
    String content = files.get(own);
    if (content == null && FOLDERS.contains(own)) {
      File folder = new File("/tmp/phone" + own);
      folder.mkdirs();
      return folder;
    }
    if (content == null) {
      return new File(path.replaceFirst("^/(proc|sys)/", "/$1/0/")); // Is nowhere, and says so by a likely name.
    }
    Path file = Path.of("/tmp/phone" + own);
    if (!Files.exists(file)) {
      try {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content, StandardCharsets.UTF_8);
      } catch (IOException full) {
        return file.toFile(); // The app is told that there is no such file.
      }
    }
    return file.toFile();
  }

  /** Returns what a command says on a phone; only those are there that apps ask for the device's identity. */
  Process run(List<String> command) throws IOException {
    List<String> words = command;
    if (words.size() == 3 && words.get(0).endsWith("sh") && "-c".equals(words.get(1))) {
      words = List.of(String.valueOf(words.get(2)).trim().split("\\s+"));
    }
    String program = words.isEmpty() ? "" : String.valueOf(words.get(0));
    String name = program.substring(program.lastIndexOf('/') + 1);
    String argument = words.size() > 1 ? String.valueOf(words.get(1)) : null;
    if (name.equals("getprop")) {
      return new Said(argument == null ? allProperties() : properties.getOrDefault(argument, "") + "\n");
    }
    File file = name.equals("cat") && argument != null ? virtual(argument) : null;
    if (file != null && file.exists()) {
      return new Said(Files.readString(file.toPath()));
    }
    if (name.equals("pm") && "list".equals(argument)) {
      return new Said("package:" + job.packageName() + "\npackage:" + canary("installed_apps") + "\n");
    }
    throw new IOException("Cannot run program \"" + program + "\": error=13, Permission denied");
  }

  private String allProperties() {
    StringBuilder all = new StringBuilder();
    properties.forEach((key, value) -> all.append('[').append(key).append("]: [").append(value).append("]\n"));
    return all.toString();
  }

  /** A process that has said its text and ended. */
  private static final class Said extends Process {
    private final InputStream output;

    Said(String text) {
      this.output = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return output;
    }

    @Override
    public InputStream getErrorStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public int waitFor() {
      return 0;
    }

    @Override
    public int exitValue() {
      return 0;
    }

    @Override
    public void destroy() {
      // It has ended.
    }
  }
}
