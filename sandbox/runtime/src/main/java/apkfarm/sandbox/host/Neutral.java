package apkfarm.sandbox.host;

import java.util.regex.Pattern;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** The answer of a method that cannot run here: an empty text, no bytes, null, zero; of a native one also arrays. */
public final class Neutral {
  /** Names of methods that give out a handle of native memory. */
  private static final Pattern HANDLES =
      Pattern.compile(
          "(?i).*(alloc|build|construct|create|handle|init|instance|make|mmkv|new|obtain|open|pointer|ptr).*");

  private Neutral() {}

  /** Numbers in an array that native code would have filled: callers read some at fixed places. */
  private static final int NUMBERS = 16;

  /**
   * Ends a native method: as any other, but for a handle, which is not 0: that would say that memory has run out; numbers
   * come as zeros, objects as an array without any.
   */
  public static void answerNative(MethodVisitor body, String name, String descriptor) {
    if (Type.getReturnType(descriptor) == Type.LONG_TYPE && HANDLES.matcher(name).matches()) {
      body.visitInsn(Opcodes.LCONST_1);
      end(body, descriptor);
    } else if (isArray(descriptor)) {
      array(body, Type.getType(Type.getReturnType(descriptor).getDescriptor().substring(1)));
      end(body, descriptor);
    } else {
      answer(body, descriptor);
    }
  }

  /** Of bytes there are none: what they mean is not known. */
  private static boolean isArray(String descriptor) {
    Type type = Type.getReturnType(descriptor);
    return type.getSort() == Type.ARRAY && !type.getDescriptor().equals("[B");
  }

  private static void array(MethodVisitor body, Type element) {
    if (element.getSort() > Type.DOUBLE) {
      body.visitInsn(Opcodes.ICONST_0);
      body.visitTypeInsn(Opcodes.ANEWARRAY, element.getInternalName());
      return;
    }
    body.visitIntInsn(Opcodes.BIPUSH, NUMBERS);
    body.visitIntInsn(
        Opcodes.NEWARRAY,
        switch (element.getSort()) {
          case Type.BOOLEAN -> Opcodes.T_BOOLEAN;
          case Type.CHAR -> Opcodes.T_CHAR;
          case Type.BYTE -> Opcodes.T_BYTE;
          case Type.SHORT -> Opcodes.T_SHORT;
          case Type.INT -> Opcodes.T_INT;
          case Type.LONG -> Opcodes.T_LONG;
          case Type.FLOAT -> Opcodes.T_FLOAT;
          default -> Opcodes.T_DOUBLE;
        });
  }

  /** Ends a method with the neutral value of the type that its descriptor names. */
  public static void answer(MethodVisitor body, String descriptor) {
    Type type = Type.getReturnType(descriptor);
    if (type.getDescriptor().equals("Ljava/lang/String;")) {
      body.visitLdcInsn("");
    } else if (type.getDescriptor().equals("[B")) {
      body.visitInsn(Opcodes.ICONST_0);
      body.visitIntInsn(Opcodes.NEWARRAY, Opcodes.T_BYTE);
    } else if (type.getSort() > Type.DOUBLE) {
      body.visitInsn(Opcodes.ACONST_NULL);
    } else if (type.getSort() != Type.VOID) {
      body.visitInsn(
          switch (type.getSort()) {
            case Type.LONG -> Opcodes.LCONST_0;
            case Type.FLOAT -> Opcodes.FCONST_0;
            case Type.DOUBLE -> Opcodes.DCONST_0;
            default -> Opcodes.ICONST_0;
          });
    }
    end(body, descriptor);
  }

  private static void end(MethodVisitor body, String descriptor) {
    body.visitInsn(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN));
    body.visitMaxs(2, Type.getArgumentsAndReturnSizes(descriptor) >> 2);
    body.visitEnd();
  }
}
