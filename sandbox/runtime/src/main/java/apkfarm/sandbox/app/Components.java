package apkfarm.sandbox.app;

import android.app.Service;
import android.app.job.JobInfo;
import android.app.job.JobParameters;
import android.app.job.JobScheduler;
import android.app.job.JobService;
import android.content.BroadcastReceiver;
import android.content.ComponentName;
import android.content.ContentProvider;
import android.content.Context;
import android.content.Intent;
import android.content.ServiceConnection;
import android.content.pm.PackageManager;
import android.content.pm.ProviderInfo;
import android.content.pm.ResolveInfo;
import android.net.Uri;
import android.os.IBinder;
import android.os.PersistableBundle;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.robolectric.Robolectric;
import org.robolectric.android.controller.ServiceController;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowContentResolver;
import org.robolectric.shadows.ShadowService;

/** Services, receivers and providers; jobs; what the phone tells the app. */
final class Components {
  private static final int MAX_SERVICES = 60;

  private final Session session;
  private final Map<String, ServiceController<?>> services = new LinkedHashMap<>();
  private final Map<String, IBinder> binders = new HashMap<>();
  private final Map<ServiceConnection, Bound> bound = new IdentityHashMap<>();
  /** Services that were started: they live on when nobody is bound to them any more. */
  private final Set<String> started = new HashSet<>();
  private final Queue<Runnable> asked = new ConcurrentLinkedQueue<>();

  Components(Session session) {
    this.session = session;
  }

  /** A service that the app has bound: when the last of its connections goes, it is told so. */
  private record Bound(String name, Intent intent) {}

  void forget() {
    asked.clear();
    services.clear();
    binders.clear();
    bound.clear();
  }

  void startService(Intent intent) {
    asked.add(() -> start(intent));
  }

  void bind(Intent intent, ServiceConnection connection) {
    asked.add(() -> connect(intent, connection));
  }

  void unbind(ServiceConnection connection) {
    asked.add(() -> disconnect(connection));
  }

  void stopService(Intent intent) {
    asked.add(() -> stop(own(intent)));
  }

  void broadcast(Intent intent) {
    asked.add(() -> deliver(intent));
  }

  void broadcast(Intent intent, Broadcasts.Result result, BroadcastReceiver last) {
    asked.add(() -> inOrder(intent, result, last));
  }

  /** Starts what was asked for; returns whether anything was. */
  boolean settle() {
    boolean any = false;
    for (int round = 0; round < 20; round++) {
      Runnable next = asked.poll();
      if (next == null) {
        break;
      }
      next.run();
      any = true;
    }
    List<String> names = new ArrayList<>(services.keySet());
    for (String name : names) {
      ServiceController<?> service = services.get(name);
      if (isStoppedBySelf(service)) {
        stop(name);
      }
    }
    return any;
  }

  private static boolean isStoppedBySelf(ServiceController<?> service) {
    // Services of some kinds, such as tiles, have shadows of their own, which do not say.
    return Shadow.extract(service.get()) instanceof ShadowService shadow && shadow.isStoppedBySelf();
  }

  private void stop(String name) {
    binders.remove(name);
    ServiceController<?> service = services.remove(name);
    if (service != null) {
      session.quietly("service", name, service::destroy);
    }
  }

  private void disconnect(ServiceConnection connection) {
    Bound gone = bound.remove(connection);
    ServiceController<?> service = gone == null ? null : services.get(gone.name());
    if (service == null || bound.values().stream().anyMatch(other -> other.name().equals(gone.name()))) {
      return;
    }
    session.quietly("service", gone.name(), () -> service.get().onUnbind(gone.intent()));
    if (!isStoppedBySelf(service) && !started.contains(gone.name())) {
      stop(gone.name());
    }
  }

