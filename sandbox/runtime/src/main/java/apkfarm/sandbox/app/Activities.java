package apkfarm.sandbox.app;

import android.app.Activity;
import android.app.ActivityManager;
import android.app.Dialog;
import android.content.ActivityNotFoundException;
import android.content.ComponentCallbacks2;
import android.content.ComponentName;
import android.content.Context;
import android.content.ContextWrapper;
import android.content.Intent;
import android.content.pm.ActivityInfo;
import android.content.pm.PackageManager;
import android.content.pm.ResolveInfo;
import android.content.res.Configuration;
import android.os.Bundle;
import android.view.View;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.robolectric.Robolectric;
import org.robolectric.Shadows;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.shadows.ShadowActivity;
import org.robolectric.shadows.ShadowDialog;
import org.robolectric.shadows.ShadowLooper;

/** The stack of activities: what is on screen, what was asked for, and who waits for whose result. */
final class Activities {
  private static final int MAX_ACTIVITIES = 12;
  private static final String HOME = "com.huawei.android.launcher";
  private static final int HANDLES = ActivityInfo.CONFIG_ORIENTATION | ActivityInfo.CONFIG_SCREEN_SIZE;

  private final Session session;
  private final Deque<Shown> stack = new ArrayDeque<>();
  private final Queue<Start> starts = new ConcurrentLinkedQueue<>();
  private boolean away;

  Activities(Session session) {
    this.session = session;
  }

  /** What the app has asked for; {@code from} and {@code who} (a fragment) get the result. */
  record Start(Intent intent, Activity from, String who, int request) {}

  private record Shown(String name, ActivityController<?> controller, Start start) {
    Activity activity() {
      return controller.get();
    }
  }

  Activity top() {
    return stack.isEmpty() || away ? null : stack.peek().activity();
  }

  /** Takes a start for later; one of an activity that the app does not have fails as on Android. */
  void wanted(Start start) {
    ComponentName named = start.intent().getComponent();
    if (named != null && session.job().packageName().equals(named.getPackageName()) && info(named.getClassName()) == null) {
      throw new ActivityNotFoundException(
          "Unable to find explicit activity class " + named.toShortString()
              + "; have you declared this activity in your AndroidManifest.xml?");
    }
    starts.add(start);
  }

  /** Starts the launcher as the home screen does: an app that is there already comes to the front. */
  boolean launch(String name, Intent intent) {
    settle();
    if (!stack.isEmpty()) {
      return comeBack() && stack.peek().activity().isResumed(); // One that came down is there, but was never shown.
    }
    away = false;
    if (open(name, new Start(intent, null, null, -1))) {
      return true;
    }
    Shown opened = stack.peek();
    if (opened == null || !opened.activity().isFinishing()) {
      return false;
    }
    settle(); // It has ended itself for another one, such as a login: what comes instead is what the launcher shows.
    return !stack.isEmpty() && stack.peek().activity().isResumed();
  }

  /** Forgets everything without a word to the app: its process is gone. */
  void forget() {
    stack.clear();
    starts.clear();
    away = false;
  }

  /** Ends every activity, the front one first. */
  void close() {
    starts.clear();
    while (!stack.isEmpty()) {
      Shown shown = stack.pop();
      boolean resumed = !away;
      away = true;
      session.quietly("activity", shown.name(), () -> {
        if (resumed) {
          shown.controller().pause();
          shown.controller().stop();
        }
        shown.controller().destroy();
      });
      removeWindows(shown.activity());
    }
    away = false;
  }

  /** With an activity go the dialogs that it has left open: Android takes their windows away without a word to them. */
  private void removeWindows(Activity gone) {
    for (Dialog dialog : ShadowDialog.getShownDialogs()) {
      Context context = dialog.getContext();
      while (context instanceof ContextWrapper wrapper && context != gone) {
        context = wrapper.getBaseContext();
      }
      View decor = dialog.isShowing() && context == gone ? dialog.getWindow().getDecorView() : null;
      if (decor != null && decor.getParent() != null) {
        session.quietly("activity", gone.getClass().getName(), () -> gone.getWindowManager().removeViewImmediate(decor));
      }
    }
  }

