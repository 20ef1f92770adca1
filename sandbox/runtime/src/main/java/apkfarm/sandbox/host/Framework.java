package apkfarm.sandbox.host;

import apkfarm.sandbox.app.Attach;
import apkfarm.sandbox.app.Environment;
import apkfarm.sandbox.app.Documents;
import apkfarm.sandbox.app.Frames;
import apkfarm.sandbox.app.RunTimeDex;
import apkfarm.sandbox.app.Satellites;
import apkfarm.sandbox.app.ServiceIntents;
import apkfarm.sandbox.app.Tabs;
import apkfarm.sandbox.app.Turns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.zip.ZipFile;
import org.robolectric.android.AndroidSdkShadowMatcher;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.annotation.LooperMode;
import org.robolectric.annotation.ResourcesMode;
import org.robolectric.annotation.SQLiteMode;
import org.robolectric.config.AndroidConfigurer;
import org.robolectric.interceptors.AndroidInterceptors;
import org.robolectric.internal.AndroidSandbox;
import org.robolectric.internal.ShadowProvider;
import org.robolectric.internal.TestEnvironment;
import org.robolectric.internal.bytecode.ClassHandlerBuilder;
import org.robolectric.internal.bytecode.ClassInstrumentor;
import org.robolectric.internal.bytecode.InstrumentationConfiguration;
import org.robolectric.internal.bytecode.Interceptors;
import org.robolectric.internal.bytecode.ShadowMap;
import org.robolectric.internal.bytecode.ShadowProviders;
import org.robolectric.manifest.AndroidManifest;
import org.robolectric.manifest.BroadcastReceiverData;
import org.robolectric.pluginapi.Sdk;
import org.robolectric.pluginapi.config.ConfigurationStrategy;
import org.robolectric.plugins.SdkCollection;
import org.robolectric.util.inject.Injector;

/** Android's framework on this JVM: booted first, warmed up without an app, then given one. */
@Config(sdk = Framework.API, qualifiers = "zh-rCN-w411dp-h891dp-port-xxhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@LooperMode(LooperMode.Mode.PAUSED)
@SQLiteMode(SQLiteMode.Mode.NATIVE)
public final class Framework {
  static final int API = 34;
  private static final String APP = "apkfarm.sandbox.app.";

  private final ClassLoader translators;
  private final ZipFile jar;
  private final AppLoader loader;
  private final AndroidSandbox sandbox;
  private final ConfigurationStrategy.Configuration configuration;

  /** Takes the class path of the translator. */
  Framework(String translatorPath) throws IOException, ReflectiveOperationException {
    translators = AppCode.apart(translatorPath);
    Injector injector = new Injector.Builder().bind(Properties.class, System.getProperties()).build();
    Interceptors interceptors = new Interceptors(AndroidInterceptors.all());
    InstrumentationConfiguration.Builder builder = InstrumentationConfiguration.newBuilder();
    injector.getInstance(AndroidConfigurer.class).configure(builder, interceptors);
    builder.doNotAcquirePackage("apkfarm.sandbox.host.");
    Sdk sdk = injector.getInstance(SdkCollection.class).getSdk(API);
    jar = new ZipFile(sdk.getJarPath().toFile());
    loader = new AppLoader(builder.build(), sdk, injector.getInstance(ClassInstrumentor.class));
    configuration =
        injector
            .getInstance(ConfigurationStrategy.class)
            .getConfig(Framework.class, Framework.class.getMethod("configured"));
    ShadowProviders shadows = injector.getInstance(ShadowProviders.class);
    sandbox =
        new AndroidSandbox(
            sdk,
            sdk,
            ResourcesMode.Mode.BINARY,
            new AndroidSandbox.TestEnvironmentSpec(Environment.class),
            loader,
            shadows,
            SQLiteMode.Mode.NATIVE);
    ShadowMap map =
        shadows
            .getBaseShadowMap()
            .newBuilder()
            .addShadowClasses(
                Attach.class, Documents.class, Frames.class, RunTimeDex.Dex.class, RunTimeDex.Loader.class, Satellites.class,
                ServiceIntents.class, Tabs.Group.class, Tabs.Host.class, Tabs.Row.class, Tabs.Tab.class, Tabs.Tabbed.class, Turns.class)
            .build();
    sandbox.replaceShadowMap(map);
    sandbox.configure(
        injector
            .getInstance(ClassHandlerBuilder.class)
            .build(map, new AndroidSdkShadowMatcher(API), interceptors, List.of()),
        interceptors);
  }

  /** Carries the annotations of this class to Robolectric's configuration. */
  public void configured() {}

  /** Something that is done on Android's main thread. */
  interface Task {
    void run() throws Exception;
  }

  /** Runs {@code task} on the thread that is Android's main thread here. */
  void onMainThread(Task task) {
    sandbox.runOnMainThread(
        () -> {
          Thread.currentThread().setContextClassLoader(loader);
          try {
            task.run();
          } catch (Exception fault) {
            throw new IllegalStateException(fault);
          }
        });
  }

  /**
   * Opens a screen of the framework's own and forgets it: what every app needs of the framework is loaded and linked
   * then. The state is reset as between two tests.
   */
  void warmUp() throws ReflectiveOperationException {
    TestEnvironment environment = sandbox.getTestEnvironment();
    environment.setUpApplicationState("warm", configuration, new Manifest("apkfarm.warm", null, API));
    call("WarmUp", "run", new Class<?>[0]);
    environment.tearDownApplication();
    environment.resetState();
  }

  /** Runs one app until the worker says {@code quit} or goes away. */
  void run(Job job) throws ReflectiveOperationException, IOException {
    loader.take(new AppCode(job, translators, jar));
    Manifest manifest = new Manifest(job.packageName(), job.apk(), job.targetSdk());
    Runnable install = () -> sandbox.getTestEnvironment().setUpApplicationState("app", configuration, manifest);
    call("Hook", "prepare", new Class<?>[] {Job.class}, job);
    call("Session", "run", new Class<?>[] {Job.class, AppLoader.class, Runnable.class}, job, loader, install);
  }

  private void call(String type, String method, Class<?>[] types, Object... arguments)
      throws ReflectiveOperationException {
    loader.loadClass(APP + type).getMethod(method, types).invoke(null, arguments);
  }

  /** The APK itself is what Android's own parser reads; without one there is an empty app. */
  private static final class Manifest extends AndroidManifest {
    private final String name;
    private final Path apk;
    private final int targetSdk;

    Manifest(String name, Path apk, int targetSdk) {
      super(null, null, null, name);
      this.name = name;
      this.apk = apk;
      this.targetSdk = targetSdk;
    }

    @Override
    public Path getApkFile() {
      return apk;
    }

    @Override
    public int getTargetSdkVersion() {
      return targetSdk;
    }

    @Override
    public String getApplicationName() {
      return null;
    }

    @Override
    public String getPackageName() {
      return name;
    }

    @Override
    public List<BroadcastReceiverData> getBroadcastReceivers() {
      return List.of();
    }
  }
}