  private String own(Intent intent) {
    String own = session.job().packageName();
    if (intent.getComponent() != null) {
      return own.equals(intent.getComponent().getPackageName()) ? intent.getComponent().getClassName() : null;
    }
    ResolveInfo found = session.application().getPackageManager().resolveService(intent, 0);
    boolean ours = found != null && found.serviceInfo != null && own.equals(found.serviceInfo.packageName);
    return ours ? found.serviceInfo.name : null;
  }

  private ServiceController<?> running(String name, Intent intent, String how) throws ClassNotFoundException {
    ServiceController<?> known = services.get(name);
    if (known != null) {
      return known;
    }
    session.started(how, name);
    Class<? extends Service> type = session.loader().loadClass(name).asSubclass(Service.class);
    ServiceController<?> service = Robolectric.buildService(type, intent);
    services.put(name, service);
    service.create();
    return service;
  }

  private void start(Intent intent) {
    String name = own(intent);
    if (name == null || services.size() >= MAX_SERVICES) {
      return;
    }
    boolean first = !services.containsKey(name);
    started.add(name);
    Session.Step step = () -> running(name, intent, "start_service").withIntent(intent).startCommand(0, 1);
    if (first) {
      session.component("service", name, step);
    } else {
      session.quietly("service", name, step);
    }
  }

  private void connect(Intent intent, ServiceConnection connection) {
    String name = own(intent);
    if (name == null || services.size() >= MAX_SERVICES) {
      return;
    }
    session.component("service", name, () -> {
      Service service = running(name, intent, "bind_service").get();
      // As long as it lives a service is asked once: Android keeps the answer.
      IBinder binder = binders.containsKey(name) ? binders.get(name) : service.onBind(intent);
      binders.put(name, binder);
      bound.put(connection, new Bound(name, intent));
      if (binder != null) {
        connection.onServiceConnected(new ComponentName(session.job().packageName(), name), binder);
      }
    });
  }

  /** Gives a broadcast to the receivers of the manifest; those registered at run time get it from the framework. */
  int deliver(Intent intent) {
    List<String> names = receivers(intent);
    for (String name : names) {
      session.started("start_receiver", name);
      receive(name, intent, null);
    }
    return names.size();
  }

  /** Gives it to one after the other, the highest priority first; each may change the result or end it. */
  private void inOrder(Intent intent, Broadcasts.Result result, BroadcastReceiver last) {
    for (String name : receivers(intent)) {
      session.started("start_receiver", name);
      receive(name, intent, result);
      if (result.isAborted()) {
        break;
      }
    }
    if (last != null) {
      session.quietly("receiver", last.getClass().getName(), () -> {
        result.handTo(last);
        last.onReceive(session.application(), intent);
      });
    }
  }

  /** The classes of the manifest's receivers of an intent, the highest priority first. */
  private List<String> receivers(Intent intent) {
    String own = session.job().packageName();
    List<String> names = new ArrayList<>();
    if (intent.getComponent() != null) {
      if (own.equals(intent.getComponent().getPackageName()) && isReceiver(intent.getComponent())) {
        names.add(intent.getComponent().getClassName());
      }
    } else {
      List<ResolveInfo> all = new ArrayList<>(session.application().getPackageManager().queryBroadcastReceivers(intent, 0));
      all.sort(Comparator.comparingInt(found -> -found.priority)); // Stable: else the order of the manifest.
      for (ResolveInfo found : all) {
        if (found.activityInfo != null && own.equals(found.activityInfo.packageName)) {
          names.add(found.activityInfo.name);
        }
      }
    }
    return names;
  }

  /** A broadcast to a class that the manifest does not name as a receiver reaches nobody. */
  private boolean isReceiver(ComponentName name) {
    try {
      session.application().getPackageManager().getReceiverInfo(name, 0);
      return true;
    } catch (PackageManager.NameNotFoundException undeclared) {
      return false;
    }
  }

