package apkfarm.sandbox.app;

import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.pm.ApplicationInfo;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.content.pm.ProviderInfo;
import android.provider.Settings;
import apkfarm.sandbox.host.ServiceTables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.robolectric.Shadows;
import org.robolectric.shadows.ShadowContentResolver;
import org.robolectric.shadows.ShadowPackageManager;
import org.robolectric.shadows.ShadowSystemProperties;

/** Google's and phone makers' services on the simulated phone, if it has them: installed, found, and answering. */
public final class Services {
  private final ServiceTables tables;
  private final Map<String, String> canaries;
  private final Map<ComponentName, ServiceBinder> binders = new LinkedHashMap<>();

  /**
   * @param tables what there is; empty on a phone without services
   * @param canaries planted values by kind
   */
  Services(ServiceTables tables, Map<String, String> canaries) {
    this.tables = tables;
    this.canaries = canaries;
  }

  /** Returns a planted value, for the classes of the phone that are no part of the sandbox's packages. */
  public static String planted(String kind) {
    return Session.get().canary(kind);
  }

  /** Lets the phone know them; called before the app's own code runs. */
  void install(Context context) {
    ShadowPackageManager packages = Shadows.shadowOf(context.getPackageManager());
    tables.packages().forEach(each -> packages.installPackage(info(each)));
    byComponent().forEach((component, calls) -> announce(packages, component, calls));
    Map<String, List<ServiceTables.Row>> byAuthority = new LinkedHashMap<>();
    for (ServiceTables.Row row : tables.rows()) {
      byAuthority.computeIfAbsent(row.authority(), k -> new ArrayList<>()).add(row);
    }
    byAuthority.forEach((authority, rows) -> {
      packages.addOrUpdateProvider(provider(context.getPackageManager(), rows.get(0)));
      ShadowContentResolver.registerProviderInternal(authority, new ServiceRows(rows, canaries));
    });
    for (ServiceTables.Value value : tables.values()) {
      String text = value.text().equals(ServiceTables.PLANTED) ? canaries.get(value.kind()) : value.text();
      if (value.form().equals("property")) {
        ShadowSystemProperties.override(value.name(), text);
      } else {
        Settings.Global.putString(context.getContentResolver(), value.name(), text);
      }
    }
  }

  /** Returns the service that an intent finds, or null if it finds none of these. */
  ComponentName find(Intent intent) {
    ComponentName wanted = intent.getComponent();
    String owner = wanted != null ? wanted.getPackageName() : intent.getPackage();
    for (ServiceTables.Call call : tables.calls()) {
      boolean named = wanted != null && wanted.getClassName().equals(call.className());
      boolean asked = wanted == null && !call.action().isEmpty() && call.action().equals(intent.getAction());
      if (call.owner().equals(owner) && (named || asked)) {
        return component(call);
      }
    }
    return null;
  }

  /** Returns what a service answers with; the same as long as the app lives, as Android keeps it. */
  synchronized ServiceBinder binder(ComponentName component) {
    return binders.computeIfAbsent(component, k -> new ServiceBinder(byComponent().get(k), canaries));
  }

  private Map<ComponentName, List<ServiceTables.Call>> byComponent() {
    Map<ComponentName, List<ServiceTables.Call>> found = new LinkedHashMap<>();
    for (ServiceTables.Call call : tables.calls()) {
      found.computeIfAbsent(component(call), k -> new ArrayList<>()).add(call);
    }
    return found;
  }

  private static ComponentName component(ServiceTables.Call call) {
    return new ComponentName(call.owner(), call.className());
  }

  private static PackageInfo info(ServiceTables.Pack each) {
    PackageInfo info = new PackageInfo();
    info.packageName = each.name();
    info.versionName = each.versionName();
    info.setLongVersionCode(each.versionCode());
    info.applicationInfo = new ApplicationInfo();
    info.applicationInfo.packageName = each.name();
    info.applicationInfo.name = each.name();
    info.applicationInfo.nonLocalizedLabel = each.name();
    info.applicationInfo.flags = ApplicationInfo.FLAG_INSTALLED | ApplicationInfo.FLAG_SYSTEM;
    info.applicationInfo.enabled = true;
    info.applicationInfo.publicSourceDir = "/system/priv-app/" + each.name() + "/base.apk";
    info.applicationInfo.sourceDir = info.applicationInfo.publicSourceDir;
    if (each.certificate().length > 0) {
      Installed.sign(info, each.certificate());
    }
    return info;
  }

  private static void announce(
      ShadowPackageManager packages, ComponentName component, List<ServiceTables.Call> calls) {
    packages.addServiceIfNotPresent(component).exported = true;
    String action = calls.get(0).action();
    if (!action.isEmpty()) {
      packages.addIntentFilterForService(component, new IntentFilter(action));
    }
  }

  private static ProviderInfo provider(PackageManager packages, ServiceTables.Row row) {
    ProviderInfo info = new ProviderInfo();
    info.packageName = row.owner();
    info.name = row.owner() + ".Provider";
    info.authority = row.authority();
    info.exported = true;
    info.readPermission = row.permission().isEmpty() ? null : row.permission();
    try {
      info.applicationInfo = packages.getApplicationInfo(row.owner(), 0);
    } catch (PackageManager.NameNotFoundException wrongTable) {
      throw new IllegalStateException(wrongTable);
    }
    return info;
  }
}
