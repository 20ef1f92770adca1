package apkfarm.sandbox.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import java.lang.reflect.InvocationTargetException;
import java.util.function.Consumer;
import org.junit.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;

/** The classes are loaded by a JVM that verifies them: it takes what was repaired. */
public final class MethodCheckTest {
  private static byte[] type(String types, int stack, int locals, Consumer<MethodVisitor> body) {
    ClassWriter writer = new ClassWriter(0);
    writer.visit(Opcodes.V1_5, Opcodes.ACC_PUBLIC, "a/Checked", null, "java/lang/Object", null);
    method(writer, "run", types, stack, locals, body);
    method(writer, "other", "()I", 1, 0, code -> {
      code.visitInsn(Opcodes.ICONST_3);
      code.visitInsn(Opcodes.IRETURN);
    });
    writer.visitEnd();
    return writer.toByteArray();
  }

  private static void method(
      ClassWriter writer, String name, String types, int stack, int locals, Consumer<MethodVisitor> body) {
    MethodVisitor method = writer.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, name, types, null, null);
    method.visitCode();
    body.accept(method);
    method.visitMaxs(stack, locals);
    method.visitEnd();
  }

  private static Object run(byte[] bytes, String method) throws Throwable {
    Class<?> loaded = new Classes.Loader().with(MethodCheck.repaired(bytes)).loadClass("a.Checked");
    try {
      return loaded.getMethod(method).invoke(null);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  private static int stackOf(byte[] bytes) {
    ClassNode node = new ClassNode();
    new ClassReader(bytes).accept(node, 0);
    return node.methods.get(0).maxStack;
  }

  private static void five(MethodVisitor code) {
    code.visitInsn(Opcodes.ICONST_5);
    code.visitInsn(Opcodes.IRETURN);
  }

  /** A consistent method keeps its instructions. */
  @Test
  public void consistentMethodStays() throws Throwable {
    byte[] bytes = type("()I", 1, 0, MethodCheckTest::five);
    assertEquals("ICONST_5 IRETURN", Code.text(MethodCheck.repaired(bytes), "run"));
    assertEquals(5, run(bytes, "run"));
  }

  /** Every method gets two places more on its stack than were counted. */
  @Test
  public void stackGetsTwoPlacesMore() {
    assertEquals(3, stackOf(MethodCheck.repaired(type("()I", 1, 0, MethodCheckTest::five))));
  }

  /** A method that needs more of its stack than was counted is given it, and runs. */
  @Test
  public void roomOnTheStackIsAdded() throws Throwable {
    byte[] bytes = type("()I", 1, 0, code -> {
      code.visitInsn(Opcodes.ICONST_2);
      code.visitInsn(Opcodes.ICONST_4);
      code.visitInsn(Opcodes.IADD);
      code.visitInsn(Opcodes.IRETURN);
    });
    assertEquals(6, run(bytes, "run"));
  }

  /** A long takes two places: the JVM ends in a garbage collection if only one was counted. */
  @Test
  public void longsTakeTwoPlacesOfTheStack() {
    byte[] bytes = type("()J", 3, 0, code -> {
      code.visitInsn(Opcodes.LCONST_1);
      code.visitInsn(Opcodes.LCONST_1);
      code.visitInsn(Opcodes.LCONST_1);
      code.visitInsn(Opcodes.LADD);
      code.visitInsn(Opcodes.LADD);
      code.visitInsn(Opcodes.LRETURN);
    });
    assertEquals(6 + 2, stackOf(MethodCheck.repaired(bytes)));
  }

  /** A number that is used as a reference makes the method throw; the rest of its class runs. */
  @Test
  public void numberAsReferenceThrows() throws Throwable {
    byte[] bytes = type("()Ljava/lang/Object;", 1, 1, code -> {
      code.visitInsn(Opcodes.ICONST_1);
      code.visitVarInsn(Opcodes.ISTORE, 0);
      code.visitVarInsn(Opcodes.ALOAD, 0);
      code.visitInsn(Opcodes.ARETURN);
    });
    VerifyError thrown = assertThrows(VerifyError.class, () -> run(bytes, "run"));
    assertEquals("untranslatable method a/Checked.run", thrown.getMessage());
    assertEquals(3, run(bytes, "other"));
  }

  /** A method that takes more from its stack than is there throws. */
  @Test
  public void emptyStackThrows() {
    byte[] bytes = type("()I", 2, 0, code -> {
      code.visitInsn(Opcodes.IADD);
      code.visitInsn(Opcodes.IRETURN);
    });
    assertThrows(VerifyError.class, () -> run(bytes, "run"));
  }

  /** A method whose paths meet with stacks of different height throws. */
  @Test
  public void stacksOfDifferentHeightThrow() {
    byte[] bytes = type("()I", 2, 0, code -> {
      Label meet = new Label();
      code.visitInsn(Opcodes.ICONST_1);
      code.visitInsn(Opcodes.ICONST_1);
      code.visitJumpInsn(Opcodes.IFEQ, meet);
      code.visitInsn(Opcodes.ICONST_2);
      code.visitLabel(meet);
      code.visitInsn(Opcodes.IRETURN);
    });
    assertThrows(VerifyError.class, () -> run(bytes, "run"));
  }

  /** Locals that are read before they are set have the neutral value of their type. */
  @Test
  public void unsetLocalsAreNeutral() throws Throwable {
    byte[] bytes = type("()J", 4, 3, code -> {
      code.visitVarInsn(Opcodes.ILOAD, 0);
      code.visitInsn(Opcodes.I2L);
      code.visitVarInsn(Opcodes.LLOAD, 1);
      code.visitInsn(Opcodes.LADD);
      code.visitInsn(Opcodes.LRETURN);
    });
    assertEquals(0L, run(bytes, "run"));
  }

  /** A reference that is read before it is set is null: whatever else stood there would end the JVM. */
  @Test
  public void unsetReferenceIsNull() throws Throwable {
    byte[] bytes = type("()Ljava/lang/Object;", 1, 1, code -> {
      code.visitVarInsn(Opcodes.ALOAD, 0);
      code.visitInsn(Opcodes.ARETURN);
    });
    assertNull(run(bytes, "run"));
  }

  /** A local that is a number on one path and an object on another gets a place for each: what is read is the number. */
  @Test
  public void localOfTwoTypesIsSplit() throws Throwable {
    byte[] bytes = type("()I", 1, 2, code -> {
      Label other = new Label();
      Label meet = new Label();
      code.visitInsn(Opcodes.ICONST_0);
      code.visitVarInsn(Opcodes.ISTORE, 0);
      code.visitVarInsn(Opcodes.ILOAD, 0);
      code.visitJumpInsn(Opcodes.IFEQ, other);
      code.visitInsn(Opcodes.ACONST_NULL);
      code.visitVarInsn(Opcodes.ASTORE, 1);
      code.visitJumpInsn(Opcodes.GOTO, meet);
      code.visitLabel(other);
      code.visitInsn(Opcodes.ICONST_5);
      code.visitVarInsn(Opcodes.ISTORE, 1);
      code.visitLabel(meet);
      code.visitVarInsn(Opcodes.ILOAD, 1);
      code.visitInsn(Opcodes.IRETURN);
    });
    assertEquals(5, run(bytes, "run"));
    String code = Code.text(MethodCheck.repaired(bytes), "run");
    assertEquals("ICONST_0 ISTORE 2 ICONST_0 ISTORE 3 ACONST_NULL ASTORE 4", code.substring(0, code.indexOf(" ICONST_0 ISTORE 2", 10)));
  }

  /** An unset local in front of what cannot be repaired does not hide it: the method throws. */
  @Test
  public void unsetLocalDoesNotHideABrokenStack() {
    byte[] bytes = type("()I", 4, 1, code -> {
      code.visitVarInsn(Opcodes.ILOAD, 0);
      code.visitInsn(Opcodes.POP2);
      code.visitInsn(Opcodes.IADD);
      code.visitInsn(Opcodes.IRETURN);
    });
    assertThrows(VerifyError.class, () -> run(bytes, "run"));
    assertEquals("untranslatable", message(bytes).split(" ")[0]);
  }

  private static String message(byte[] bytes) {
    return assertThrows(VerifyError.class, () -> run(bytes, "run")).getMessage();
  }
}
