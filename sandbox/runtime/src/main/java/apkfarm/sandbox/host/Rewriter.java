package apkfarm.sandbox.host;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Sends the sensitive calls of an app's class through {@code Hook.call}: each call site calls a static bridge of its own
 * class instead, so that the app's stack stays as it is.
 */
final class Rewriter {
  static final String HOOK = "apkfarm/sandbox/app/Hook";
  static final String BRIDGE = "$apkfarm$";
  private static final String ARRAY = "[Ljava/lang/Object;";
  private static final String[] BOXES = {
    "", "Boolean", "Character", "Byte", "Short", "Integer", "Float", "Long", "Double"
  };

  private final Hierarchy hierarchy;
  private final Set<String> fields;
  private static final Map<String, Boolean> JAVA = new ConcurrentHashMap<>();

  private final Set<String> interfaces;

  /**
   * @param hierarchy knows which calls are of the tables
   * @param fields Java names of static fields whose value is planted
   * @param interfaces internal names of the app's interfaces
   */
  Rewriter(Hierarchy hierarchy, Set<String> fields, Set<String> interfaces) {
    this.hierarchy = hierarchy;
    this.fields = fields;
    this.interfaces = interfaces;
  }

  /** A call of the app, and the member of the tables that it means. */
  private record Site(
      int opcode, String owner, String name, String descriptor, boolean isInterface, String member) {
    boolean isConstructor() {
      return name.equals("<init>");
    }

    String bridgeDescriptor() {
      if (isConstructor()) {
        return descriptor.substring(0, descriptor.length() - 1) + ARRAY;
      }
      return opcode == Opcodes.INVOKESTATIC ? descriptor : "(L" + owner + ";" + descriptor.substring(1);
    }
  }

  /** Returns the class with its sensitive calls bridged, its native methods answered, and its methods checked. */
  byte[] rewrite(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    Bridging bridging = new Bridging(writer, reader);
    reader.accept(new StandIns(bridging), 0);
    byte[] written = writer.toByteArray();
    return MethodCheck.repaired(bridging.indirect.isEmpty() ? written : directly(written, bridging.indirect));
  }

