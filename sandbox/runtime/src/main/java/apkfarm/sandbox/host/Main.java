package apkfarm.sandbox.host;

import apkfarm.sandbox.app.Environment;
import apkfarm.sandbox.app.RunTimeDex;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.zip.ZipEntry;
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

/** Starts Android's framework on this JVM without a test runner, gives it one APK, and obeys the worker's commands. */
@Config(sdk = Main.API, qualifiers = "zh-rCN-w411dp-h891dp-port-xxhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@LooperMode(LooperMode.Mode.PAUSED)
@SQLiteMode(SQLiteMode.Mode.NATIVE)
public final class Main {
  static final int API = 34;

  private Main() {}

  /** Carries the annotations of this class to Robolectric's configuration. */
  public void configured() {}

  /** Arguments: the job file, the folder of the SDK jar, the class path of the translator. */
  public static void main(String[] arguments) throws Exception {
    System.setOut(System.err);
    Properties system = System.getProperties();
    system.setProperty("java.awt.headless", "true");
    system.setProperty("robolectric.offline", "true");
    system.setProperty("robolectric.dependency.dir", arguments[1]);
    system.setProperty("robolectric.logging.enabled", "false");
    Job job = Job.read(Path.of(arguments[0]));
    int status = 0;
    try {
      Network.install();
      run(job, arguments[2]);
    } catch (Throwable fault) {
      fault.printStackTrace();
      Wire.send("fault", Map.of("cause", String.valueOf(fault)));
      status = 1;
    }
    Runtime.getRuntime().halt(status);
  }

  @SuppressWarnings("unchecked")
  private static void run(Job job, String translatorPath) throws Exception {
    ZipFile apk = new ZipFile(job.apk().toFile());
    Object translator = translator(apk, translatorPath);
    Class<?> type = translator.getClass();
    Set<String> names = (Set<String>) type.getMethod("names").invoke(translator);
    Set<String> interfaces = (Set<String>) type.getMethod("interfaces").invoke(translator);

    Injector injector = new Injector.Builder().bind(Properties.class, System.getProperties()).build();
    Interceptors interceptors = new Interceptors(AndroidInterceptors.all());
    InstrumentationConfiguration.Builder builder = InstrumentationConfiguration.newBuilder();
    injector.getInstance(AndroidConfigurer.class).configure(builder, interceptors);
    builder.doNotAcquirePackage("apkfarm.sandbox.host.");
    Sdk sdk = injector.getInstance(SdkCollection.class).getSdk(API);
    Hierarchy hierarchy =
        new Hierarchy(
            Members.calls(job),
            (Map<String, String[]>) type.getMethod("supertypes").invoke(translator),
            new ZipFile(sdk.getJarPath().toFile()));
    Rewriter rewriter = new Rewriter(hierarchy, Members.fields(job), interfaces);
    Method extend = type.getMethod("extend", byte[].class);
    AppLoader loader =
        new AppLoader(
            builder.build(),
            sdk,
            injector.getInstance(ClassInstrumentor.class),
            (Function<String, byte[]>) translator,
            dex -> extend(extend, translator, dex),
            names,
            rewriter,
            apk,
            job.apk().toUri().toURL());
    ConfigurationStrategy.Configuration configuration =
        injector.getInstance(ConfigurationStrategy.class).getConfig(Main.class, Main.class.getMethod("configured"));
    ShadowProviders shadows = injector.getInstance(ShadowProviders.class);
    AndroidSandbox sandbox =
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
            .addShadowClasses(RunTimeDex.Loader.class, RunTimeDex.Dex.class)
            .build();
    sandbox.replaceShadowMap(map);
    sandbox.configure(
        injector
            .getInstance(ClassHandlerBuilder.class)
            .build(map, new AndroidSdkShadowMatcher(API), interceptors, List.of()),
        interceptors);
    sandbox.runOnMainThread(() -> obey(sandbox, loader, configuration, job));
  }

  private static void obey(
      AndroidSandbox sandbox, AppLoader loader, ConfigurationStrategy.Configuration configuration, Job job) {
    Thread.currentThread().setContextClassLoader(loader);
    Runnable install =
        () -> sandbox.getTestEnvironment().setUpApplicationState("app", configuration, new Manifest(job));
    try {
      loader.loadClass("apkfarm.sandbox.app.Hook").getMethod("prepare", Job.class).invoke(null, job);
      loader
          .loadClass("apkfarm.sandbox.app.Session")
          .getMethod("run", Job.class, AppLoader.class, Runnable.class)
          .invoke(null, job, loader, install);
    } catch (InvocationTargetException fault) {
      throw new IllegalStateException(fault.getCause());
    } catch (ReflectiveOperationException fault) {
      throw new IllegalStateException(fault);
    }
  }

  private static void extend(Method extend, Object translator, byte[] dex) {
    try {
      extend.invoke(translator, (Object) dex);
    } catch (ReflectiveOperationException unreadable) {
      throw new IllegalArgumentException(unreadable);
    }
  }

  private static Object translator(ZipFile apk, String classPath) throws ReflectiveOperationException, IOException {
    String[] parts = classPath.split(File.pathSeparator);
    URL[] urls = new URL[parts.length];
    for (int i = 0; i < parts.length; i++) {
      urls[i] = new File(parts[i]).toURI().toURL();
    }
    ClassLoader apart = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    Object translator =
        apart.loadClass("apkfarm.translator.LazyTranslator").getConstructor().newInstance();
    for (int number = 1; ; number++) {
      ZipEntry dex = apk.getEntry(number == 1 ? "classes.dex" : "classes" + number + ".dex");
      if (dex == null) {
        break;
      }
      translator
          .getClass()
          .getMethod("add", byte[].class)
          .invoke(translator, (Object) apk.getInputStream(dex).readAllBytes());
    }
    translator.getClass().getMethod("index").invoke(translator);
    return translator;
  }

  /** The APK itself is what Android's own parser reads. */
  private static final class Manifest extends AndroidManifest {
    private final Job job;

    Manifest(Job job) {
      super(null, null, null, job.packageName());
      this.job = job;
    }

    @Override
    public Path getApkFile() {
      return job.apk();
    }

    @Override
    public int getTargetSdkVersion() {
      return job.targetSdk();
    }

    @Override
    public String getApplicationName() {
      return null;
    }

    @Override
    public String getPackageName() {
      return job.packageName();
    }

    @Override
    public List<BroadcastReceiverData> getBroadcastReceivers() {
      return List.of();
    }
  }
}
