package apkfarm.sandbox.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/** Classes as the translator makes them: of an old version, whose methods need no tables for the verifier. */
final class Classes {
  private Classes() {}

  static String internal(Class<?> type) {
    return type.getName().replace('.', '/');
  }

  /** Returns the class file of a class of the tests. */
  static byte[] of(Class<?> type) {
    try (InputStream content = type.getClassLoader().getResourceAsStream(internal(type) + ".class")) {
      ClassWriter writer = new ClassWriter(0);
      new ClassReader(content).accept(
          new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
              super.visit(Opcodes.V1_5, access, name, signature, parent, interfaces);
            }

            @Override
            public void visitNestHost(String host) {
              // Unknown to old classes.
            }
          },
          ClassReader.SKIP_FRAMES | ClassReader.SKIP_DEBUG);
      return writer.toByteArray();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Begins a public class whose superclass is Object. */
  static ClassWriter begin(String name) {
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    writer.visit(Opcodes.V1_5, Opcodes.ACC_PUBLIC, name, null, "java/lang/Object", null);
    return writer;
  }

  /** Writes a jar with these classes, by internal name. */
  static ZipFile jar(Path file, Map<String, byte[]> classes) throws IOException {
    try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("META-INF/"));
      for (Map.Entry<String, byte[]> each : classes.entrySet()) {
        zip.putNextEntry(new ZipEntry(each.getKey() + ".class"));
        zip.write(each.getValue());
      }
    }
    return new ZipFile(file.toFile());
  }

  /** Defines classes of its own in place of those that the tests know by the same name. */
  static final class Loader extends ClassLoader {
    private final Map<String, byte[]> own = new HashMap<>();

    Loader() {
      super(Classes.class.getClassLoader());
    }

    /** Adds a class. */
    Loader with(byte[] bytes) {
      own.put(new ClassReader(bytes).getClassName().replace('/', '.'), bytes);
      return this;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      byte[] bytes = own.get(name);
      if (bytes == null) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      return known != null ? known : defineClass(name, bytes, 0, bytes.length);
    }
  }
}
