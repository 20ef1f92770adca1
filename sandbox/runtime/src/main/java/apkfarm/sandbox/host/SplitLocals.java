package apkfarm.sandbox.host;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicVerifier;

/**
 * Gives a local that holds numbers at one time and objects at another a place for each of them.
 *
 * <p>Where two paths meet, such a local has no type; the JVM, when it collects garbage, ends at a read of it. What is read is
 * what was last written as the same sort: on the path that was taken that is what the code means.
 */
final class SplitLocals {
  private static final int[] ZERO = {
    Opcodes.ICONST_0, Opcodes.LCONST_0, Opcodes.FCONST_0, Opcodes.DCONST_0, Opcodes.ACONST_NULL
  };
  private static final int SORTS = ZERO.length;
  private static final int INT = 0;
  private static final int LONG = 1;
  private static final int DOUBLE = 3;

  private final MethodNode method;
  /** Places by local and sort; those of arguments are where they were. */
  private final Map<Integer, Integer> places = new HashMap<>();
  private final Map<Integer, Integer> added = new LinkedHashMap<>();

  private SplitLocals(MethodNode method) {
    this.method = method;
  }

  /** Splits the locals of a method; returns whether it is consistent then. */
  static boolean in(String owner, MethodNode method) {
    new SplitLocals(method).split();
    try {
      new Analyzer<>(new BasicVerifier()).analyze(owner, method);
      return true;
    } catch (AnalyzerException | RuntimeException broken) {
      return false;
    }
  }

  private void split() {
    arguments();
    method.localVariables = null;
    for (AbstractInsnNode node : method.instructions) {
      if (node instanceof IincInsnNode step) {
        step.var = place(step.var, INT);
      } else if (node instanceof VarInsnNode access && access.getOpcode() != Opcodes.RET) {
        int first = access.getOpcode() >= Opcodes.ISTORE ? Opcodes.ISTORE : Opcodes.ILOAD;
        access.var = place(access.var, access.getOpcode() - first);
      }
    }
    InsnList start = new InsnList();
    added.forEach((place, sort) -> {
      start.add(new InsnNode(ZERO[sort]));
      start.add(new VarInsnNode(Opcodes.ISTORE + sort, place));
    });
    method.instructions.insert(start);
  }

  private void arguments() {
    int at = 0;
    if ((method.access & Opcodes.ACC_STATIC) == 0) {
      places.put(key(at++, Opcodes.ALOAD - Opcodes.ILOAD), 0);
    }
    for (Type type : Type.getArgumentTypes(method.desc)) {
      places.put(key(at, type.getOpcode(Opcodes.ILOAD) - Opcodes.ILOAD), at);
      at += type.getSize();
    }
  }

  private int place(int local, int sort) {
    return places.computeIfAbsent(key(local, sort), ignored -> {
      int place = method.maxLocals;
      method.maxLocals += sort == LONG || sort == DOUBLE ? 2 : 1;
      added.put(place, sort);
      return place;
    });
  }

  private static int key(int local, int sort) {
    return local * SORTS + sort;
  }
}
