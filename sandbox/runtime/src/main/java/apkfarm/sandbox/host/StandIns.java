package apkfarm.sandbox.host;

import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Gives the app's code other classes in place of Java's own timers, which know real time only. */
final class StandIns extends ClassVisitor {
  private static final String TIMERS = "apkfarm/sandbox/app/Timers";
  private static final Map<String, String> CLASSES =
      Map.of(
          "java/util/Timer", TIMERS + "$Timer",
          "java/util/concurrent/ScheduledThreadPoolExecutor", TIMERS + "$Pool");
  private static final Map<String, Set<String>> STATIC =
      Map.of(
          "java/util/concurrent/Executors", Set.of("newScheduledThreadPool", "newSingleThreadScheduledExecutor"),
          "java/util/concurrent/locks/LockSupport", Set.of("parkNanos"));

  StandIns(ClassVisitor next) {
    super(Opcodes.ASM9, next);
  }

  @Override
  public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
    String above = parent == null ? null : CLASSES.getOrDefault(parent, parent); // A broken dex file can say that there is none.
    super.visit(version, access, name, signature, above, interfaces);
  }

  @Override
  public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] throwing) {
    return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, throwing)) {
      @Override
      public void visitTypeInsn(int opcode, String type) {
        super.visitTypeInsn(opcode, opcode == Opcodes.NEW ? CLASSES.getOrDefault(type, type) : type);
      }

      @Override
      public void visitMethodInsn(int opcode, String owner, String called, String types, boolean isInterface) {
        String to = owner;
        if ("<init>".equals(called)) {
          to = CLASSES.getOrDefault(owner, owner);
        } else if (opcode == Opcodes.INVOKESTATIC && STATIC.getOrDefault(owner, Set.of()).contains(called)) {
          to = TIMERS;
        }
        super.visitMethodInsn(opcode, to, called, types, isInterface);
      }
    };
  }
}
