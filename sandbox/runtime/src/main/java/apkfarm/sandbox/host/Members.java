package apkfarm.sandbox.host;

import java.util.HashSet;
import java.util.Set;

/** Which calls and fields of the app go through the hooks: those of the job's tables, and the sandbox's own. */
public final class Members {
  /** Calls that the sandbox itself must see, whatever the tables say. */
  private static final Set<String> CONTROL =
      Set.of(
          "java.lang.Class.getDeclaredField",
          "java.lang.ClassLoader.getSystemClassLoader",
          "java.lang.System.exit",
          "java.lang.System.load",
          "java.lang.System.loadLibrary",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.Runtime.exit",
          "java.lang.Runtime.halt",
          "java.lang.Runtime.exec",
          "java.lang.Runtime.load",
          "java.lang.Runtime.loadLibrary",
          "java.lang.ProcessBuilder.start",
          "java.lang.Thread.sleep",
          "java.lang.reflect.Method.invoke",
          "java.lang.reflect.Constructor.newInstance",
          "java.net.InetAddress.getByName",
          "java.net.InetAddress.getAllByName",
          "java.net.NetworkInterface.getByName",
          "java.net.NetworkInterface.isUp",
          "java.nio.charset.Charset.forName",
          "java.nio.charset.Charset.isSupported",
          "java.io.FileInputStream.<init>",
          "java.io.FileReader.<init>",
          "java.io.RandomAccessFile.<init>",
          "java.util.Scanner.<init>",
          "javax.xml.parsers.SAXParserFactory.newInstance",
          "android.os.SystemClock.sleep",
          "android.os.Environment.isExternalStorageManager",
          "android.os.Process.killProcess",
          "android.content.Context.startService",
          "android.content.Context.startForegroundService",
          "android.content.Context.bindService",
          "android.content.Context.unbindService",
          "android.content.Context.stopService",
          "android.content.Context.sendBroadcast",
          "android.content.Context.sendOrderedBroadcast",
          "android.app.Activity.requestPermissions",
          "android.app.Activity.startIntentSenderForResult",
          "android.app.PendingIntent.send",
          "android.content.Context.startIntentSender",
          "android.content.IntentSender.sendIntent",
          "android.net.ConnectivityManager.registerNetworkCallback",
          "android.net.ConnectivityManager.requestNetwork",
          "android.app.Fragment.requestPermissions",
          "android.webkit.WebView.loadUrl",
          "android.webkit.WebView.loadData",
          "android.webkit.WebView.loadDataWithBaseURL");

  private Members() {}

  /** Returns the calls, such as {@code java.lang.System.exit}. */
  public static Set<String> calls(Job job) {
    Set<String> all = new HashSet<>(CONTROL);
    all.addAll(job.sensitive().keySet());
    all.addAll(job.plants().keySet());
    all.addAll(job.sinks().keySet());
    all.removeAll(fields(job));
    return all;
  }

  /** Constants are written as such; no method of the platform is. */
  static Set<String> fields(Job job) {
    Set<String> found = new HashSet<>();
    for (String member : job.plants().keySet()) {
      if (member.substring(member.lastIndexOf('.') + 1).matches("[A-Z][A-Z0-9_]+")) {
        found.add(member);
      }
    }
    return found;
  }
}
