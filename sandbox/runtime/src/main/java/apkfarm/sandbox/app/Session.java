package apkfarm.sandbox.app;

import android.app.Activity;
import android.app.Application;
import android.app.Service;
import android.content.ContentProvider;
import android.content.Context;
import android.content.Intent;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.content.pm.PermissionInfo;
import android.content.pm.ProviderInfo;
import android.content.pm.ResolveInfo;
import android.os.Build;
import android.os.Looper;
import android.os.SystemClock;
import android.view.accessibility.AccessibilityManager;
import apkfarm.sandbox.host.AppLoader;
import apkfarm.sandbox.host.Cost;
import apkfarm.sandbox.host.Job;
import apkfarm.sandbox.host.Wire;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.Shadows;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.android.controller.ServiceController;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowContentResolver;
import org.robolectric.shadows.ShadowLooper;
import org.robolectric.shadows.ShadowSystemClock;

/** The app while it runs: obeys the worker's commands, drives life cycles by simulated time, tells what fails. */
public final class Session {
  private static final int STEP_MS = 100;
  private static final int MAX_ACTIVITIES = 12;
  private static final int MAX_FRAMES = 12;
  /** How long the app's own threads are left alone with each simulated step, in real milliseconds. */
  private static final int BREATH_MS = 3;

  private static Session instance;

  private final Job job;
  private final AppLoader loader;
  private final Runnable install;
  private final Thread main = Thread.currentThread();
  private final Deque<ActivityController<?>> activities = new ArrayDeque<>();
  private final Set<String> services = new HashSet<>();
  private final Queue<Intent> starts = new ConcurrentLinkedQueue<>();
  private final Queue<Intent> serviceStarts = new ConcurrentLinkedQueue<>();
  private final Set<String> sensitive = new HashSet<>();
  private volatile Application application;
  private volatile boolean exited;

  private Session(Job job, AppLoader loader, Runnable install) {
    this.job = job;
    this.loader = loader;
    this.install = install;
    job.members().forEach((owner, names) -> names.forEach(name -> sensitive.add(owner + "." + name)));
  }

  static Session get() {
    return instance;
  }

