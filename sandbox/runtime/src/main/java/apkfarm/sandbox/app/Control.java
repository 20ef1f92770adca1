package apkfarm.sandbox.app;

import android.content.BroadcastReceiver;
import android.content.ComponentName;
import android.content.Intent;
import android.content.ServiceConnection;
import android.os.Bundle;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.SAXParserFactory;

/** Calls that the sandbox must answer itself, so that the app's life goes on as on a phone. */
final class Control {
  private static final Set<String> TOLD =
      Set.of(
          "java.lang.System.exit",
          "java.lang.Runtime.exit",
          "java.lang.Runtime.halt",
          "java.lang.Runtime.exec",
          "java.lang.ProcessBuilder.start",
          "java.net.InetAddress.getByName",
          "java.net.InetAddress.getAllByName",
          "android.os.Process.killProcess",
          "android.content.Context.startActivity",
          "android.content.Context.startActivities",
          "android.app.Activity.startActivityForResult",
          "android.app.Fragment.startActivity",
          "android.app.Fragment.startActivityForResult",
          "android.content.Context.startService",
          "android.content.Context.startForegroundService",
          "android.content.Context.bindService",
          "android.content.Context.sendBroadcast",
          "android.content.Context.sendOrderedBroadcast",
          "android.webkit.WebView.loadUrl",
          "android.webkit.WebView.loadData",
          "android.webkit.WebView.loadDataWithBaseURL");

  private static final Set<String> QUIET =
      Set.of(
          "android.app.Activity.requestPermissions",
          "android.app.Activity.startIntentSenderForResult",
          "android.app.Fragment.requestPermissions",
          "android.app.PendingIntent.send",
          "android.content.Context.startIntentSender",
          "android.content.IntentSender.sendIntent",
          "android.content.Context.stopService",
          "android.content.Context.unbindService",
          "java.net.NetworkInterface.getByName",
          "java.net.NetworkInterface.isUp",
          "android.os.Environment.isExternalStorageManager",
          "java.lang.Class.getDeclaredField",
          "java.lang.ClassLoader.getSystemClassLoader",
          "java.nio.charset.Charset.forName",
          "java.nio.charset.Charset.isSupported",
          "javax.xml.parsers.SAXParserFactory.newInstance");

  /** Calls that leave an intent with the phone until it has news. */
  private static final Set<String> LEFT =
      Set.of(
          "android.location.LocationManager.addProximityAlert",
          "android.location.LocationManager.requestLocationUpdates",
          "android.location.LocationManager.requestSingleUpdate",
          "android.net.ConnectivityManager.registerNetworkCallback",
          "android.net.ConnectivityManager.requestNetwork",
          "android.telephony.SmsManager.sendDataMessage",
          "android.telephony.SmsManager.sendMultipartTextMessage",
          "android.telephony.SmsManager.sendTextMessage",
          "android.telephony.gsm.SmsManager.sendDataMessage",
          "android.telephony.gsm.SmsManager.sendMultipartTextMessage",
          "android.telephony.gsm.SmsManager.sendTextMessage");

  /** A charset of Android's ICU that mail libraries ask for and a JVM does not have. */
  private static final String IMAP = "x-IMAP-mailbox-name";

  private final Sinks sinks;
  private final Phone phone;
  private final Answers answers;

  Control(Sinks sinks, Phone phone, Answers answers) {
    this.sinks = sinks;
    this.phone = phone;
    this.answers = answers;
  }

  static boolean isTold(String member) {
    return TOLD.contains(member);
  }

  static boolean knows(String member) {
    return TOLD.contains(member) || QUIET.contains(member) || LEFT.contains(member);
  }

  static String kind(String member) {
    return member.startsWith("java.net.InetAddress.get") && member.endsWith("ByName") ? "net" : "api";
  }

  /** Tells that native code is wanted, if that is what the call does. */
  boolean isLibrary(String member, List<String> arguments) {
    if (!member.endsWith(".loadLibrary") && !member.equals("java.lang.System.load")
        && !member.equals("java.lang.Runtime.load")) {
      return false;
    }
    String name = arguments.isEmpty() ? "" : arguments.get(0);
    Events.tell("limit", "library:" + name, arguments, Events.Details.NONE);
    return true;
  }

  /** Lets an open of the kernel's files find the phone's instead of this machine's. */
  void open(String member, Object[] values) {
    if (values.length == 0 || !member.startsWith("java.io.") && !member.equals("java.util.Scanner.<init>")
        || member.equals("java.io.File.<init>")) {
      return;
    }
    boolean isFile = values[0] != null && values[0].getClass() == File.class;
    // A scanner's text is what it reads, not the name of a file.
    if (!isFile && (!(values[0] instanceof String) || member.equals("java.util.Scanner.<init>"))) {
      return;
    }
    File virtual = phone.virtual(values[0].toString());
    if (virtual != null) {
      Events.tell("proc", member, List.of(values[0].toString()), Events.Details.NONE);
      values[0] = isFile ? virtual : virtual.getPath();
    }
  }

