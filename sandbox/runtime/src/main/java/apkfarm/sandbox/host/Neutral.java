package apkfarm.sandbox.host;

import java.util.regex.Pattern;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** The answer of a method that cannot run here: an empty text, no bytes, null, zero. */
public final class Neutral {
  /** Names of methods that give out a handle of native memory. */
  private static final Pattern HANDLES =
      Pattern.compile(
          "(?i).*(alloc|build|construct|create|handle|init|instance|make|mmkv|new|obtain|open|pointer|ptr).*");

  private Neutral() {}

  /** Ends a native method: as any other, but for a handle, which is not 0: that would say that memory has run out. */
  public static void answerNative(MethodVisitor body, String name, String descriptor) {
    if (Type.getReturnType(descriptor) == Type.LONG_TYPE && HANDLES.matcher(name).matches()) {
      body.visitInsn(Opcodes.LCONST_1);
      end(body, descriptor);
    } else {
      answer(body, descriptor);
    }
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