  /** Obeys until the worker says {@code quit} or goes away. */
  public static void run(Job job, AppLoader loader, Runnable install) throws IOException {
    instance = new Session(job, loader, install);
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> instance.failed("thread", thread.getName(), "run", error));
    Wire.send("ready", Map.of());
    for (String[] words = Wire.read(); words != null && !words[0].equals("quit"); words = Wire.read()) {
      Map<String, Object> reply = new HashMap<>();
      try {
        instance.obey(words, reply);
      } catch (Throwable fault) {
        instance.failed("command", words[0], words[0], fault);
      }
      reply.put("sim_ms", instance.simulated());
      reply.put("exited", instance.exited);
      reply.put("classes", loader.defined());
      Wire.send("reply", reply);
    }
  }

  private void obey(String[] words, Map<String, Object> reply) {
    switch (words[0]) {
      case "load" -> reply.put("application", load());
      case "launch" -> reply.put("resumed", job.launcher() != null && start(job.launcher(), launcherIntent()));
      case "idle" -> idle(Long.parseLong(words[1]));
      case "screen" -> reply.put("screen", Screen.of(activities.isEmpty() ? null : activities.peek().get()).describe());
      case "cost" -> reply.put("cost", Cost.soFar());
      default -> throw new IllegalArgumentException("unknown command");
    }
  }

  private boolean load() {
    try {
      install.run();
    } catch (Throwable error) {
      failed("application", job.packageName(), "attach", error);
    }
    application = RuntimeEnvironment.getApplication();
    return application != null;
  }

  /** Called between {@code attachBaseContext} and {@code onCreate}: permissions and providers come first, as on Android. */
  void attached(Application created) {
    application = created;
    Shadows.shadowOf((AccessibilityManager) created.getSystemService(Context.ACCESSIBILITY_SERVICE)).setEnabled(true);
    PackageManager packages = created.getPackageManager();
    PackageInfo info;
    try {
      info = packages.getPackageInfo(job.packageName(), PackageManager.GET_PERMISSIONS | PackageManager.GET_PROVIDERS);
    } catch (PackageManager.NameNotFoundException unread) {
      failed("manifest", job.packageName(), "read", unread);
      return;
    }
    if (info.requestedPermissions != null) {
      List<String> granted = new ArrayList<>(Arrays.asList(info.requestedPermissions));
      granted.removeIf(name -> job.targetSdk() >= Build.VERSION_CODES.M && isDangerous(packages, name));
      Shadows.shadowOf(created).grantPermissions(granted.toArray(new String[0]));
    }
    if (info.providers != null) {
      ProviderInfo[] providers = info.providers.clone();
      Arrays.sort(providers, (a, b) -> Integer.compare(b.initOrder, a.initOrder));
      for (ProviderInfo provider : providers) {
        if (provider.processName == null || provider.processName.equals(job.packageName())) {
          component("provider", provider.name, () -> install(created, provider));
        }
      }
    }
  }

  private static boolean isDangerous(PackageManager packages, String permission) {
    try {
      return packages.getPermissionInfo(permission, 0).getProtection() == PermissionInfo.PROTECTION_DANGEROUS;
    } catch (PackageManager.NameNotFoundException ofAnotherApp) {
      return false;
    }
  }

  private void install(Application created, ProviderInfo info) throws ReflectiveOperationException {
    ContentProvider provider =
        (ContentProvider) loader.loadClass(info.name).getDeclaredConstructor().newInstance();
    provider.attachInfo(created, info);
    for (String authority : info.authority == null ? new String[0] : info.authority.split(";")) {
      ShadowContentResolver.registerProviderInternal(authority, provider);
    }
  }

  private Intent launcherIntent() {
    return new Intent(Intent.ACTION_MAIN).addCategory(Intent.CATEGORY_LAUNCHER);
  }

  /** Starts one activity and returns whether it was resumed. */
  private boolean start(String name, Intent intent) {
    boolean[] resumed = {false};
    component(
        "activity",
        name,
        () -> {
          Class<? extends Activity> type = loader.loadClass(name).asSubclass(Activity.class);
          ActivityController<?> below = activities.peek();
          ActivityController<?> created = Robolectric.buildActivity(type, intent.setClassName(job.packageName(), name));
          if (below != null) {
            quietly("activity", name, below::pause);
          }
          activities.push(created);
          created.create();
          if (!created.get().isFinishing()) {
            created.start().postCreate(null).resume();
            resumed[0] = true;
            created.visible().windowFocusChanged(true);
          }
          if (below != null) {
            quietly("activity", name, below::stop);
          }
        });
    return resumed[0];
  }

  private void startService(Intent intent) {
    String name = intent.getComponent() == null ? null : intent.getComponent().getClassName();
    if (name == null || !job.packageName().equals(intent.getComponent().getPackageName()) || !services.add(name)) {
      return;
    }
    component(
        "service",
        name,
        () -> {
          Class<? extends Service> type = loader.loadClass(name).asSubclass(Service.class);
          ServiceController<?> service = Robolectric.buildService(type, intent);
          service.create().startCommand(0, 1);
        });
  }

  /** Lets simulated time pass: timers fire, messages are handled, screens that were asked for open. */
  private void idle(long millis) {
    long end = SystemClock.uptimeMillis() + millis;
    for (long steps = millis / STEP_MS + 1; steps > 0 && SystemClock.uptimeMillis() < end && !exited; steps--) {
      quietly("main looper", "messages", () -> looper().idleFor(Duration.ofMillis(STEP_MS)));
      breathe();
      settle();
    }
  }

  private static ShadowLooper looper() {
    return Shadow.extract(Looper.getMainLooper());
  }

  private static void breathe() {
    try {
      Thread.sleep(BREATH_MS);
    } catch (InterruptedException byTheApp) {
      Thread.interrupted(); // The app may interrupt whom it likes; the session goes on.
    }
  }

  private void settle() {
    for (int round = 0; round < 10; round++) {
      ActivityController<?> top = activities.peek();
      Intent intent = starts.poll();
      Intent service = serviceStarts.poll();
      if (top != null && top.get().isFinishing()) {
        activities.pop();
        quietly("activity", top.get().getClass().getName(), () -> top.pause().stop().destroy());
        ActivityController<?> next = activities.peek();
        if (next != null && intent == null) {
          quietly("activity", next.get().getClass().getName(), () -> next.restart().start().resume());
        }
      } else if (intent == null && service == null) {
        return;
      }
      if (intent != null) {
        follow(intent);
      }
      if (service != null) {
        startService(service);
      }
    }
  }

  private void follow(Intent intent) {
    String name = null;
    if (intent.getComponent() != null) {
      boolean own = job.packageName().equals(intent.getComponent().getPackageName());
      name = own ? intent.getComponent().getClassName() : null;
    } else {
      ResolveInfo found = application.getPackageManager().resolveActivity(intent, 0);
      if (found != null && found.activityInfo != null && job.packageName().equals(found.activityInfo.packageName)) {
        String alias = found.activityInfo.targetActivity;
        name = alias != null ? alias : found.activityInfo.name;
      }
    }
    if (name != null && activities.size() < MAX_ACTIVITIES) {
      start(name, intent);
    }
  }

  void wanted(Intent intent) {
    starts.add(intent);
  }

  void service(Object intent) {
    if (intent instanceof Intent asked) {
      serviceStarts.add(asked);
    }
  }

  void exited() {
    exited = true;
  }

  boolean isMain() {
    return Thread.currentThread() == main;
  }

  boolean isSensitive(String member) {
    return sensitive.contains(member);
  }

  String canary(String kind) {
    return job.canaries().get(kind);
  }

  long simulated() {
    return SystemClock.uptimeMillis();
  }

  /** The main thread's sleep moves the clock; other threads wait a little, so that they do not spin. */
  void sleep(long millis) throws InterruptedException {
    if (isMain()) {
      ShadowSystemClock.advanceBy(Duration.ofMillis(Math.max(0, millis)));
    } else {
      Thread.sleep(Math.max(0, Math.min(millis, STEP_MS)));
    }
  }

  /** A step of the app's life. */
  interface Step {
    void run() throws Throwable;
  }

  /** Runs one component and tells how it went. */
  void component(String kind, String name, Step step) {
    try {
      step.run();
      Wire.send("component", Map.of("kind", kind, "name", name, "ok", true, "sim_ms", simulated()));
    } catch (Throwable error) {
      failed(kind, name, "start", error);
    }
  }

  private void quietly(String kind, String name, Step step) {
    try {
      step.run();
    } catch (Throwable error) {
      failed(kind, name, "run", error);
    }
  }

  private void failed(String kind, String name, String step, Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null
        && (cause instanceof InvocationTargetException || cause.getClass() == RuntimeException.class)) {
      cause = cause.getCause();
    }
    if (cause instanceof Hook.Exit) {
      exited = true;
      return;
    }
    List<String> trace = new ArrayList<>();
    for (Throwable link = cause; link != null && trace.size() < 4 * MAX_FRAMES; link = link.getCause()) {
      trace.add(link.getClass().getName() + ": " + message(link));
      StackTraceElement[] frames = link.getStackTrace();
      for (int i = 0; i < Math.min(MAX_FRAMES, frames.length); i++) {
        trace.add("  " + frames[i]);
      }
    }
    Map<String, Object> told = new HashMap<>();
    told.put("kind", kind);
    told.put("name", name);
    told.put("step", step);
    told.put("ok", false);
    told.put("trace", trace);
    told.put("sim_ms", simulated());
    Wire.send("component", told);
  }

  private static String message(Throwable error) {
    try {
      return String.valueOf(error.getMessage());
    } catch (Throwable hostile) {
      return "(no message)"; // getMessage can be the app's own code.
    }
  }
}