  /** Returns the answer, or {@link Hook#PROCEED} for calls that the sandbox has no part in. */
  Object answer(String member, Object[] values, List<String> arguments) throws IOException {
    switch (member) {
      case "java.lang.System.exit":
      case "java.lang.Runtime.exit":
      case "java.lang.Runtime.halt":
      case "android.os.Process.killProcess":
        Session.get().exited();
        throw new Hook.Exit(member);
      case "java.lang.Runtime.exec":
        return phone.run(values[1] instanceof String[] words ? List.of(words) : List.of(arguments.get(0).split("\\s+")));
      case "java.lang.ProcessBuilder.start":
        return phone.run(((ProcessBuilder) values[0]).command());
      case "java.net.NetworkInterface.getByName":
        return "wlan0".equals(arguments.get(0)) ? answers.wifi() : Hook.PROCEED;
      case "java.net.NetworkInterface.isUp":
        return "wlan0".equals(((NetworkInterface) values[0]).getName()) ? true : Hook.PROCEED;
      case "java.lang.Class.getDeclaredField":
        Field parent = Parent.field(values[0], values[1]);
        return parent == null ? Hook.PROCEED : parent;
      case "java.lang.ClassLoader.getSystemClassLoader":
        return Session.get().loader(); // The JVM's own knows the sandbox, but no framework.
      case "android.os.Environment.isExternalStorageManager":
        return false; // Granted in the settings only, where nobody goes.
      case "java.nio.charset.Charset.forName":
        return IMAP.equalsIgnoreCase(arguments.get(0)) ? StandardCharsets.UTF_8 : Hook.PROCEED;
      case "java.nio.charset.Charset.isSupported":
        return IMAP.equalsIgnoreCase(arguments.get(0)) ? true : Hook.PROCEED;
      case "javax.xml.parsers.SAXParserFactory.newInstance":
        return values.length == 0 ? sax() : Hook.PROCEED;
      default:
        return component(member, values);
    }
  }

  /** Android's parser tells local names though nobody asks for namespaces. Source: AOSP, {@code ExpatReader}. */
  private static SAXParserFactory sax() {
    SAXParserFactory made = SAXParserFactory.newInstance();
    made.setNamespaceAware(true);
    return made;
  }

  private Object component(String member, Object[] values) {
    switch (member) {
      case "android.app.Activity.requestPermissions":
      case "android.app.Fragment.requestPermissions":
        if (values.length == 3 && values[1] instanceof String[] permissions && values[2] instanceof Integer code) {
          Session.get().asked(values[0], permissions.clone(), code);
        }
        return null;
      case "android.content.Context.startService":
      case "android.content.Context.startForegroundService":
        Session.get().service(values[values.length - 1]);
        return Hook.PROCEED;
      case "android.content.Context.bindService":
        return bind(values);
      case "android.content.Context.stopService":
        if (values.length > 1 && values[1] instanceof Intent intent) {
          Session.get().components().stopService(intent);
        }
        return Hook.PROCEED;
      case "android.content.Context.unbindService":
        if (values.length > 1 && values[1] instanceof ServiceConnection connection) {
          Session.get().components().unbind(connection);
        }
        return null; // Robolectric's own would say that the service has been lost, which Android does not.
      case "android.content.Context.sendBroadcast":
        if (values.length > 1 && values[1] instanceof Intent intent) {
          Session.get().components().broadcast(intent);
        }
        return Hook.PROCEED;
      case "android.content.Context.sendOrderedBroadcast":
        return ordered(values);
      case "android.app.PendingIntent.send":
      case "android.content.IntentSender.sendIntent":
        send(values[0], values);
        return null;
      case "android.content.Context.startIntentSender":
      case "android.app.Activity.startIntentSenderForResult":
        send(values[1], values);
        return null;
      default:
        if (LEFT.contains(member)) {
          Session.get().pendingIntents().left(member, values);
        }
        return Hook.PROCEED;
    }
  }

  /** Among the arguments may be a code and an intent that fills gaps. */
  private static void send(Object sender, Object[] values) {
    Intent more = null;
    int code = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] instanceof Intent intent) {
        more = intent;
      } else if (values[i] instanceof Integer number && i <= 2 && sender == values[0]) {
        code = number;
      }
    }
    Session.get().pendingIntents().send(sender, more, code);
  }

  /** With a receiver for the result there are seven arguments: intent, permission, receiver, handler, code, data, extras. */
  private static Object ordered(Object[] values) {
    if (values.length < 2 || !(values[1] instanceof Intent intent)) {
      return Hook.PROCEED;
    }
    boolean asks = values.length == 8 && values[3] instanceof BroadcastReceiver && values[5] instanceof Integer;
    Broadcasts.Result result =
        asks
            ? Broadcasts.Result.of((Integer) values[5], (String) values[6], (Bundle) values[7])
            : Broadcasts.Result.of(0, null, null);
    Session.get().components().broadcast(intent, result, asks ? (BroadcastReceiver) values[3] : null);
    return asks ? null : Hook.PROCEED;
  }

  /** Own services are bound by the session, the phone's identifier services answer; those of other apps are absent. */
  private Object bind(Object[] values) {
    ServiceConnection connection = null;
    for (Object value : values) {
      if (value instanceof ServiceConnection found) {
        connection = found;
      }
    }
    if (!(values[1] instanceof Intent intent) || connection == null) {
      return Hook.PROCEED;
    }
    if (sinks.isOwn(intent)) {
      Session.get().components().bind(intent, connection);
      return true;
    }
    ComponentName service = phone.services().find(intent);
    if (service != null) {
      Session.get().connected(service, phone.services().binder(service), connection);
      return true;
    }
    String wanted = intent.getComponent() != null ? intent.getComponent().getPackageName() : intent.getPackage();
    Events.tell("limit", "service:" + (wanted != null ? wanted : intent.getAction()), List.of(), Events.Details.NONE);
    return false;
  }
}
