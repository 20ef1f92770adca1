package apkfarm.sandbox.app;

import android.accounts.Account;
import android.content.Intent;
import android.content.pm.ActivityInfo;
import android.content.pm.ApplicationInfo;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.content.pm.ResolveInfo;
import android.location.Location;
import android.location.LocationManager;
import android.os.SystemClock;
import android.telephony.CellConfigLte;
import android.telephony.CellIdentityGsm;
import android.telephony.CellIdentityLte;
import android.telephony.CellInfo;
import android.telephony.CellInfoGsm;
import android.telephony.CellInfoLte;
import android.telephony.CellSignalStrengthGsm;
import android.telephony.CellSignalStrengthLte;
import android.telephony.gsm.GsmCellLocation;
import apkfarm.sandbox.host.Rules;
import java.lang.reflect.Constructor;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Planted values in the shape that a caller expects.
 *
 * <p>The phone plays Android 14, but gives out the identifiers of an older phone: since Android 10 no app gets an IMEI, and
 * an inspection would never see where apps send it that run on the older phones that are still in use.
 */
final class Answers {
  private static final int WIFI_INDEX = 20;
  private static final int MAX_GSM = 65_535;

  private final Map<String, String> canaries;

  /** @param canaries planted values by kind */
  Answers(Map<String, String> canaries) {
    this.canaries = canaries;
  }

  /** Returns a planted value as it is. */
  String text(String kind) {
    return canaries.get(kind);
  }

  /** Returns what stands before the last comma of a value, or after it; all of a value without one. */
  static String part(String canary, boolean first) {
    int comma = canary.lastIndexOf(',');
    if (comma < 0) {
      return canary;
    }
    return (first ? canary.substring(0, comma) : canary.substring(comma + 1)).trim();
  }

  /** Does what Android 14 does without the permission. */
  Object refused(Rules.Plant plant) {
    switch (plant.refused()) {
      case "throw":
        throw new SecurityException(plant.member() + ": permission denied");
      case "null":
        return null;
      case "empty":
        return empty(plant.how());
      default:
        return Hook.PROCEED;
    }
  }

  private static Object empty(String how) {
    return switch (how) {
      case "accounts" -> new Account[0];
      case "cells" -> new ArrayList<CellInfo>();
      default -> "";
    };
  }

  /** Returns the answer, or {@link Hook#PROCEED} if the real call gives it. */
  Object of(Rules.Plant plant, Object[] values) throws SocketException, UnknownHostException {
    String canary = text(plant.kind());
    if (canary == null) {
      return Hook.PROCEED;
    }
    return switch (plant.how()) {
      case "text" -> canary;
      case "first" -> part(canary, true);
      case "mac" -> mac(canary, values[0]);
      case "ip_number" -> number(canary);
      case "interfaces" -> interfaces();
      case "addresses" -> addresses(values[0]);
      case "location" -> location(values.length > 1 && values[1] instanceof String name ? name : "gps");
      case "fixes" -> fixes(values[0]);
      case "accounts" -> new Account[] {new Account(canary, "com.example.account")};
      case "packages" -> packages(values);
      case "applications" -> applications(values);
      case "activities" -> activities(values);
      case "cell" -> cell(canary);
      case "cells" -> cells(canary);
      default -> Hook.PROCEED;
    };
  }

  private static Object mac(String canary, Object of) {
    if (of instanceof NetworkInterface network && !network.getName().equals("wlan0")) {
      return Hook.PROCEED;
    }
    String[] parts = canary.split(":");
    byte[] address = new byte[parts.length];
    for (int i = 0; i < parts.length; i++) {
      address[i] = (byte) Integer.parseInt(parts[i], 16);
    }
    return address;
  }

  private static int[] parts(String address) {
    int[] found = new int[4];
    String[] words = address.split("\\.");
    for (int i = 0; i < Math.min(4, words.length); i++) {
      found[i] = Integer.parseInt(words[i]);
    }
    return found;
  }

  /** The lowest byte is the first of the address. */
  private static int number(String canary) {
    int[] part = parts(canary);
    return part[0] | part[1] << 8 | part[2] << 16 | part[3] << 24;
  }

  private InetAddress ip() throws UnknownHostException {
    int[] part = parts(text("ip"));
    return InetAddress.getByAddress(
        null, new byte[] {(byte) part[0], (byte) part[1], (byte) part[2], (byte) part[3]});
  }

  /** Returns the phone's Wi-Fi interface, which this machine does not have. */
  Object wifi() {
    try {
      Constructor<NetworkInterface> making =
          NetworkInterface.class.getDeclaredConstructor(String.class, int.class, InetAddress[].class);
      making.setAccessible(true);
      return making.newInstance("wlan0", WIFI_INDEX, new InetAddress[] {ip()});
    } catch (ReflectiveOperationException | UnknownHostException | RuntimeException otherJvm) {
      return Hook.PROCEED;
    }
  }