  private void receive(String name, Intent intent, Broadcasts.Result result) {
    session.component("receiver", name, () -> {
      BroadcastReceiver receiver =
          (BroadcastReceiver) session.loader().loadClass(name).getDeclaredConstructor().newInstance();
      Broadcasts.Result own = result != null ? result : Broadcasts.Result.none();
      own.handTo(receiver);
      receiver.onReceive(session.application(), intent);
      own.takeFrom(receiver);
    });
  }

  /** What the phone tells every app; returns how many receivers of the manifest heard it. */
  int phoneSays(Intent intent) {
    int heard = deliver(intent);
    session.quietly("receiver", String.valueOf(intent.getAction()), () -> session.application().sendBroadcast(intent));
    return heard;
  }

  /** A broadcast that was left with the phone: whoever waits for it is told how that went. */
  void pendingBroadcast(Intent intent, int code) {
    asked.add(() -> {
      if (code == 0) {
        phoneSays(intent);
      } else {
        inOrder(intent, Broadcasts.Result.of(code, null, null), null);
        session.quietly("receiver", String.valueOf(intent.getAction()), () ->
            session.application().sendOrderedBroadcast(intent, null, null, null, code, null, null));
      }
    });
  }

  /** Makes a provider and returns it. */
  void install(Context context, ProviderInfo info) throws ReflectiveOperationException {
    ContentProvider provider =
        (ContentProvider) session.loader().loadClass(info.name).getDeclaredConstructor().newInstance();
    provider.attachInfo(context, info);
    for (String authority : info.authority == null ? new String[0] : info.authority.split(";")) {
      ShadowContentResolver.registerProviderInternal(authority, provider);
    }
  }

  int runJobs() {
    JobScheduler scheduler = session.application().getSystemService(JobScheduler.class);
    List<JobInfo> jobs = new ArrayList<>(scheduler.getAllPendingJobs());
    for (JobInfo job : jobs) {
      String name = job.getService().getClassName();
      scheduler.cancel(job.getId());
      session.component("service", name, () -> {
        Intent intent = new Intent().setComponent(job.getService());
        JobService service = (JobService) running(name, intent, "run_job").get();
        service.onBind(intent);
        service.onStartJob(parameters(job));
      });
    }
    return jobs.size();
  }

  private static JobParameters parameters(JobInfo job) throws ReflectiveOperationException {
    JobParameters parameters = Shadow.newInstanceOf(JobParameters.class);
    set(parameters, "jobId", job.getId());
    set(parameters, "extras", job.getExtras() == null ? new PersistableBundle() : job.getExtras());
    set(parameters, "mTransientExtras", job.getTransientExtras());
    return parameters;
  }

  private static void set(Object object, String name, Object value) throws ReflectiveOperationException {
    try {
      Field field = object.getClass().getDeclaredField(name);
      field.setAccessible(true);
      field.set(object, value);
    } catch (NoSuchFieldException renamed) {
      // A job without this extra runs as well.
    }
  }

  /** Runs one service, receiver or provider alone. */
  void force(String kind, String name, Intent intent) {
    switch (kind) {
      case "service" -> {
        session.component("service", name, () -> {
          ServiceController<?> service = running(name, intent, "forced").withIntent(intent);
          service.startCommand(0, 1);
          service.get().onBind(intent);
        });
        session.letPass(300);
        stop(name);
      }
      case "receiver" -> receive(name, intent, null);
      case "provider" -> session.component("provider", name, () -> {
        ContentProvider provider =
            (ContentProvider) session.loader().loadClass(name).getDeclaredConstructor().newInstance();
        ProviderInfo info = session.application().getPackageManager()
            .getProviderInfo(new ComponentName(session.job().packageName(), name), PackageManager.GET_META_DATA);
        provider.attachInfo(session.application(), info);
        String authority = String.valueOf(info.authority).split(";")[0];
        provider.query(Uri.parse("content://" + authority), null, null, null, null);
      });
      default -> throw new IllegalArgumentException("unknown kind of component");
    }
  }
}
