package apkfarm.sandbox.app;

import android.app.Activity;
import android.app.Application;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.ServiceConnection;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.content.pm.ProviderInfo;
import android.os.Handler;
import android.os.IBinder;
import android.os.Looper;
import android.view.View;
import android.view.accessibility.AccessibilityManager;
import apkfarm.sandbox.host.AppLoader;
import apkfarm.sandbox.host.Cost;
import apkfarm.sandbox.host.Job;
import apkfarm.sandbox.host.Network;
import apkfarm.sandbox.host.Wire;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.Shadows;

/** The app while it runs: obeys the worker's commands one by one, and tells how each part of the app fared. */
public final class Session {
  private static final int MAX_FRAMES = 12;

  private static Session instance;

  /** Commands that may begin a phase, or another choice of the user. */
  private static final Set<String> ACTS = Set.of("tap", "home", "restart", "broadcast", "force");

  private final Job job;
  private final AppLoader loader;
  private final Runnable install;
  private final Pace pace = new Pace();
  private final Activities activities = new Activities(this);
  private final Components components = new Components(this);
  private final Permissions permissions = new Permissions(this);
  private final PendingIntents pendingIntents = new PendingIntents(this);
  private Screen screen;
  private volatile Application application;
  private volatile boolean exited;

  private Session(Job job, AppLoader loader, Runnable install) {
    this.job = job;
    this.loader = loader;
    this.install = install;
  }

  static Session get() {
    return instance;
  }

