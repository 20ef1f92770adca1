package apkfarm.translator;

import com.googlecode.d2j.Method;
import com.googlecode.d2j.converter.IR2JConverter;
import com.googlecode.d2j.dex.ClassVisitorFactory;
import com.googlecode.d2j.dex.Dex2Asm;
import com.googlecode.d2j.dex.DexExceptionHandler;
import com.googlecode.d2j.dex.ExDex2Asm;
import com.googlecode.d2j.node.DexClassNode;
import com.googlecode.d2j.node.DexCodeNode;
import com.googlecode.d2j.node.DexFileNode;
import com.googlecode.d2j.node.DexMethodNode;
import com.googlecode.d2j.reader.DexFileReader;
import com.googlecode.d2j.reader.Op;
import com.googlecode.dex2jar.ir.IrMethod;
import com.googlecode.dex2jar.ir.expr.InvokeExpr;
import com.googlecode.dex2jar.ir.expr.NewExpr;
import com.googlecode.dex2jar.ir.expr.Value;
import com.googlecode.dex2jar.ir.stmt.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;

/**
 * Translates one class of a dex file to JVM bytecode when it is asked for.
 *
 * <p>Lives in a class loader of its own, since dex2jar brings a changed ASM. It is spoken to through types of the JDK
 * only: {@code add}, {@code index}, {@code extend}, {@code apply}.
 */
public final class LazyTranslator extends ExDex2Asm implements Function<String, byte[]> {
  /** Stands between the type that is made and the class whose constructor runs; the rewriter splits it again. */
  private static final char INLINED = '\u0001';

  /** Instructions times registers: what the passes over a method cost grows with it. */
  private static final long MAX_WORK = 20_000_000;

  private static final int FLAGS = DexFileReader.IGNORE_READ_EXCEPTION | DexFileReader.DONT_SANITIZE_NAMES;
  private static final int FLAGS_INDEX =
      FLAGS | DexFileReader.SKIP_CODE | DexFileReader.SKIP_DEBUG | DexFileReader.SKIP_FIELD_CONSTANT;
  private static final int ACC_INTERFACE = 0x200;

  static {
    Handlers.tellDex2jar();
  }

  private record Place(DexFileReader reader, int index) {}

  // The app's threads ask for names while another one adds a dex file.
  private final Map<String, Place> places = new ConcurrentHashMap<>();
  private final List<DexFileReader> unread = new ArrayList<>();
  private final Set<String> interfaces = ConcurrentHashMap.newKeySet();
  private final Map<String, String[]> supertypes = new ConcurrentHashMap<>();
  private final Map<String, Dex2Asm.Clz> classInfo = new HashMap<>();
  private final Constructors constructors = new Constructors();

  public LazyTranslator() {
    super(new ThrowingBody());
  }

  /** Adds a dex file. The first one that has a class wins, as on Android. */
  public synchronized void add(byte[] dex) {
    DexFileReader reader = new DexFileReader(dex);
    unread.add(reader);
    int index = 0;
    for (String name : reader.getClassNames()) {
      places.putIfAbsent(internal(name), new Place(reader, index++));
    }
  }

  /** Reads what the translation of any class needs to know of all others; to be called after {@link #add}. */
  public synchronized void index() {
    DexFileNode all = new DexFileNode();
    for (DexFileReader reader : unread) {
      try {
        reader.accept(all, FLAGS_INDEX);
      } catch (RuntimeException unreadable) {
        continue; // A class that cannot be read is not found later: that is where it is told.
      }
    }
    unread.clear();
    collectClzInfo(all).forEach(classInfo::putIfAbsent);
    for (DexClassNode node : all.clzs) {
      constructors.add(node);
      String name = internal(node.className);
      if (supertypes.putIfAbsent(name, supertypes(node)) == null && (node.access & ACC_INTERFACE) != 0) {
        interfaces.add(name);
      }
    }
  }

  /** Adds a dex file that the app has loaded while it ran. */
  public synchronized void extend(byte[] dex) {
    add(dex);
    index();
  }

  private static String[] supertypes(DexClassNode node) {
    List<String> found = new ArrayList<>();
    if (node.superClass != null) {
      found.add(internal(node.superClass));
    }
    for (String name : node.interfaceNames == null ? new String[0] : node.interfaceNames) {
      found.add(internal(name));
    }
    return found.toArray(new String[0]);
  }

  private static String internal(String descriptor) {
    return descriptor.substring(1, descriptor.length() - 1);
  }

  /** Internal names of all classes, such as {@code com/example/Main}. */
  public Set<String> names() {
    return places.keySet();
  }

  /** Internal names of those that are interfaces. */
  public Set<String> interfaces() {
    return interfaces;
  }

  /** Internal names of the superclass and the interfaces by internal name. */
  public Map<String, String[]> supertypes() {
    return supertypes;
  }

