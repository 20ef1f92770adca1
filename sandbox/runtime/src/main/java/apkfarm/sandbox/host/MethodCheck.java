package apkfarm.sandbox.host;

import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.BasicVerifier;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * Checks every method before the JVM sees it. The JVM's own verifier is off, since it refuses much that Android runs; a
 * method with an inconsistent stack could then crash the whole process.
 */
final class MethodCheck {
  private static final int ATTEMPTS = 12;
  /** The JVM follows a method with monitors by rules of its own, and ends if it needs a place more than was counted. */
  private static final int SLACK = 2;

  private MethodCheck() {}

  /** Returns the class with its repairable methods repaired and its broken ones made to throw. */
  static byte[] repaired(byte[] bytes) {
    ClassNode node = new ClassNode();
    new ClassReader(bytes).accept(node, 0);
    for (MethodNode method : node.methods) {
      if (method.instructions.size() > 0) {
        repair(node.name, method);
        method.maxStack += SLACK;
      }
    }
    ClassWriter writer = new ClassWriter(0);
    node.accept(writer);
    return writer.toByteArray();
  }

  private static void repair(String owner, MethodNode method) {
    Analyzer<BasicValue> analyzer = new Analyzer<>(new BasicVerifier());
    try {
      analyzer.analyze(owner, method);
      // The analyzer counts values, of which a long or a double takes two places.
      method.maxStack = Math.max(method.maxStack, depth(analyzer.getFrames()));
    } catch (AnalyzerException first) {
      String left = initialise(owner, method, analyzer, first);
      if (!left.isEmpty() && !(isOfLocals(left) && SplitLocals.in(owner, method))) {
        replaceByThrow(owner, method);
      }
    } catch (RuntimeException broken) {
      replaceByThrow(owner, method);
    }
  }

  /** Whether paths meet with a local of different types. */
  private static boolean isOfLocals(String error) {
    return error.contains("found .");
  }

  /** Gives the method room on its stack and its unset locals a neutral value; returns what is wrong then, else nothing. */
  private static String initialise(
      String owner, MethodNode method, Analyzer<BasicValue> analyzer, AnalyzerException first) {
    int arguments =
        (Type.getArgumentsAndReturnSizes(method.desc) >> 2) - ((method.access & Opcodes.ACC_STATIC) != 0 ? 1 : 0);
    Set<String> done = new HashSet<>();
    AnalyzerException last = first;
    method.maxStack += 64;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!String.valueOf(last.getMessage()).contains("Insufficient maximum stack")) {
        if (!(last.node instanceof VarInsnNode load)
            || load.getOpcode() < Opcodes.ILOAD
            || load.getOpcode() > Opcodes.ALOAD
            || load.var < arguments
            || !done.add(load.getOpcode() + ":" + load.var)) {
          return String.valueOf(last.getMessage());
        }
        int[] zero = {Opcodes.ICONST_0, Opcodes.LCONST_0, Opcodes.FCONST_0, Opcodes.DCONST_0, Opcodes.ACONST_NULL};
        int kind = load.getOpcode() - Opcodes.ILOAD;
        method.instructions.insert(new VarInsnNode(Opcodes.ISTORE + kind, load.var));
        method.instructions.insert(new InsnNode(zero[kind]));
      }
      try {
        analyzer.analyze(owner, method);
        method.maxStack = depth(analyzer.getFrames()) + 4;
        return "";
      } catch (AnalyzerException next) {
        last = next;
      }
    }
    return String.valueOf(last.getMessage());
  }

  private static int depth(Frame<BasicValue>[] frames) {
    int deepest = 0;
    for (Frame<BasicValue> frame : frames) {
      int depth = 0;
      for (int i = 0; frame != null && i < frame.getStackSize(); i++) {
        depth += frame.getStack(i).getSize();
      }
      deepest = Math.max(deepest, depth);
    }
    return deepest;
  }

  private static void replaceByThrow(String owner, MethodNode method) {
    method.instructions.clear();
    method.tryCatchBlocks.clear();
    method.localVariables = null;
    method.visitTypeInsn(Opcodes.NEW, "java/lang/VerifyError");
    method.visitInsn(Opcodes.DUP);
    method.visitLdcInsn("untranslatable method " + owner + "." + method.name);
    method.visitMethodInsn(
        Opcodes.INVOKESPECIAL, "java/lang/VerifyError", "<init>", "(Ljava/lang/String;)V", false);
    method.visitInsn(Opcodes.ATHROW);
    method.maxStack = 3;
  }
}
