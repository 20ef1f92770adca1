package apkfarm.sandbox.app;

import android.app.Activity;
import android.app.Application;
import android.app.Fragment;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.content.pm.PermissionInfo;
import android.os.Build;
import android.os.Handler;
import android.os.Looper;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.robolectric.Shadows;

/** Which permissions the app holds, and its requests that wait for the user's answer. */
final class Permissions {
  private static final int MAX_REQUESTS = 200;
  private static final int MAX_NAMES = 100;

  private final Session session;
  private final Deque<Request> waiting = new ArrayDeque<>();
  private final Set<String> dangerous = new HashSet<>();
  private final Set<String> denied = ConcurrentHashMap.newKeySet();

  Permissions(Session session) {
    this.session = session;
  }

  private record Request(Object target, String[] names, int code) {}

  /** Grants what is granted at install: everything to old apps, everything that is not dangerous to others. */
  void install(Application application, PackageInfo info) {
    if (info.requestedPermissions == null) {
      return;
    }
    PackageManager packages = application.getPackageManager();
    session.job().dangerous().forEach((name, group) -> Shadows.shadowOf(packages).addPermissionInfo(described(name, group)));
    List<String> granted = new ArrayList<>();
    for (String name : info.requestedPermissions) {
      if (session.job().targetSdk() >= Build.VERSION_CODES.M && isDangerous(packages, name)) {
        dangerous.add(name);
      } else {
        granted.add(name);
      }
    }
    Shadows.shadowOf(application).grantPermissions(granted.toArray(new String[0]));
  }

  /** Robolectric knows few of the platform's permissions, and what it does not know would be granted. */
  private static PermissionInfo described(String name, String group) {
    PermissionInfo permission = new PermissionInfo();
    permission.name = name;
    permission.packageName = "android";
    permission.group = group.isEmpty() ? null : "android.permission-group." + group;
    permission.protectionLevel = PermissionInfo.PROTECTION_DANGEROUS;
    return permission;
  }

  private static boolean isDangerous(PackageManager packages, String permission) {
    try {
      return packages.getPermissionInfo(permission, 0).getProtection() == PermissionInfo.PROTECTION_DANGEROUS;
    } catch (PackageManager.NameNotFoundException ofAnotherApp) {
      return false;
    }
  }

  boolean holds(String permission) {
    Application application = session.application();
    return application != null && application.checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED;
  }

  /** The app asks; what can be answered without the user is. */
  void asked(Object target, String[] names, int code) {
    session.told("ui", "permission_request", Arrays.asList(names).subList(0, Math.min(MAX_NAMES, names.length)));
    Request request = new Request(target, names, code);
    boolean open = Arrays.stream(names).anyMatch(name -> dangerous.contains(name) && !holds(name));
    synchronized (waiting) {
      if (open && waiting.size() < MAX_REQUESTS) {
        waiting.add(request);
        return;
      }
    }
    new Handler(Looper.getMainLooper()).post(() -> session.quietly("activity", "permissions", () -> tell(request)));
  }

  List<List<String>> pending() {
    synchronized (waiting) {
      List<List<String>> all = new ArrayList<>();
      for (Request request : waiting) {
        all.add(Arrays.asList(request.names()).subList(0, Math.min(MAX_NAMES, request.names().length)));
      }
      return all;
    }
  }

  void forget() {
    synchronized (waiting) {
      waiting.clear();
    }
  }

  /** The user answers the oldest request. */
  boolean answer(boolean grant) {
    Request request;
    synchronized (waiting) {
      request = waiting.poll();
    }
    if (request == null) {
      return false;
    }
    String[] asked = Arrays.stream(request.names()).filter(dangerous::contains).toArray(String[]::new);
    if (grant) {
      Shadows.shadowOf(session.application()).grantPermissions(asked);
      List.of(asked).forEach(denied::remove);
    } else {
      denied.addAll(List.of(asked));
    }
    session.quietly("activity", "permissions", () -> tell(request));
    return true;
  }

  /** What a call failed for, the user may grant in the settings too. */
  void missed(Set<String> need) {
    need.stream().filter(dangerous::contains).forEach(denied::add);
  }

  /** The user grants in the settings what was denied; returns whether anything was. */
  boolean grantDenied() {
    boolean any = !denied.isEmpty();
    Shadows.shadowOf(session.application()).grantPermissions(denied.toArray(new String[0]));
    denied.clear();
    return any;
  }

  private void tell(Request request) {
    int[] results = new int[request.names().length];
    for (int i = 0; i < results.length; i++) {
      results[i] = holds(request.names()[i]) ? PackageManager.PERMISSION_GRANTED : PackageManager.PERMISSION_DENIED;
    }
    if (request.target() instanceof Activity activity) {
      activity.onRequestPermissionsResult(request.code(), request.names(), results);
    } else if (request.target() instanceof Fragment fragment) {
      fragment.onRequestPermissionsResult(request.code(), request.names(), results);
    }
  }
}
