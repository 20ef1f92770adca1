package apkfarm.sandbox.host;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.robolectric.internal.AndroidSandbox;
import org.robolectric.internal.bytecode.ClassInstrumentor;
import org.robolectric.internal.bytecode.InstrumentationConfiguration;
import org.robolectric.pluginapi.Sdk;

/** Finds classes as Android does: the framework first, then the app's dex files, class by class as they are asked for. */
public final class AppLoader extends AndroidSandbox.SdkSandboxClassLoader {
  /** Packages that belong to the sandbox, even if the app has classes there. */
  private static final String[] OURS = {
    "apkfarm.", "org.robolectric.", "com.google.common.", "javax.inject.", "com.almworks.", "org.objectweb.asm.",
    "androidx.test.platform.app.InstrumentationRegistry",
  };

  /** Classes of a phone that are there if the services are: then they go before those of the app with the same name. */
  private static final Set<String> OF_SERVICES = Set.of("com.android.id.impl.IdProviderImpl");

  private static final long MAX_EXTENDED = 64L << 20;

  private final Set<String> framework = new HashSet<>();
  private final AtomicInteger defined = new AtomicInteger();
  private volatile AppCode app;
  private long extended;

  /** Knows the framework only, until it is given an app. */
  AppLoader(InstrumentationConfiguration configuration, Sdk sdk, ClassInstrumentor instrumentor) throws IOException {
    super(configuration, sdk, instrumentor);
    try (ZipFile jar = new ZipFile(sdk.getJarPath().toFile())) {
      jar.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.endsWith(".class"))
          .forEach(name -> framework.add(name.substring(0, name.length() - ".class".length())));
    }
  }

  /** Takes the app; there is one for each loader. */
  void take(AppCode code) {
    app = code;
  }

  /** Java names of all classes of the app, in order. */
  public List<String> classNames() {
    AppCode code = app;
    return code == null ? List.of() : code.names().stream().map(name -> name.replace('/', '.')).sorted().toList();
  }

  /** How many of the app's classes were used. */
  public int defined() {
    return defined.get();
  }

  /** Adds a dex file that the app loads while it runs; returns whether it could be read and there was room for it. */
  public synchronized boolean extend(byte[] dex) {
    if (extended + dex.length > MAX_EXTENDED) {
      return false;
    }
    extended += dex.length;
    try {
      app.extend(dex);
      return true;
    } catch (RuntimeException notDex) {
      return false;
    }
  }

  @Override
  public Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    String internal = name.replace('.', '/');
    AppCode code = app;
    boolean ofServices = code != null && OF_SERVICES.contains(name);
    if (ofServices && !code.hasServices() && !code.names().contains(internal)) {
      throw new ClassNotFoundException(name);
    }
    boolean ofPhone = ofServices && code.hasServices() || framework.contains(internal) || isOurs(name);
    if (code == null || !code.names().contains(internal) || name.startsWith("java.") || ofPhone) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(code, name, internal);
    }
  }

  private Class<?> define(AppCode code, String name, String internal) throws ClassNotFoundException {
    byte[] bytes = code.translated(internal);
    if (bytes == null) {
      throw new ClassNotFoundException(name + " (cannot be translated)");
    }
    bytes = code.rewriter().rewrite(bytes);
    int dot = name.lastIndexOf('.');
    if (dot > 0 && getDefinedPackage(name.substring(0, dot)) == null) {
      definePackage(name.substring(0, dot), null, null, null, null, null, null, null);
    }
    defined.incrementAndGet();
    return defineClass(name, bytes, 0, bytes.length);
  }

  private static boolean isOurs(String name) {
    for (String prefix : OURS) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public URL getResource(String name) {
    URL found = super.getResource(name);
    return found != null ? found : ofApp(name);
  }

  /** What {@link java.util.ServiceLoader} asks: the app's own list stands before that of the sandbox's libraries. */
  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    URL found = ofApp(name);
    return found != null ? Collections.enumeration(List.of(found)) : super.getResources(name);
  }

  private URL ofApp(String name) {
    AppCode code = app;
    if (code == null || name.endsWith(".class") || code.apk().getEntry(name) == null) {
      return null;
    }
    try {
      return new URL("jar:" + code.url() + "!/" + name);
    } catch (MalformedURLException unusable) {
      return null;
    }
  }
}
