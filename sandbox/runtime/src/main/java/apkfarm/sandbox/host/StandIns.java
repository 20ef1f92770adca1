package apkfarm.sandbox.host;

import java.util.Map;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Gives the app's code other classes in place of Java's own timers and clocks, which know real time only, and of its chance. */
final class StandIns extends ClassVisitor {
  private static final String TIMERS = "apkfarm/sandbox/app/Timers";
  private static final Map<String, String> CLASSES =
      Map.of(
          "java/util/Timer", TIMERS + "$Timer",
          "java/util/concurrent/ScheduledThreadPoolExecutor", TIMERS + "$Pool");
  private static final String CLOCKS = "apkfarm/sandbox/app/Clocks";
  private static final String CHANCE = "apkfarm/sandbox/app/Chance";
  /** Constructors without arguments that take from the machine what the app's own code then gives them: by what method. */
  private static final Map<String, String[]> GIVEN =
      Map.of("java/util/Date", new String[] {CLOCKS, "now"}, "java/util/Random", new String[] {CHANCE, "seed"});
  private static final Map<String, Map<String, String>> STATIC =
      Map.of(
          "java/util/concurrent/Executors",
              Map.of("newScheduledThreadPool", TIMERS, "newSingleThreadScheduledExecutor", TIMERS),
          "java/util/concurrent/locks/LockSupport", Map.of("parkNanos", TIMERS),
          "java/util/Calendar", Map.of("getInstance", CLOCKS),
          "java/lang/Math", Map.of("random", CHANCE),
          "java/lang/StrictMath", Map.of("random", CHANCE),
          "java/util/UUID", Map.of("randomUUID", CHANCE),
          "java/time/Clock", Map.of("systemUTC", CLOCKS, "systemDefaultZone", CLOCKS, "system", CLOCKS));

  private static final String CLOCK = "Ljava/time/Clock;";
  private static final String ZONE = "(Ljava/time/ZoneId;)";

  StandIns(ClassVisitor next) {
    super(Opcodes.ASM9, next);
  }

  @Override
  public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
    String above = parent == null ? null : CLASSES.getOrDefault(parent, parent); // A broken dex file can say that there is none.
    super.visit(version, access, name, signature, above, interfaces);
  }

  private static boolean isNow(String owner, String called, String types) {
    return owner.startsWith("java/time/") && called.equals("now") && (types.startsWith("()") || types.startsWith(ZONE));
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
        if (called.equals("<init>") && types.equals("()V") && GIVEN.containsKey(owner)) {
          String[] giver = GIVEN.get(owner);
          super.visitMethodInsn(Opcodes.INVOKESTATIC, giver[0], giver[1], "()J", false);
          super.visitMethodInsn(opcode, owner, called, "(J)V", false);
        } else if (opcode == Opcodes.INVOKESTATIC && isNow(owner, called, types)) {
          // What the clock of the system tells is told by a clock of simulated time.
          boolean zoned = types.startsWith(ZONE);
          String clock = zoned ? "system" : "systemDefaultZone";
          super.visitMethodInsn(opcode, CLOCKS, clock, (zoned ? ZONE : "()") + CLOCK, false);
          super.visitMethodInsn(opcode, owner, called, "(" + CLOCK + ")" + types.substring(types.indexOf(')') + 1), false);
        } else {
          String to = "<init>".equals(called) ? CLASSES.getOrDefault(owner, owner) : owner;
          if (opcode == Opcodes.INVOKESTATIC) {
            to = STATIC.getOrDefault(owner, Map.of()).getOrDefault(called, owner);
          }
          super.visitMethodInsn(opcode, to, called, types, isInterface);
        }
      }
    };
  }
}