  private Object interfaces() throws SocketException {
    List<NetworkInterface> all = new ArrayList<>(Collections.list(NetworkInterface.getNetworkInterfaces()));
    if (wifi() instanceof NetworkInterface wifi) {
      all.add(wifi);
    }
    return Collections.enumeration(all);
  }

  private Object addresses(Object of) throws UnknownHostException {
    return of instanceof NetworkInterface network && network.getName().equals("wlan0")
        ? Collections.enumeration(List.of(ip()))
        : Hook.PROCEED;
  }

  /** Returns where the phone is. */
  Location location(String provider) {
    Location location = new Location(provider);
    String[] parts = text("location").split(",");
    location.setLatitude(Double.parseDouble(parts[0].trim()));
    location.setLongitude(Double.parseDouble(parts[1].trim()));
    location.setAccuracy(20f);
    location.setTime(Time.now());
    location.setElapsedRealtimeNanos(SystemClock.elapsedRealtimeNanos());
    return location;
  }

  private Object fixes(Object manager) {
    if (manager instanceof LocationManager asked) {
      Phone.current().fix(asked, this);
    }
    return Hook.PROCEED;
  }

  private PackageInfo installed() {
    PackageInfo info = new PackageInfo();
    info.packageName = text("installed_apps");
    info.versionName = "1.0";
    info.applicationInfo = new ApplicationInfo();
    info.applicationInfo.packageName = info.packageName;
    info.applicationInfo.name = info.packageName;
    info.applicationInfo.nonLocalizedLabel = info.packageName;
    info.applicationInfo.flags = ApplicationInfo.FLAG_INSTALLED;
    info.applicationInfo.publicSourceDir = "/data/app/" + info.packageName + "/base.apk";
    info.applicationInfo.sourceDir = info.applicationInfo.publicSourceDir;
    return info;
  }

  private Object packages(Object[] values) {
    if (!(values[0] instanceof PackageManager manager)) {
      return Hook.PROCEED;
    }
    List<PackageInfo> all = new ArrayList<>(manager.getInstalledPackages(0));
    all.add(installed());
    return all;
  }

  private Object applications(Object[] values) {
    if (!(values[0] instanceof PackageManager manager)) {
      return Hook.PROCEED;
    }
    List<ApplicationInfo> all = new ArrayList<>(manager.getInstalledApplications(0));
    all.add(installed().applicationInfo);
    return all;
  }

  /** Whoever asks which apps have a launcher icon is shown the planted one too. */
  private Object activities(Object[] values) {
    if (!(values[0] instanceof PackageManager manager) || !(values[1] instanceof Intent intent)
        || !Intent.ACTION_MAIN.equals(intent.getAction())) {
      return Hook.PROCEED;
    }
    List<ResolveInfo> all = new ArrayList<>(manager.queryIntentActivities(intent, 0));
    ResolveInfo planted = new ResolveInfo();
    planted.activityInfo = new ActivityInfo();
    planted.activityInfo.applicationInfo = installed().applicationInfo;
    planted.activityInfo.packageName = text("installed_apps");
    planted.activityInfo.name = text("installed_apps") + ".Main";
    planted.nonLocalizedLabel = text("installed_apps");
    all.add(planted);
    return all;
  }

  private static int[] area(String canary) {
    String[] words = canary.split("[^0-9]+");
    List<Integer> numbers = new ArrayList<>();
    for (String word : words) {
      if (!word.isEmpty() && word.length() < 10) {
        numbers.add(Integer.parseInt(word));
      }
    }
    int last = numbers.isEmpty() ? 1 : numbers.get(numbers.size() - 1);
    return new int[] {numbers.size() > 1 ? numbers.get(numbers.size() - 2) : 1, last};
  }

  private static GsmCellLocation cell(String canary) {
    GsmCellLocation cell = new GsmCellLocation();
    cell.setLacAndCid(area(canary)[0], area(canary)[1]);
    return cell;
  }

  /** A number that is too large for an older cell is one of 4G. */
  private static List<CellInfo> cells(String canary) {
    int[] area = area(canary);
    int here = CellInfo.CONNECTION_PRIMARY_SERVING;
    long now = SystemClock.elapsedRealtimeNanos();
    if (area[1] > MAX_GSM) {
      CellIdentityLte identity = new CellIdentityLte(460, 0, area[1], 1, area[0]);
      return new ArrayList<>(
          List.of(new CellInfoLte(here, true, now, identity, new CellSignalStrengthLte(), new CellConfigLte())));
    }
    CellIdentityGsm identity = new CellIdentityGsm(area[0], area[1], 1, 1, "460", "00", "CMCC", "CMCC", List.of());
    return new ArrayList<>(List.of(new CellInfoGsm(here, true, now, identity, new CellSignalStrengthGsm())));
  }
}