  /** Obeys until the worker says {@code quit} or goes away. */
  public static void run(Job job, AppLoader loader, Runnable install) throws IOException {
    instance = new Session(job, loader, install);
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> instance.failed("thread", Stacks.name(thread), "run", error));
    Network.onConnect((host, port, number) ->
        instance.told("net", "java.net.Socket.connect", List.of(host, String.valueOf(port), String.valueOf(number))));
    Chance.begin();
    Wire.send("ready", Map.of());
    for (String[] words = Wire.read(); words != null && !words[0].equals("quit"); words = Wire.read()) {
      for (int i = 0; i < words.length; i++) {
        words[i] = words[i].translateEscapes();
      }
      Wire.send("reply", instance.reply(words));
    }
  }

  private Map<String, Object> reply(String[] words) {
    Map<String, Object> reply = new HashMap<>();
    pace.working(true);
    try {
      obey(words, reply);
    } catch (Throwable fault) {
      failed("command", words[0], words[0], fault);
    }
    pace.working(false);
    Activity top = activities.top();
    reply.put("sim_ms", simulated());
    reply.put("exited", exited);
    reply.put("classes", loader.defined());
    reply.put("shown", top == null ? "" : top.getClass().getName());
    reply.put("pending", permissions.pending());
    return reply;
  }

  private void obey(String[] words, Map<String, Object> reply) {
    if (ACTS.contains(words[0])) {
      Events.countAnew();
    }
    switch (words[0]) {
      case "load" -> reply.put("application", load());
      case "launch" -> reply.put("resumed", launch());
      case "restart" -> {
        activities.close();
        reply.put("resumed", launch());
      }
      case "idle" -> idle(Long.parseLong(words[1]));
      case "screen" -> {
        screen = Screen.of(activities.top());
        reply.put("screen", screen.describe(words.length < 2 || !words[1].equals("tree")));
      }
      case "tap", "type", "scroll" -> reply.put("acted", touch(words));
      case "back" -> reply.put("acted", back());
      case "home" -> activities.goHome();
      case "return" -> activities.comeBack();
      case "rotate" -> reply.put("acted", activities.rotate());
      case "memory" -> activities.lowMemory();
      case "permission" -> reply.put("acted", permissions.answer(words[1].equals("grant")));
      case "grant" -> reply.put("acted", permissions.grantDenied());
      case "broadcast" -> reply.put("receivers", components.phoneSays(Broadcasts.of(words[1])));
      case "run" -> reply.put("ran", runLater(words[1]));
      case "force" -> force(words[1], words[2]);
      case "cost" -> reply.put("cost", Cost.soFar());
      default -> throw new IllegalArgumentException("unknown command");
    }
    settle();
  }

  private int runLater(String what) {
    return switch (what) {
      case "jobs" -> components.runJobs();
      case "alarms" -> pendingIntents.runAlarms();
      case "notifications" -> pendingIntents.touchNotifications();
      default -> throw new IllegalArgumentException("unknown kind of work");
    };
  }

  private boolean load() {
    try {
      install.run();
    } catch (Throwable error) {
      failed("application", job.packageName(), "attach", error);
    }
    application = RuntimeEnvironment.getApplication();
    return application != null && application.getBaseContext() != null;
  }

  /** Called between {@code attachBaseContext} and {@code onCreate}: permissions and providers come first, as on Android. */
  void attached(Application created) {
    application = created;
    Shadows.shadowOf((AccessibilityManager) created.getSystemService(Context.ACCESSIBILITY_SERVICE)).setEnabled(true);
    PackageInfo info;
    try {
      info = created.getPackageManager()
          .getPackageInfo(job.packageName(), PackageManager.GET_PERMISSIONS | PackageManager.GET_PROVIDERS);
    } catch (PackageManager.NameNotFoundException unread) {
      failed("manifest", job.packageName(), "read", unread);
      return;
    }
    permissions.install(created, info);
    ProviderInfo[] providers = info.providers == null ? new ProviderInfo[0] : info.providers.clone();
    Arrays.sort(providers, (a, b) -> Integer.compare(b.initOrder, a.initOrder));
    for (ProviderInfo provider : providers) {
      if (provider.processName == null || provider.processName.equals(job.packageName())) {
        component("provider", provider.name, () -> components.install(created, provider));
      }
    }
  }

  /** Starts the launcher; an app that has ended itself begins anew. */
  private boolean launch() {
    if (job.launcher() == null) {
      return false;
    }
    if (exited) {
      exited = false;
      activities.forget();
      components.forget();
      permissions.forget();
    }
    return activities.launch(job.launcher(), new Intent(Intent.ACTION_MAIN).addCategory(Intent.CATEGORY_LAUNCHER));
  }

  private void idle(long millis) {
    quietly("location", "listeners", pendingIntents::locate);
    pace.idle(millis, this, this::settle);
  }

  /** Lets a little time pass within a command. */
  void letPass(long millis) {
    pace.idle(millis, this, components::settle);
  }

  private void settle() {
    for (int round = 0; round < 5 && !exited && (activities.settle() | components.settle()); round++) {
      // What starts may ask for more.
    }
  }

  private boolean touch(String[] words) {
    Gestures.Target target = screen == null ? null : screen.target(Integer.parseInt(words[1]));
    boolean[] acted = {false};
    if (target != null) {
      quietly("gesture", words[0], () -> acted[0] =
          switch (words[0]) {
            case "tap" -> target.tap();
            case "type" -> target.type(words[2]);
            default -> target.scroll();
          });
    }
    return acted[0];
  }

  private boolean back() {
    Screen now = Screen.of(activities.top());
    View front = now.front();
    if (front != null && now.isDialog(front)) {
      quietly("gesture", "back", () -> Gestures.back(front));
      return true;
    }
    return activities.back();
  }

  private void force(String kind, String name) {
    Intent intent = new Intent().setClassName(job.packageName(), name);
    if (kind.equals("activity")) {
      activities.force(name, intent);
    } else {
      components.force(kind, name, intent);
    }
  }

  void wanted(Intent intent, Activity from, String who, int request) {
    activities.wanted(new Activities.Start(intent, from, who, request));
  }

  void service(Object intent) {
    if (intent instanceof Intent asked) {
      components.startService(asked);
    }
  }

  /** Tells the app that it is connected with a service of the phone: by a message, before any time passes. */
  void connected(ComponentName service, IBinder binder, ServiceConnection connection) {
    Step step = () -> {
      connection.onServiceConnected(service, binder);
      pace.wakes();
    };
    new Handler(Looper.getMainLooper()).post(() -> quietly("connection", service.getClassName(), step));
  }

  Components components() {
    return components;
  }

  PendingIntents pendingIntents() {
    return pendingIntents;
  }

  void asked(Object target, String[] names, int requestCode) {
    permissions.asked(target, names, requestCode);
  }

  boolean holds(String permission) {
    return permissions.holds(permission);
  }

  /** Notes that a call failed for want of one of these permissions. */
  void missed(Set<String> need) {
    permissions.missed(need);
  }

  void exited() {
    exited = true;
  }

  boolean hasExited() {
    return exited;
  }

  /** Lets the app's threads do what they can do now. */
  void catchUp() {
    pace.catchUp();
  }

  boolean isMain() {
    return pace.isMain();
  }

  Job job() {
    return job;
  }

  AppLoader loader() {
    return loader;
  }

  Application application() {
    return application;
  }

  String canary(String kind) {
    return job.canaries().get(kind);
  }

  long simulated() {
    return Pace.now();
  }

  void sleep(long millis) throws InterruptedException {
    pace.sleep(millis);
  }

  void parkUntil(long moment, Pace.Wait wait) throws InterruptedException {
    pace.until(moment, wait);
  }

  /** Tells that one component has made another start. */
  void started(String how, String name) {
    told("component", how, List.of(name));
  }

  void told(String kind, String op, List<String> arguments) {
    Events.tell(kind, op, arguments, Events.Details.NONE);
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

  /** Runs something of the app's of which only a failure is told. */
  void quietly(String kind, String name, Step step) {
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
      for (StackTraceElement frame : Stacks.plain(link.getStackTrace(), MAX_FRAMES)) {
        trace.add("  " + frame);
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
