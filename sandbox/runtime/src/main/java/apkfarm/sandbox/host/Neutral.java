package apkfarm.sandbox.host;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** The answer of a method that cannot run here: an empty text, no bytes, null, zero. */
public final class Neutral {
  private Neutral() {}

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
    body.visitInsn(type.getOpcode(Opcodes.IRETURN));
    body.visitMaxs(2, Type.getArgumentsAndReturnSizes(descriptor) >> 2);
    body.visitEnd();
  }
}
