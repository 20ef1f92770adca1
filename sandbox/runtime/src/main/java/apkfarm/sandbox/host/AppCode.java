package apkfarm.sandbox.host;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The code of one app: its dex files behind the translator, and the rewriter that its classes go through. */
final class AppCode {
  private final ZipFile apk;
  private final URL url;
  private final Object translator;
  private final Set<String> names;
  private final Rewriter rewriter;
  private final boolean services;

  /**
   * Reads the dex files of the APK that a job is about.
   *
   * @param translators loads the translator, which must stay apart: dex2jar brings a changed ASM
   * @param framework the jar of the framework's classes
   */
  @SuppressWarnings("unchecked")
  AppCode(Job job, ClassLoader translators, ZipFile framework) throws ReflectiveOperationException, IOException {
    services = job.services().arePresent();
    apk = new ZipFile(job.apk().toFile());
    url = job.apk().toUri().toURL();
    translator = translators.loadClass("apkfarm.translator.LazyTranslator").getConstructor().newInstance();
    for (int number = 1; ; number++) {
      ZipEntry dex = apk.getEntry(number == 1 ? "classes.dex" : "classes" + number + ".dex");
      if (dex == null) {
        break;
      }
      ask("add", apk.getInputStream(dex).readAllBytes());
    }
    ask("index");
    names = (Set<String>) ask("names");
    Hierarchy hierarchy = new Hierarchy(Members.calls(job), (Map<String, String[]>) ask("supertypes"), framework);
    rewriter = new Rewriter(hierarchy, Members.fields(job), (Set<String>) ask("interfaces"));
  }

  /** Returns a class loader for the translator, given its class path. */
  static ClassLoader apart(String classPath) throws IOException {
    String[] parts = classPath.split(File.pathSeparator);
    URL[] urls = new URL[parts.length];
    for (int i = 0; i < parts.length; i++) {
      urls[i] = new File(parts[i]).toURI().toURL();
    }
    return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
  }

  ZipFile apk() {
    return apk;
  }

  URL url() {
    return url;
  }

  /** Internal names of all classes; grows when the app loads code. */
  Set<String> names() {
    return names;
  }

  /** Whether the phone has Google's and vendors' services. */
  boolean hasServices() {
    return services;
  }

  Rewriter rewriter() {
    return rewriter;
  }

  /** Returns the class file of a class; null if there is none or it cannot be translated. */
  @SuppressWarnings("unchecked")
  byte[] translated(String internal) {
    return ((Function<String, byte[]>) translator).apply(internal);
  }

  /** Adds a dex file that the app has loaded; throws IllegalArgumentException if it cannot be read. */
  void extend(byte[] dex) {
    try {
      ask("extend", dex);
    } catch (ReflectiveOperationException unreadable) {
      throw new IllegalArgumentException(unreadable);
    }
  }

  private Object ask(String method) throws ReflectiveOperationException {
    return translator.getClass().getMethod(method).invoke(translator);
  }

  private Object ask(String method, byte[] dex) throws ReflectiveOperationException {
    return translator.getClass().getMethod(method, byte[].class).invoke(translator, (Object) dex);
  }
}