  private boolean open(String name, Start start) {
    boolean[] resumed = {false};
    session.component("activity", name, () -> {
      Shown below = stack.peek();
      if (below != null && !away) {
        session.quietly("activity", below.name(), () -> below.controller().pause());
      }
      ActivityController<?> created = build(name, start.intent());
      stack.push(new Shown(name, created, start));
      tellTasks();
      created.create();
      if (!created.get().isFinishing()) {
        created.start().postCreate(null).resume();
        resumed[0] = true;
        show(created);
      }
      if (below != null && !away) {
        session.quietly("activity", below.name(), () -> {
          below.controller().saveInstanceState(new Bundle());
          below.controller().stop();
        });
      }
      away = false;
    });
    return resumed[0];
  }

  /** Makes an activity on screen; one without a window, or that ends itself meanwhile, gets no focus. */
  private static void show(ActivityController<?> controller) {
    controller.visible();
    View decor = controller.get().getWindow().getDecorView();
    if (decor.getViewRootImpl() == null) {
      Frames.allow(); // It waits for the frame in which it is drawn first.
      ShadowLooper.idleMainLooper();
    }
    if (decor.getViewRootImpl() != null) {
      controller.windowFocusChanged(true);
    }
  }

  /** Makes an activity, or fails as Android does if its class is none that can be made. */
  private ActivityController<?> build(String name, Intent intent) throws ReflectiveOperationException {
    Class<? extends Activity> type = session.loader().loadClass(name).asSubclass(Activity.class);
    if (Modifier.isAbstract(type.getModifiers())) {
      throw new InstantiationException(name + " is abstract");
    }
    return Robolectric.buildActivity(type, intent.setClassName(session.job().packageName(), name));
  }

  /** Does what has become due: activities that finish go, activities that were asked for come. */
  boolean settle() {
    boolean changed = false;
    for (int round = 0; round < 10; round++) {
      Shown top = stack.peek();
      Start start = starts.poll();
      if (top != null && top.activity().isFinishing()) {
        finish(top, start == null);
      } else if (start == null) {
        return changed;
      }
      changed = true;
      if (start != null) {
        follow(start);
      }
    }
    return changed;
  }

  /** The phone says, to an app that asks, what is on top. */
  private void tellTasks() {
    ActivityManager manager = (ActivityManager) session.application().getSystemService(Context.ACTIVITY_SERVICE);
    ActivityManager.RunningTaskInfo task = new ActivityManager.RunningTaskInfo();
    String own = session.job().packageName();
    Shown top = stack.peek();
    boolean shown = top != null && !away;
    task.topActivity = shown ? new ComponentName(own, top.name()) : new ComponentName(HOME, HOME + ".Launcher");
    task.baseActivity = shown ? new ComponentName(own, stack.peekLast().name()) : task.topActivity;
    task.numActivities = Math.max(1, stack.size());
    task.numRunning = task.numActivities;
    Shadows.shadowOf(manager).setTasks(List.of(task));
  }

  private void finish(Shown top, boolean goBack) {
    stack.pop();
    tellTasks();
    session.quietly("activity", top.name(), () -> {
      if (!away) {
        top.controller().pause();
        top.controller().stop();
      }
      top.controller().destroy();
    });
    removeWindows(top.activity());
    ShadowActivity shadow = Shadows.shadowOf(top.activity());
    answer(top.start(), shadow.getResultCode(), shadow.getResultIntent());
    Shown next = stack.peek();
    if (next != null && goBack && !away) {
      session.quietly("activity", next.name(), () -> next.controller().restart().start().resume());
    }
  }

  private void answer(Start start, int code, Intent data) {
    if (start.from() != null && start.request() >= 0) {
      session.quietly("activity", start.from().getClass().getName(), () ->
          Shadows.shadowOf(start.from()).internalCallDispatchActivityResult(start.who(), start.request(), code, data));
    }
  }

  private void follow(Start start) {
    String name = resolve(start.intent());
    if (name == null || stack.size() >= MAX_ACTIVITIES) {
      answer(start, Activity.RESULT_CANCELED, null); // Another app's: nobody is there to answer.
    } else if (!reuse(name, start.intent())) {
      session.started("start_activity", name);
      open(name, start);
    }
  }

  /** Returns the class of the app's own activity that an intent leads to; null for another app's. */
  String resolve(Intent intent) {
    String own = session.job().packageName();
    PackageManager packages = session.application().getPackageManager();
    String name = null;
    if (intent.getComponent() != null) {
      name = own.equals(intent.getComponent().getPackageName()) ? intent.getComponent().getClassName() : null;
    } else {
      ResolveInfo found = packages.resolveActivity(intent, 0);
      if (found != null && found.activityInfo != null && own.equals(found.activityInfo.packageName)) {
        name = found.activityInfo.name;
      }
    }
    ActivityInfo info = name == null ? null : info(name);
    return info != null && info.targetActivity != null ? info.targetActivity : name;
  }

