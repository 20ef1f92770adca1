package apkfarm.sandbox.app;

import android.content.ComponentName;
import android.content.Intent;
import android.net.Uri;
import android.os.SystemClock;
import apkfarm.sandbox.host.Wire;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.URL;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the app's sensitive calls arrive: told to the worker with their stack, and answered where there is a plant. */
public final class Hook {
  /** The answer that lets the real call happen. */
  public static final Object PROCEED = new Object();

  private static final int MAX_STACK = 40;
  private static final int MAX_TEXT = 300;
  private static final int MAX_REPEATS = 50;
  private static final long CLOCK = 1_767_225_600_000L; // 2026-01-01: the same in every run.
  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);
  private static final Map<String, Integer> SEEN = new HashMap<>();

  /** Ends the app's thread when the app ends its own process. */
  static final class Exit extends Error {
    Exit(String how) {
      super(how);
    }
  }

  private Hook() {}

  /** Called in place of a native method. */
  public static void nativeCall(String member) {
    tell("limit", "native:" + member, List.of());
  }

  /** Called before a sensitive constructor. */
  public static void made(String member) {
    tell("api", member, List.of());
  }

  /**
   * Called in place of a sensitive call.
   *
   * @param member such as {@code android.telephony.TelephonyManager.getDeviceId}
   * @param values the object, unless the call is static, and its arguments
   */
  public static Object call(String member, Object[] values, boolean isStatic) throws Throwable {
    switch (member) {
      case "java.lang.System.currentTimeMillis":
        return CLOCK + SystemClock.uptimeMillis();
      case "java.lang.System.nanoTime":
        return SystemClock.uptimeMillis() * 1_000_000L + System.nanoTime() % 1_000_000L;
      case "java.lang.Thread.sleep":
      case "android.os.SystemClock.sleep":
        Session.get().sleep((Long) values[0]);
        return null;
      default:
        break;
    }
    if (INSIDE.get()) {
      return PROCEED;
    }
    INSIDE.set(true);
    try {
      return answer(member, member.substring(member.lastIndexOf('.') + 1), values, isStatic);
    } finally {
      INSIDE.set(false);
    }
  }

  private static Object answer(String member, String name, Object[] values, boolean isStatic) throws Throwable {
    if (member.equals("java.lang.reflect.Method.invoke")) {
      Method target = (Method) values[0];
      String reached = target.getDeclaringClass().getName() + "." + target.getName();
      if (!Session.get().isSensitive(reached)) {
        return PROCEED;
      }
      Object[] inner = values[2] instanceof Object[] array ? array : new Object[0];
      tell("api", reached, texts(inner, 0), "java.lang.reflect.Method.invoke");
      Object planted = planted(reached, target.getName(), inner);
      return planted == null ? PROCEED : planted;
    }
    List<String> arguments = texts(values, isStatic ? 0 : 1);
    if (name.equals("loadLibrary") || name.equals("load")) {
      tell("limit", "library:" + (arguments.isEmpty() ? "" : arguments.get(0)), arguments);
      return null;
    }
    tell(member.startsWith("java.net.") ? "net" : "api", member, arguments);
    switch (member) {
      case "java.lang.System.exit":
      case "java.lang.Runtime.exit":
      case "java.lang.Runtime.halt":
      case "android.os.Process.killProcess":
        Session.get().exited();
        throw new Exit(member);
      case "java.lang.Runtime.exec":
      case "java.lang.ProcessBuilder.start":
        throw new IOException("Cannot run program: permission denied");
      case "java.net.InetAddress.getByName":
        return named(arguments);
      case "java.net.InetAddress.getAllByName":
        return new InetAddress[] {named(arguments)};
      default:
        break;
    }
    if (name.equals("requestPermissions")) {
      return null; // Nobody answers: as on a phone that lies on the table.
    }
    if (name.equals("startService") || name.equals("startForegroundService")) {
      Session.get().service(values[values.length - 1]);
    }
    Object planted = planted(member, name, Arrays.copyOfRange(values, isStatic ? 0 : 1, values.length));
    return planted == null ? PROCEED : planted;
  }

  /** One reserved address per name, so that no name leaves the machine and each can be told from the others. */
  private static InetAddress named(List<String> arguments) throws UnknownHostException {
    String name = arguments.isEmpty() ? "" : arguments.get(0);
    int hash = name.hashCode();
    return InetAddress.getByAddress(name, new byte[] {(byte) 198, 18, (byte) (hash >> 8), (byte) hash});
  }

  /** Returns the planted value of a member, or null if it has none. */
  private static Object planted(String member, String name, Object[] arguments) {
    if (member.startsWith("android.provider.Settings$") && name.equals("getString")) {
      boolean id = arguments.length > 1 && "android_id".equals(arguments[1]);
      return id ? Session.get().canary("android_id") : null;
    }
    if (name.equals("getHardwareAddress")) {
      String[] parts = Session.get().canary("mac").split(":");
      byte[] address = new byte[parts.length];
      for (int i = 0; i < parts.length; i++) {
        address[i] = (byte) Integer.parseInt(parts[i], 16);
      }
      return address;
    }
    String kind =
        switch (member) {
          case "android.telephony.TelephonyManager.getDeviceId", "android.telephony.TelephonyManager.getImei" -> "imei";
          case "android.telephony.TelephonyManager.getMeid" -> "meid";
          case "android.telephony.TelephonyManager.getSubscriberId" -> "imsi";
          case "android.telephony.TelephonyManager.getSimSerialNumber" -> "iccid";
          case "android.telephony.TelephonyManager.getLine1Number" -> "phone_number";
          case "android.net.wifi.WifiInfo.getMacAddress", "android.bluetooth.BluetoothAdapter.getAddress" -> "mac";
          case "android.net.wifi.WifiInfo.getSSID" -> "ssid";
          case "android.net.wifi.WifiInfo.getBSSID" -> "bssid";
          case "android.os.Build.getSerial" -> "serial";
          default -> null;
        };
    return kind == null ? null : Session.get().canary(kind);
  }

  static void tell(String kind, String op, List<String> arguments) {
    tell(kind, op, arguments, null);
  }

  private static void tell(String kind, String op, List<String> arguments, String through) {
    List<String> stack = stack();
    String key = op + arguments + (stack.isEmpty() ? "" : stack.get(0));
    synchronized (SEEN) {
      if (SEEN.merge(key, 1, Integer::sum) > MAX_REPEATS) {
        return;
      }
    }
    Map<String, Object> event = new HashMap<>();
    event.put("kind", kind);
    event.put("op", op);
    event.put("args", arguments);
    event.put("stack", stack);
    event.put("sim_ms", Session.get().simulated());
    event.put("thread", Session.get().isMain() ? "main" : Thread.currentThread().getName());
    if (through != null) {
      event.put("through", through);
    }
    Wire.event(event);
  }

  /** The app's own frames, innermost first. */
  static List<String> stack() {
    List<String> frames = new ArrayList<>();
    for (StackTraceElement frame : new Throwable().getStackTrace()) {
      String owner = frame.getClassName();
      String name = frame.getMethodName();
      if (owner.startsWith("apkfarm.") || owner.startsWith("org.robolectric.") || owner.startsWith("jdk.internal.")
          || owner.startsWith("java.lang.invoke.") || name.startsWith("$apkfarm$") || name.startsWith("$$robo$$")) {
        continue;
      }
      if (frames.size() == MAX_STACK) {
        break;
      }
      frames.add(owner + "." + name + (frame.getLineNumber() > 0 ? ":" + frame.getLineNumber() : ""));
    }
    return frames;
  }

  private static List<String> texts(Object[] values, int from) {
    List<String> texts = new ArrayList<>();
    for (int i = from; i < values.length; i++) {
      texts.add(text(values[i]));
    }
    return texts;
  }

  /** Only values of known types are asked for their text: the app could have written the others' {@code toString}. */
  private static String text(Object value) {
    String text;
    if (value instanceof String || value instanceof Number || value instanceof Boolean || value instanceof Intent
        || value instanceof Uri || value instanceof URL || value instanceof File || value instanceof ComponentName) {
      text = value.toString();
    } else if (value instanceof String[] array) {
      text = Arrays.toString(array);
    } else {
      text = value == null ? "null" : value.getClass().getName();
    }
    return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
  }
}