  /** Returns the class file of a class, or null if there is none or it cannot be translated. */
  @Override
  public synchronized byte[] apply(String name) {
    Place place = places.get(name);
    if (place == null) {
      return null;
    }
    try {
      DexFileNode one = new DexFileNode();
      one.dexVersion = place.reader().getDexVersion();
      place.reader().accept(one, place.index(), FLAGS);
      if (one.clzs.isEmpty()) {
        return null;
      }
      bound(one.clzs.get(0));
      ClassWriter[] writer = new ClassWriter[1];
      ClassVisitorFactory factory = ignored -> writer[0] = new ClassWriter(ClassWriter.COMPUTE_MAXS);
      convertClass(one, one.clzs.get(0), factory, classInfo);
      return writer[0] == null ? null : writer[0].toByteArray();
    } catch (RuntimeException | StackOverflowError untranslatable) {
      return null;
    }
  }

  /** Tables that were compiled into one method take minutes, and then no JVM takes them: such a method throws instead. */
  private static void bound(DexClassNode type) {
    for (DexMethodNode method : type.methods == null ? List.<DexMethodNode>of() : type.methods) {
      DexCodeNode code = method.codeNode;
      if (code != null && (long) code.stmts.size() * code.totalRegister > MAX_WORK) {
        throwInstead(method);
      }
    }
  }

  private static void throwInstead(DexMethodNode method) {
    DexCodeNode thrown = new DexCodeNode();
    thrown.totalRegister = method.codeNode.totalRegister;
    thrown.visitTypeStmt(Op.NEW_INSTANCE, 0, -1, "Ljava/lang/VerifyError;");
    thrown.visitMethodStmt(
        Op.INVOKE_DIRECT, new int[] {0}, new Method("Ljava/lang/VerifyError;", "<init>", new String[0], "V"));
    thrown.visitStmt1R(Op.THROW, 0);
    method.codeNode = thrown;
  }

  @Override
  public void optimize(IrMethod method) {
    T_CLEAN_LABEL.transform(method);
    clean(method);
    T_ZERO.transform(method);
    if (T_NPE.transformReportChanged(method)) {
      clean(method);
    }
    keepTypeOfInlinedConstructors(method);
    T_NEW.transform(method);
    T_FILL_ARRAY.transform(method);
    T_AGG.transform(method);
    T_MULTI_ARRAY.transform(method);
    T_VOID_INVOKE.transform(method);
    clean(method);
    T_TYPE.transform(method);
    T_UNSSA.transform(method);
    T_IR_2_J_REG_ASSIGN.transform(method);
    Handlers.trim(method);
  }

  private static void clean(IrMethod method) {
    T_DEAD_CODE.transform(method);
    T_REMOVE_LOCAL.transform(method);
    T_REMOVE_CONST.transform(method);
  }

  /**
   * R8 inlines constructors: {@code new T} followed by the constructor of a superclass O; or leaves that of T out. dex2jar
   * would make an O; the marker keeps T.
   */
  private void keepTypeOfInlinedConstructors(IrMethod method) {
    Map<Value, String> made = new HashMap<>();
    for (Stmt stmt : method.stmts) {
      if (stmt.st == Stmt.ST.ASSIGN && stmt.getOp1().vt == Value.VT.LOCAL && stmt.getOp2().vt == Value.VT.NEW) {
        made.put(stmt.getOp1(), ((NewExpr) stmt.getOp2()).type);
      }
    }
    for (int pass = 0; pass < 3 && !made.isEmpty(); pass++) {
      for (Stmt stmt : method.stmts) {
        if (stmt.st == Stmt.ST.ASSIGN && stmt.getOp1().vt == Value.VT.LOCAL && made.containsKey(stmt.getOp2())) {
          made.putIfAbsent(stmt.getOp1(), made.get(stmt.getOp2()));
        }
      }
    }
    for (Stmt stmt : method.stmts) {
      Value value = stmt.st == Stmt.ST.VOID_INVOKE ? stmt.getOp() : stmt.st == Stmt.ST.ASSIGN ? stmt.getOp2() : null;
      if (value instanceof InvokeExpr call && call.vt != Value.VT.INVOKE_NEW && "<init>".equals(call.getName())) {
        Value target = call.getOps()[0];
        String type = target.vt == Value.VT.NEW ? ((NewExpr) target).type : made.get(target);
        String runs = constructors.owner(call.method);
        if (type != null && !type.equals(runs)) {
          runs = type.substring(0, type.length() - 1) + INLINED + runs.substring(1);
        }
        if (!runs.equals(call.getOwner())) {
          call.method = new Method(runs, "<init>", call.getArgs(), "V");
        }
      }
    }
  }

  @Override
  public void ir2j(IrMethod method, MethodVisitor visitor, ClzCtx context) {
    // With optimised monitors some methods come out inconsistent.
    new IR2JConverter().optimizeSynchronized(false).clzCtx(context).ir(method).asm(visitor).convert();
  }

  /** A method that cannot be translated throws when it is called; the rest of its class lives. */
  private static final class ThrowingBody implements DexExceptionHandler {
    @Override
    public void handleFileException(Exception error) {
      // The classes that were read are used; the others are not found.
    }

    @Override
    public void handleMethodTranslateException(
        Method method, DexMethodNode node, MethodVisitor visitor, Exception error) {
      visitor.visitTypeInsn(187, "java/lang/VerifyError");
      visitor.visitInsn(89);
      visitor.visitLdcInsn("untranslatable method " + method);
      visitor.visitMethodInsn(183, "java/lang/VerifyError", "<init>", "(Ljava/lang/String;)V", false);
      visitor.visitInsn(191);
    }
  }
}