  private ActivityInfo info(String name) {
    try {
      return session.application().getPackageManager()
          .getActivityInfo(new ComponentName(session.job().packageName(), name), 0);
    } catch (PackageManager.NameNotFoundException undeclared) {
      return null;
    }
  }

  /** Gives the intent to an activity that is there already, where Android would. */
  private boolean reuse(String name, Intent intent) {
    ActivityInfo info = info(name);
    int mode = info == null ? ActivityInfo.LAUNCH_MULTIPLE : info.launchMode;
    boolean single = mode == ActivityInfo.LAUNCH_SINGLE_TOP
        || (intent.getFlags() & Intent.FLAG_ACTIVITY_SINGLE_TOP) != 0;
    boolean task = mode == ActivityInfo.LAUNCH_SINGLE_TASK || mode == ActivityInfo.LAUNCH_SINGLE_INSTANCE
        || single && (intent.getFlags() & Intent.FLAG_ACTIVITY_CLEAR_TOP) != 0;
    List<Shown> above = new ArrayList<>();
    for (Shown shown : stack) {
      if (shown.name().equals(name) && !shown.activity().isFinishing()) {
        if (!task && !(single && above.isEmpty())) {
          return false;
        }
        above.forEach(item -> item.activity().finish());
        above.forEach(item -> finish(item, item == above.get(above.size() - 1)));
        session.quietly("activity", name, () -> shown.controller().newIntent(intent));
        return true;
      }
      above.add(shown);
    }
    return false;
  }

  /** The home key. */
  void goHome() {
    settle();
    Shown top = stack.peek();
    if (top == null || away) {
      return;
    }
    away = true;
    tellTasks();
    session.quietly("activity", top.name(), () -> {
      top.controller().userLeaving();
      top.controller().pause();
      top.controller().saveInstanceState(new Bundle());
      top.controller().stop();
    });
    session.quietly("application", session.job().packageName(), () ->
        session.application().onTrimMemory(ComponentCallbacks2.TRIM_MEMORY_UI_HIDDEN));
  }

  /** The app is chosen again. */
  boolean comeBack() {
    Shown top = stack.peek();
    if (top != null && away) {
      away = false;
      tellTasks();
      session.quietly("activity", top.name(), () -> top.controller().restart().start().resume());
    }
    return top != null;
  }

  /** The phone is short of memory, and tells every app. */
  void lowMemory() {
    session.quietly("application", session.job().packageName(), () -> {
      session.application().onTrimMemory(ComponentCallbacks2.TRIM_MEMORY_RUNNING_CRITICAL);
      session.application().onLowMemory();
    });
    for (Shown shown : new ArrayList<>(stack)) {
      session.quietly("activity", shown.name(), shown.activity()::onLowMemory);
    }
  }

  /** The phone is turned: the activity is made anew with its saved state, or told, as its manifest says. */
  boolean rotate() {
    Shown top = stack.peek();
    if (top == null || away) {
      return false;
    }
    ActivityInfo info = info(top.name());
    boolean handles = info != null && (info.configChanges & HANDLES) == HANDLES;
    Configuration now = new Configuration(top.activity().getResources().getConfiguration());
    now.orientation = Configuration.ORIENTATION_LANDSCAPE;
    session.quietly("application", session.job().packageName(), () -> session.application().onConfigurationChanged(now));
    Frames.allow();
    session.quietly("activity", top.name(), () -> {
      if (handles) {
        top.activity().onConfigurationChanged(now);
      } else {
        top.controller().recreate();
      }
    });
    return true;
  }

  /** The back key, where no dialog takes it. */
  boolean back() {
    Activity top = top();
    if (top == null) {
      return false;
    }
    session.quietly("activity", top.getClass().getName(), top::onBackPressed);
    return true;
  }

  /** Runs one activity through its whole life, as nobody does on a phone. */
  void force(String name, Intent intent) {
    session.component("activity", name, () -> {
      ActivityController<?> forced = build(name, intent);
      forced.create();
      if (!forced.get().isFinishing()) {
        forced.start().postCreate(null).resume();
        show(forced);
        session.letPass(300);
        forced.pause().stop();
      }
      forced.destroy();
    });
  }
}
