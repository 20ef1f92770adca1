package apkfarm.sandbox.prepare;

import apkfarm.sandbox.host.Neutral;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Makes a copy of the framework's jar in which a method that no shadow can stand in for is called directly.
 *
 * <p>In Robolectric's jar every method of Android is behind an {@code invokedynamic} that looks for a shadow when it is
 * called first. Linking these calls is most of what a start costs; for most methods it finds what was known before.
 */
public final class DirectCalls {
  private static final String SUPPORT = "org/robolectric/internal/bytecode/InvokeDynamicSupport";
  private static final Set<String> LINKERS = Set.of("bootstrap", "bootstrapStatic");
  /** Robolectric stands in for native methods of Android's own packages only; without these no map view can be made. */
  private static final String OPEN_GL = "com/google/android/gles_jni/";

  private static final long DOS_EPOCH = 315_619_200_000L;

  private final ShadowNames shadows;

  private DirectCalls(ShadowNames shadows) {
    this.shadows = shadows;
  }

  /** Arguments: the framework's jar, the copy to make; then the jars and folders with classes that shadow. */
  public static void main(String[] arguments) throws IOException {
    ShadowNames shadows = new ShadowNames();
    for (int i = 2; i < arguments.length; i++) {
      shadows.read(Path.of(arguments[i]));
    }
    shadows.index();
    Path made = Path.of(arguments[1]);
    Files.createDirectories(made.getParent());
    Path unfinished = made.resolveSibling(made.getFileName() + ".part");
    new DirectCalls(shadows).copy(Path.of(arguments[0]), unfinished);
    Files.move(unfinished, made, StandardCopyOption.REPLACE_EXISTING);
  }

  private void copy(Path from, Path to) throws IOException {
    try (ZipFile jar = new ZipFile(from.toFile());
        OutputStream file = new BufferedOutputStream(Files.newOutputStream(to), 1 << 20);
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.setMethod(ZipOutputStream.STORED); // Read thousands of times for each time it is written.
      for (ZipEntry entry : Collections.list(jar.entries())) {
        byte[] content = jar.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".class")) {
          content = direct(content);
        }
        ZipEntry stored = new ZipEntry(entry.getName());
        CRC32 sum = new CRC32();
        sum.update(content);
        stored.setCrc(sum.getValue());
        stored.setSize(content.length);
        stored.setTime(DOS_EPOCH);
        out.putNextEntry(stored);
        out.write(content);
        out.closeEntry();
      }
    }
  }

  private byte[] direct(byte[] content) {
    ClassReader reader = new ClassReader(content);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(new Direct(writer, reader.getClassName()), 0);
    return writer.toByteArray();
  }

  private final class Direct extends ClassVisitor {
    private final String owner;

    Direct(ClassVisitor next, String owner) {
      super(Opcodes.ASM9, next);
      this.owner = owner;
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] throwing) {
      if ((access & Opcodes.ACC_NATIVE) != 0 && owner.startsWith(OPEN_GL)) {
        MethodVisitor body = super.visitMethod(access & ~Opcodes.ACC_NATIVE, name, descriptor, signature, throwing);
        body.visitCode();
        Neutral.answer(body, descriptor);
        return null;
      }
      return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, throwing)) {
        @Override
        public void visitInvokeDynamicInsn(String called, String types, Handle linker, Object... arguments) {
          if (isShadowLookup(linker, arguments) && !shadows.mayReplace(owner, called)) {
            Handle real = (Handle) arguments[0];
            int opcode = real.getTag() == Opcodes.H_INVOKESTATIC ? Opcodes.INVOKESTATIC : Opcodes.INVOKESPECIAL;
            super.visitMethodInsn(opcode, real.getOwner(), real.getName(), real.getDesc(), real.isInterface());
          } else {
            super.visitInvokeDynamicInsn(called, types, linker, arguments);
          }
        }
      };
    }

    /** Native methods have nothing to be called directly. */
    private boolean isShadowLookup(Handle linker, Object[] arguments) {
      return linker.getOwner().equals(SUPPORT)
          && LINKERS.contains(linker.getName())
          && arguments[0] instanceof Handle real
          && (real.getTag() == Opcodes.H_INVOKESTATIC || real.getTag() == Opcodes.H_INVOKESPECIAL)
          && Integer.valueOf(0).equals(arguments[1]);
    }
  }
}
