package apkfarm.translator;

import com.googlecode.d2j.dex.writer.DexFileWriter;
import com.googlecode.d2j.smali.Smali;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.function.Function;

/** Dex files out of smali, and the way of translated classes into the JVM. */
final class Dex {
  private Dex() {}

  /** Returns a dex file with one class for each text. */
  static byte[] of(String... classes) {
    DexFileWriter writer = new DexFileWriter();
    for (String text : classes) {
      Smali.smaliFile("test.smali", text, writer);
    }
    return writer.toByteArray();
  }

  /** Returns the text of a class with these static methods. */
  static String type(String name, String... methods) {
    return ".class public L" + name + ";\n.super Ljava/lang/Object;\n\n" + String.join("\n", methods);
  }

  /** Returns the text of a method {@code static int value()}. */
  static String value(int number) {
    return """
        .method public static value()I
          .registers 1
          const/16 v0, %d
          return v0
        .end method
        """.formatted(number);
  }

  /** Returns a translator that has read the dex files, in this order. */
  static LazyTranslator translator(byte[]... files) {
    LazyTranslator translator = new LazyTranslator();
    for (byte[] file : files) {
      translator.add(file);
    }
    translator.index();
    return translator;
  }

  /** Loads translated classes; the JVM verifies them, as it does all that come from such a loader. */
  static final class Loader extends ClassLoader {
    private final Function<String, byte[]> translator;

    Loader(Function<String, byte[]> translator) {
      this.translator = translator;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] bytes = translator.apply(name.replace('.', '/'));
      if (bytes == null) {
        throw new ClassNotFoundException(name);
      }
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  /** Calls a static method of a translated class; throws what it throws. */
  static Object call(LazyTranslator translator, String type, String method, Object... arguments) throws Throwable {
    Class<?> loaded = new Loader(translator).loadClass(type.replace('/', '.'));
    var found = Arrays.stream(loaded.getDeclaredMethods()).filter(m -> m.getName().equals(method)).findFirst();
    try {
      return found.orElseThrow().invoke(null, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }
}