  /** Returns the class with more interfaces named, which it has by others already: the JVM calls methods of such only. */
  private static byte[] directly(byte[] bytes, Set<String> more) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(bytes).accept(new ClassVisitor(Opcodes.ASM9, writer) {
      @Override
      public void visit(int version, int access, String name, String signature, String parent, String[] named) {
        Set<String> all = new LinkedHashSet<>(List.of(named));
        all.addAll(more);
        super.visit(version, access, name, signature, parent, all.toArray(new String[0]));
      }
    }, 0);
    return writer.toByteArray();
  }

  private final class Bridging extends ClassVisitor {
    private final String owner;
    private final boolean ofInterface;
    private final Map<Site, Integer> sites = new HashMap<>();
    private final List<Site> order = new ArrayList<>();
    private final Set<String> direct;
    /** Interfaces whose own methods the class calls past its superclass, and which it does not name. */
    private final Set<String> indirect = new LinkedHashSet<>();

    Bridging(ClassVisitor next, ClassReader reader) {
      super(Opcodes.ASM9, next);
      this.owner = reader.getClassName();
      this.direct = new HashSet<>(List.of(reader.getInterfaces()));
      this.ofInterface = (reader.getAccess() & Opcodes.ACC_INTERFACE) != 0;
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] throwing) {
      if (owner.endsWith("/multidex/MultiDex") && name.startsWith("install") && descriptor.endsWith(")V")) {
        Neutral.answer(super.visitMethod(access, name, descriptor, signature, throwing), descriptor);
        return null; // All dex files are there already.
      }
      if ((access & Opcodes.ACC_NATIVE) != 0) {
        answer(super.visitMethod(access & ~Opcodes.ACC_NATIVE, name, descriptor, signature, throwing),
            owner.replace('/', '.') + "." + name, descriptor, (access & Opcodes.ACC_STATIC) != 0);
        return null;
      }
      return new Calls(super.visitMethod(access, name, descriptor, signature, throwing));
    }

    @Override
    public void visitEnd() {
      for (int i = 0; i < order.size(); i++) {
        bridge(cv, i, order.get(i));
      }
      super.visitEnd();
    }

    private final class Calls extends MethodVisitor {
      Calls(MethodVisitor next) {
        super(Opcodes.ASM9, next);
      }

      @Override
      public void visitTypeInsn(int opcode, String type) {
        int marker = type.indexOf('\u0001');
        super.visitTypeInsn(opcode, marker < 0 ? type : type.substring(0, marker));
      }

      @Override
      public void visitMethodInsn(int opcode, String to, String name, String descriptor, boolean isInterface) {
        int marker = to.indexOf('\u0001');
        String target = marker < 0 ? to : to.substring(marker + 1);
        boolean constructor = "<init>".equals(name);
        boolean direct = opcode == Opcodes.INVOKESTATIC || opcode == Opcodes.INVOKESPECIAL;
        boolean flag = isInterface || direct && !constructor && isInterface(target);
        if (flag && opcode == Opcodes.INVOKESPECIAL && !target.equals(owner) && !Bridging.this.direct.contains(target)) {
          indirect.add(target);
        }
        String member = null;
        if (!ofInterface && !target.startsWith("[") && (constructor || opcode != Opcodes.INVOKESPECIAL)) {
          member = hierarchy.member(target, name);
        }
        if (member == null) {
          super.visitMethodInsn(opcode, target, name, descriptor, flag);
          return;
        }
        Site site = new Site(opcode, target, name, descriptor, flag, member);
        int number = number(site);
        super.visitMethodInsn(Opcodes.INVOKESTATIC, owner, BRIDGE + number, site.bridgeDescriptor(), false);
        if (constructor) {
          spread(mv, Type.getArgumentTypes(descriptor));
          super.visitMethodInsn(opcode, target, name, descriptor, flag);
        }
      }

      @Override
      public void visitFieldInsn(int opcode, String of, String name, String descriptor) {
        String field = of.replace('/', '.') + "." + name;
        if (opcode != Opcodes.GETSTATIC || !descriptor.startsWith("L") || !fields.contains(field)) {
          super.visitFieldInsn(opcode, of, name, descriptor);
          return;
        }
        super.visitLdcInsn(field);
        super.visitMethodInsn(
            Opcodes.INVOKESTATIC, HOOK, "field", "(Ljava/lang/String;)Ljava/lang/Object;", false);
        super.visitTypeInsn(Opcodes.CHECKCAST, Type.getType(descriptor).getInternalName());
      }
    }

    private int number(Site site) {
      return sites.computeIfAbsent(
          site,
          ignored -> {
            order.add(site);
            return order.size() - 1;
          });
    }
  }

  /** Static calls on interfaces of Java itself lose their mark in the translation as well. */
  private boolean isInterface(String owner) {
    if (!owner.startsWith("java/")) {
      return interfaces.contains(owner);
    }
    return JAVA.computeIfAbsent(owner, name -> {
      try {
        return Class.forName(name.replace('/', '.'), false, null).isInterface();
      } catch (ClassNotFoundException ofAndroidOnly) {
        return false;
      }
    });
  }

  /** Gives a native method a body: it asks for an answer with its object, if it has one, and its arguments. */
  private static void answer(MethodVisitor body, String member, String descriptor, boolean isStatic) {
    String all = isStatic ? descriptor : "(Ljava/lang/Object;" + descriptor.substring(1);
    body.visitCode();
    body.visitLdcInsn(member);
    collect(body, Type.getArgumentTypes(all));
    body.visitMethodInsn(
        Opcodes.INVOKESTATIC, HOOK, "nativeCall", "(Ljava/lang/String;" + ARRAY + ")Ljava/lang/Object;", false);
    Label neutral = new Label();
    body.visitInsn(Opcodes.DUP);
    body.visitFieldInsn(Opcodes.GETSTATIC, HOOK, "PROCEED", "Ljava/lang/Object;");
    body.visitJumpInsn(Opcodes.IF_ACMPEQ, neutral);
    Type result = Type.getReturnType(descriptor);
    unbox(body, result);
    body.visitInsn(result.getOpcode(Opcodes.IRETURN));
    body.visitLabel(neutral);
    body.visitInsn(Opcodes.POP);
    Neutral.answerNative(body, member.substring(member.lastIndexOf('.') + 1), descriptor);
  }

  /** Puts the values of the array on top of the stack where they came from: above an object that is not made yet. */
  private static void spread(MethodVisitor body, Type[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      body.visitInsn(Opcodes.DUP);
      body.visitLdcInsn(i);
      body.visitInsn(Opcodes.AALOAD);
      unbox(body, arguments[i]);
      if (arguments[i].getSize() == 1) {
        body.visitInsn(Opcodes.SWAP);
      } else {
        body.visitInsn(Opcodes.DUP2_X1);
        body.visitInsn(Opcodes.POP2);
      }
    }
    body.visitInsn(Opcodes.POP);
  }

  private static void bridge(ClassVisitor out, int number, Site site) {
    String descriptor = site.bridgeDescriptor();
    Type[] arguments = Type.getArgumentTypes(descriptor);
    Type result = Type.getReturnType(descriptor);
    int access = Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC;
    MethodVisitor body = out.visitMethod(access, BRIDGE + number, descriptor, null, null);
    body.visitCode();
    body.visitLdcInsn(site.member());
    collect(body, arguments);
    if (site.isConstructor()) {
      body.visitMethodInsn(
          Opcodes.INVOKESTATIC, HOOK, "made", "(Ljava/lang/String;" + ARRAY + ")" + ARRAY, false);
      body.visitInsn(Opcodes.ARETURN);
      body.visitMaxs(0, 0);
      body.visitEnd();
      return;
    }
    body.visitLdcInsn(site.opcode() == Opcodes.INVOKESTATIC);
    body.visitMethodInsn(
        Opcodes.INVOKESTATIC, HOOK, "call", "(Ljava/lang/String;[Ljava/lang/Object;Z)Ljava/lang/Object;", false);
    Label proceed = new Label();
    body.visitInsn(Opcodes.DUP);
    body.visitFieldInsn(Opcodes.GETSTATIC, HOOK, "PROCEED", "Ljava/lang/Object;");
    body.visitJumpInsn(Opcodes.IF_ACMPEQ, proceed);
    unbox(body, result);
    body.visitInsn(result.getOpcode(Opcodes.IRETURN));
    body.visitLabel(proceed);
    body.visitInsn(Opcodes.POP);
    int slot = 0;
    for (Type argument : arguments) {
      body.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), slot);
      slot += argument.getSize();
    }
    body.visitMethodInsn(site.opcode(), site.owner(), site.name(), site.descriptor(), site.isInterface());
    body.visitInsn(result.getOpcode(Opcodes.IRETURN));
    body.visitMaxs(0, 0);
    body.visitEnd();
  }

  /** Leaves an array with the arguments of the method on the stack. */
  private static void collect(MethodVisitor body, Type[] arguments) {
    body.visitLdcInsn(arguments.length);
    body.visitTypeInsn(Opcodes.ANEWARRAY, "java/lang/Object");
    int slot = 0;
    for (int i = 0; i < arguments.length; i++) {
      body.visitInsn(Opcodes.DUP);
      body.visitLdcInsn(i);
      body.visitVarInsn(arguments[i].getOpcode(Opcodes.ILOAD), slot);
      box(body, arguments[i]);
      body.visitInsn(Opcodes.AASTORE);
      slot += arguments[i].getSize();
    }
  }

  private static void box(MethodVisitor body, Type type) {
    if (type.getSort() <= Type.DOUBLE) {
      String box = "java/lang/" + BOXES[type.getSort()];
      String descriptor = "(" + type.getDescriptor() + ")L" + box + ";";
      body.visitMethodInsn(Opcodes.INVOKESTATIC, box, "valueOf", descriptor, false);
    }
  }

  private static void unbox(MethodVisitor body, Type type) {
    if (type.getSort() == Type.VOID) {
      body.visitInsn(Opcodes.POP);
    } else if (type.getSort() > Type.DOUBLE) {
      body.visitTypeInsn(Opcodes.CHECKCAST, type.getInternalName());
    } else {
      String box =
          switch (type.getSort()) {
            case Type.BOOLEAN -> "java/lang/Boolean";
            case Type.CHAR -> "java/lang/Character";
            default -> "java/lang/Number";
          };
      body.visitTypeInsn(Opcodes.CHECKCAST, box);
      body.visitMethodInsn(
          Opcodes.INVOKEVIRTUAL, box, type.getClassName() + "Value", "()" + type.getDescriptor(), false);
    }
  }
}
