package apkfarm.sandbox.host;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The instructions of a method as text. */
public final class Code {
  private Code() {}

  /** Returns the instructions of a method, without constants' values. */
  public static String text(byte[] bytes, String method) {
    List<String> found = new ArrayList<>();
    new ClassReader(bytes).accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(int access, String name, String types, String signature, String[] throwing) {
            return name.equals(method) ? new Lines(found) : null;
          }
        },
        0);
    return String.join(" ", found);
  }

  private static final class Lines extends MethodVisitor {
    private final List<String> lines;

    Lines(List<String> lines) {
      super(Opcodes.ASM9);
      this.lines = lines;
    }

    @Override
    public void visitInsn(int opcode) {
      lines.add(name(opcode));
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      lines.add(name(opcode) + " " + type);
    }

    @Override
    public void visitVarInsn(int opcode, int local) {
      lines.add(name(opcode) + " " + local);
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String called, String types, boolean isInterface) {
      lines.add(name(opcode) + " " + owner + "." + called + " " + types + (isInterface ? " (itf)" : ""));
    }

    @Override
    public void visitInvokeDynamicInsn(String called, String types, Handle linker, Object... arguments) {
      lines.add("INVOKEDYNAMIC " + called + " " + types);
    }
  }

  /** The names of instructions begin with NOP, after constants of other kinds. */
  private static String name(int opcode) {
    boolean instructions = false;
    for (Field field : Opcodes.class.getFields()) {
      instructions |= field.getName().equals("NOP");
      try {
        if (instructions && field.getInt(null) == opcode) {
          return field.getName();
        }
      } catch (IllegalAccessException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
    return String.valueOf(opcode);
  }
}
