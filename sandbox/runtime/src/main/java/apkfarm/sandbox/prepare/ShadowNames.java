package apkfarm.sandbox.prepare;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Which methods of Android a shadow may stand in for, by name: those of every class that says that it implements one, and
 * of its superclasses, whatever Android version they are for.
 */
final class ShadowNames {
  private static final String IMPLEMENTS = "Lorg/robolectric/annotation/Implements;";
  private static final int READ = ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES;

  private final Map<String, Shadow> read = new HashMap<>();
  private final Map<String, Set<String>> names = new HashMap<>();
  /** Classes whose methods do nothing unless a shadow says otherwise. */
  private final Set<String> closed = new HashSet<>();

  private static final class Shadow {
    private String parent;
    private String target;
    private boolean closed;
    private final Set<String> methods = new HashSet<>();
  }

  /** Reads a jar, or a folder of classes. */
  void read(Path source) throws IOException {
    if (Files.isDirectory(source)) {
      try (Stream<Path> files = Files.walk(source)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
          read(Files.readAllBytes(file));
        }
      }
    } else {
      try (ZipFile jar = new ZipFile(source.toFile())) {
        for (ZipEntry entry : Collections.list(jar.entries())) {
          if (entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/")) {
            try (InputStream content = jar.getInputStream(entry)) {
              read(content.readAllBytes());
            }
          }
        }
      }
    }
  }

  /** To be called when all has been read. */
  void index() {
    read.values().forEach(this::add);
  }

  /** Returns whether a shadow may be called in place of a method of the class with this internal name. */
  boolean mayReplace(String type, String method) {
    return closed.contains(type) || names.getOrDefault(type, Set.of()).contains(method);
  }

  private void add(Shadow shadow) {
    if (shadow.target == null) {
      return;
    }
    Set<String> found = names.computeIfAbsent(shadow.target, k -> new HashSet<>());
    for (Shadow link = shadow; link != null; link = read.get(link.parent)) {
      found.addAll(link.methods);
    }
    if (shadow.closed) {
      closed.add(shadow.target);
    }
  }

  private void read(byte[] content) {
    Shadow shadow = new Shadow();
    ClassReader reader = new ClassReader(content);
    shadow.parent = reader.getSuperName();
    reader.accept(new Reading(shadow), READ);
    read.put(reader.getClassName(), shadow);
  }

  private static final class Reading extends ClassVisitor {
    private final Shadow shadow;

    Reading(Shadow shadow) {
      super(Opcodes.ASM9);
      this.shadow = shadow;
    }

    @Override
    public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
      return !descriptor.equals(IMPLEMENTS) ? null : new AnnotationVisitor(Opcodes.ASM9) {
        @Override
        public void visit(String name, Object value) {
          if (name.equals("value") && value instanceof Type type && !type.getInternalName().equals("java/lang/Void")
              && type.getSort() == Type.OBJECT) {
            shadow.target = type.getInternalName();
          } else if (name.equals("className") && !value.toString().isEmpty()) {
            shadow.target = value.toString().replace('.', '/');
          } else if (name.equals("callThroughByDefault") && Boolean.FALSE.equals(value)) {
            shadow.closed = true;
          }
        }
      };
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] throwing) {
      shadow.methods.add(name);
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public AnnotationVisitor visitAnnotation(String annotation, boolean visible) {
          return new AnnotationVisitor(Opcodes.ASM9) {
            @Override
            public void visit(String key, Object value) {
              if (key.equals("methodName")) {
                shadow.methods.add(value.toString()); // What it implements has another name than it has itself.
              }
            }
          };
        }
      };
    }
  }
}
