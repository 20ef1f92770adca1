package apkfarm.sandbox.app;

import apkfarm.sandbox.host.AppLoader;
import dalvik.system.DexFile;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;

/** Code that the app loads while it runs: translated and hooked like the rest of it. */
public final class RunTimeDex {
  private static final int MAX_FILES = 32;
  private static final long MAX_BYTES = 32L << 20;
  private static final Set<String> DONE = new HashSet<>();

  private RunTimeDex() {}

  private static AppLoader app() {
    return (AppLoader) RunTimeDex.class.getClassLoader();
  }

  /** Adds the classes of every file of a path. */
  static void addPath(String path) {
    for (String part : path == null ? new String[0] : path.split(File.pathSeparator)) {
      File file = new File(part);
      synchronized (DONE) {
        String key = file.getPath() + ":" + file.length() + ":" + file.lastModified();
        if (!file.isFile() || DONE.size() >= MAX_FILES || !DONE.add(key)) {
          continue;
        }
      }
      try {
        addFile(file);
      } catch (IOException | RuntimeException unreadable) {
        limit(part);
      }
    }
  }

  private static void addFile(File file) throws IOException {
    byte[] start = new byte[4];
    try (InputStream in = Files.newInputStream(file.toPath())) {
      in.readNBytes(start, 0, 4);
    }
    if (start[0] == 'd' && start[1] == 'e' && start[2] == 'x') {
      add(file.length() > MAX_BYTES ? new byte[0] : Files.readAllBytes(file.toPath()), file.getName());
      return;
    }
    try (ZipFile archive = new ZipFile(file)) {
      for (int number = 1; number <= MAX_FILES; number++) {
        ZipEntry entry = archive.getEntry(number == 1 ? "classes.dex" : "classes" + number + ".dex");
        if (entry == null) {
          return;
        }
        try (InputStream in = archive.getInputStream(entry)) {
          add(in.readNBytes((int) MAX_BYTES), file.getName());
        }
      }
    }
  }

  private static void add(byte[] dex, String name) {
    if (!app().extend(dex)) {
      limit(name);
    }
  }

  private static void limit(String name) {
    Events.tell("limit", "dex:" + name, List.of(name), Events.Details.NONE);
  }

  static void addBuffers(ByteBuffer[] buffers) {
    for (ByteBuffer buffer : buffers == null ? new ByteBuffer[0] : buffers) {
      ByteBuffer copy = buffer.duplicate();
      byte[] bytes = new byte[(int) Math.min(copy.remaining(), MAX_BYTES)];
      copy.get(bytes);
      add(bytes, "memory");
    }
  }

  /** In place of Android's class loaders. */
  @Implements(className = "dalvik.system.BaseDexClassLoader")
  public static class Loader {
    @Implementation
    protected void __constructor__(String path, File optimized, String library, ClassLoader parent) {
      addPath(path);
    }

    @Implementation
    protected void __constructor__(
        String path, File optimized, String library, ClassLoader parent, boolean trusted) {
      addPath(path);
    }

    @Implementation
    protected void __constructor__(String path, String library, ClassLoader parent, ClassLoader[] shared) {
      addPath(path);
    }

    @Implementation
    protected void __constructor__(
        String path, String library, ClassLoader parent, ClassLoader[] shared, ClassLoader[] after) {
      addPath(path);
    }

    @Implementation
    protected void __constructor__(
        String path,
        String library,
        ClassLoader parent,
        ClassLoader[] shared,
        ClassLoader[] after,
        boolean trusted) {
      addPath(path);
    }

    @Implementation
    protected void __constructor__(ByteBuffer[] dex, String library, ClassLoader parent) {
      addBuffers(dex);
    }

    @Implementation
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      return app().loadClass(name);
    }

    @Implementation
    protected void addDexPath(String path) {
      addPath(path);
    }

    @Implementation
    public String findLibrary(String name) {
      return null;
    }

    @Implementation
    protected URL findResource(String name) {
      return app().getResource(name);
    }

    @Implementation
    protected Enumeration<URL> findResources(String name) throws IOException {
      return app().getResources(name);
    }

    @Implementation
    public String toString() {
      return "dalvik.system.PathClassLoader[DexPathList[]]";
    }
  }

  /** In place of Android's dex files. */
  @Implements(className = "dalvik.system.DexFile")
  public static class Dex {
    @Implementation
    protected void __constructor__(String path) {
      addPath(path);
    }

    @Implementation
    protected void __constructor__(File file) {
      addPath(file.getPath());
    }

    @Implementation
    protected static DexFile loadDex(String path, String optimized, int flags) throws IOException {
      return new DexFile(path);
    }

    @Implementation
    public Class<?> loadClass(String name, ClassLoader loader) {
      try {
        return app().loadClass(name.replace('/', '.'));
      } catch (ClassNotFoundException absent) {
        return null;
      }
    }

    /** Some libraries look for their classes among all of the app's. */
    @Implementation
    public Enumeration<String> entries() {
      return Collections.enumeration(app().classNames());
    }

    @Implementation
    public void close() {
      // Nothing is open.
    }
  }
}
