package apkfarm.sandbox.host;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipFile;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

public final class RewriterTest {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private ZipFile framework;

  /** The phone, as the tables see it. */
  public static class Phone {
    public static final String SERIAL = "real";
    public static String serial = "real";
    public final String made;

    public Phone() {
      made = "";
    }

    public Phone(long number, String name, boolean flag, double part) {
      made = number + name + flag + part;
    }

    public String id(int slot) {
      return "id" + slot;
    }

    public String quiet(int slot) {
      return "quiet" + slot;
    }

    public static long time(long before, double factor, char unit, boolean up, float more, byte small, short less) {
      return before + (long) factor + unit + (up ? 1 : 0) + (long) more + small + less;
    }

    public boolean isOn() {
      return false;
    }

    public char letter() {
      return 'a';
    }

    public void reset() {
      HookLog.TOLD.add("really reset");
    }
  }

  /** An app. */
  public static class App extends Phone {
    public static String id() {
      return new Phone().id(3);
    }

    public static String twice() {
      return new Phone().id(1).concat(new Phone().id(2));
    }

    public static String quiet() {
      return new Phone().quiet(3);
    }

    public static long time() {
      return Phone.time(1L << 40, 2.5, 'x', true, 7.5f, (byte) -1, (short) 300);
    }

    public static boolean on() {
      return new Phone().isOn();
    }

    public static char firstLetter() {
      return new Phone().letter();
    }

    public static void resetIt() {
      new Phone().reset();
    }

    public static String inherited() {
      return new App().id(4);
    }

    @Override
    public String id(int slot) {
      return "app's ".concat(super.id(slot));
    }

    public static String make() {
      return new Phone(5L, "name", true, 0.5).made;
    }

    public static String field() {
      return Phone.serial;
    }

    public static native int nativeInt();

    public static native long nativeLong();

    public static native long createEngine();

    public static native int[] nativeNumbers();

    public static native String[] nativeTexts();

    public static native double nativeDouble();

    public static native String nativeText();

    public static native Object nativeObject();

    public static native byte[] nativeBytes();

    public static native void nativeNothing();

    public native long nativeOfObject(int number, long wide, String text);

    public static long nativeAsked() {
      return new App().nativeOfObject(1, 2L, "three");
    }
  }

  @Before
  public void clear() throws Exception {
    HookLog.clear();
    framework = Classes.jar(folder.newFile().toPath(), Map.of());
  }

  @After
  public void close() throws Exception {
    framework.close();
  }

  private static String member(String name) {
    return Phone.class.getName() + "." + name;
  }

  private byte[] rewritten(byte[] bytes, String... members) {
    Map<String, String[]> ofApp = Map.of(Classes.internal(App.class), new String[] {Classes.internal(Phone.class)});
    Hierarchy hierarchy = new Hierarchy(Set.of(members), ofApp, framework);
    return new Rewriter(hierarchy, Set.of(member("serial")), Set.of("a/Shape")).rewrite(bytes);
  }

  /** Loads a class beside the hook that stands in for the real one. */
  private static Class<?> load(byte[] bytes) throws ClassNotFoundException {
    ClassWriter hook = new ClassWriter(0);
    String standIn = Classes.internal(HookLog.Hook.class);
    new ClassReader(Classes.of(HookLog.Hook.class)).accept(
        new ClassRemapper(hook, new Remapper(Opcodes.ASM9) {
          @Override
          public String map(String name) {
            return name.equals(standIn) ? Rewriter.HOOK : name;
          }
        }),
        0);
    return new Classes.Loader().with(bytes).with(hook.toByteArray()).loadClass(new ClassReader(bytes).getClassName().replace('/', '.'));
  }

  /** Runs a static method of the app after the calls of these members were bridged. */
  private Object run(String method, String... members) throws Exception {
    return load(rewritten(Classes.of(App.class), members)).getMethod(method).invoke(null);
  }

  /** A call of the tables is told with its object and its arguments, and its caller gets the hook's answer. */
  @Test
  public void callOfTheTablesIsAnswered() throws Exception {
    HookLog.answer = (member, arguments) -> arguments[0] instanceof Phone ? "planted" + arguments[1] : null;
    assertEquals("planted3", run("id", member("id")));
    assertEquals(1, HookLog.TOLD.size());
    assertTrue(HookLog.TOLD.get(0).startsWith(member("id") + "["));
  }

  /** A call that the hook lets through is made as the app made it. */
  @Test
  public void callProceeds() throws Exception {
    assertEquals("id3", run("id", member("id")));
    assertEquals(1, HookLog.TOLD.size());
  }

  /** A call that is in no table does not reach the hook. */
  @Test
  public void otherCallsStay() throws Exception {
    assertEquals("quiet3", run("quiet", member("id")));
    assertEquals(List.of(), HookLog.TOLD);
  }

  /** Arguments of every primitive type reach the hook and the real static method unchanged, and the result the app. */
  @Test
  public void primitivesPassThrough() throws Exception {
    long expected = (1L << 40) + 2 + 'x' + 1 + 7 - 1 + 300;
    assertEquals(expected, run("time", member("time")));
    assertEquals(List.of("static " + member("time") + "[1099511627776, 2.5, x, true, 7.5, -1, 300]"), HookLog.TOLD);
  }

  /** Answers of primitive types are unboxed. */
  @Test
  public void primitiveAnswersAreUnboxed() throws Exception {
    Map<String, Object> answers = Map.of(member("isOn"), true, member("letter"), 'z', member("time"), 9L);
    HookLog.answer = (member, arguments) -> answers.get(member);
    assertEquals(true, run("on", member("isOn")));
    assertEquals('z', run("firstLetter", member("letter")));
    assertEquals(9L, run("time", member("time")));
  }

  /** A call without a result can be kept from happening. */
  @Test
  public void callWithoutResultIsKeptAway() throws Exception {
    HookLog.answer = (member, arguments) -> "";
    run("resetIt", member("reset"));
    assertEquals(1, HookLog.TOLD.size());
  }

  /** The app's stack stays as it is: below the hook stand a bridge of the app's own class and the caller. */
  @Test
  public void bridgeIsOfTheCallersClass() throws Exception {
    StackTraceElement[][] seen = new StackTraceElement[1][];
    HookLog.answer = (member, arguments) -> {
      seen[0] = new Throwable().getStackTrace();
      return null;
    };
    run("id", member("id"));
    List<String> frames = Arrays.stream(seen[0])
        .filter(frame -> frame.getClassName().equals(App.class.getName()))
        .map(StackTraceElement::getMethodName)
        .toList();
    assertEquals(List.of(Rewriter.BRIDGE + 0, "id"), frames);
  }

  /** Equal calls of a class share one bridge. */
  @Test
  public void equalCallsShareABridge() throws Exception {
    Class<?> app = load(rewritten(Classes.of(App.class), member("id")));
    assertEquals("id1id2", app.getMethod("twice").invoke(null));
    List<String> bridges = Arrays.stream(app.getDeclaredMethods()).map(Method::getName)
        .filter(name -> name.startsWith(Rewriter.BRIDGE)).sorted().toList();
    assertEquals(List.of(Rewriter.BRIDGE + 0, Rewriter.BRIDGE + 1), bridges); // One for Phone.id, one for App.id.
  }

  /** A call of an inherited method on the app's own class is told by the member of the tables; one of super is not. */
  @Test
  public void inheritedCallIsToldOnce() throws Exception {
    assertEquals("app's id4", run("inherited", member("id")));
    assertEquals(1, HookLog.TOLD.size());
    assertTrue(HookLog.TOLD.get(0).startsWith(member("id") + "["));
  }

  /** A constructor of the tables is told, and is given the arguments that the hook gives back. */
  @Test
  public void constructorGetsTheHooksArguments() throws Exception {
    HookLog.answer = (member, arguments) -> new Object[] {6L, "other", false, 1.5};
    assertEquals("6otherfalse1.5", run("make", member("<init>")));
    assertEquals(List.of(member("<init>") + "[5, name, true, 0.5]"), HookLog.TOLD);
  }

  /** A constructor that the hook lets through is given its own arguments, in their order. */
  @Test
  public void constructorProceeds() throws Exception {
    assertEquals("5nametrue0.5", run("make", member("<init>")));
  }

  /** A static field of the tables is read from the hook. */
  @Test
  public void fieldIsPlanted() throws Exception {
    HookLog.answer = (member, arguments) -> "planted";
    assertEquals("planted", run("field"));
    assertEquals(List.of(member("serial")), HookLog.TOLD);
  }

  /** What a model answers is what a native method returns; it is asked with the object and all arguments. */
  @Test
  public void nativesAreAnsweredByModels() throws Exception {
    HookLog.answer = (member, arguments) -> arguments.length == 4 ? 10L + (Long) arguments[2] : 5;
    assertEquals(12L, run("nativeAsked"));
    assertEquals(5, run("nativeInt"));
    assertNull(run("nativeNothing"));
  }

  /** Native methods are told and answered with the neutral value of their type. */
  @Test
  public void nativesAreNeutral() throws Exception {
    assertEquals(0, run("nativeInt"));
    assertEquals(0L, run("nativeLong"));
    assertEquals(0.0, run("nativeDouble"));
    assertEquals(0, ((byte[]) run("nativeBytes")).length);
    assertEquals("", run("nativeText"));
    assertNull(run("nativeObject"));
    assertNull(run("nativeNothing"));
    assertEquals("native " + App.class.getName() + ".nativeInt", HookLog.TOLD.get(0));
    assertEquals(7, HookLog.TOLD.size());
  }

  /** A handle of native memory is not 0: libraries take that for memory that has run out, and give up. */
  @Test
  public void handlesAreNotNull() throws Exception {
    assertEquals(1L, run("createEngine"));
  }

  /** Native methods that answer with arrays give some: callers read numbers at fixed places. */
  @Test
  public void arraysAreThere() throws Exception {
    assertArrayEquals(new int[16], (int[]) run("nativeNumbers"));
    assertArrayEquals(new String[0], (String[]) run("nativeTexts"));
  }

  /** Where R8 has inlined a constructor, the object has the type that was made, and the other constructor runs. */
  @Test
  public void inlinedConstructorKeepsTheType() throws Exception {
    ClassWriter type = Classes.begin("a/Maker");
    MethodVisitor make = type.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, "make", "()Ljava/lang/Object;", null, null);
    String marked = "java/util/ArrayList\u0001java/util/AbstractList";
    make.visitTypeInsn(Opcodes.NEW, marked);
    make.visitInsn(Opcodes.DUP);
    make.visitMethodInsn(Opcodes.INVOKESPECIAL, marked, "<init>", "()V", false);
    make.visitInsn(Opcodes.ARETURN);
    make.visitMaxs(0, 0);
    type.visitEnd();
    String code = Code.text(rewritten(type.toByteArray()), "make");
    assertEquals("NEW java/util/ArrayList DUP INVOKESPECIAL java/util/AbstractList.<init> ()V ARETURN", code);
  }

  /** A static call on an interface of the app, whose mark the translation has lost, is marked again. */
  @Test
  public void callOnAnInterfaceIsMarked() {
    ClassWriter type = Classes.begin("a/Caller");
    MethodVisitor call = type.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, "call", "()V", null, null);
    call.visitMethodInsn(Opcodes.INVOKESTATIC, "a/Shape", "draw", "()V", false);
    call.visitMethodInsn(Opcodes.INVOKESTATIC, "a/Other", "draw", "()V", false);
    call.visitMethodInsn(Opcodes.INVOKESTATIC, "java/util/Comparator", "naturalOrder", "()Ljava/util/Comparator;", false);
    call.visitInsn(Opcodes.POP);
    call.visitInsn(Opcodes.RETURN);
    call.visitMaxs(0, 0);
    type.visitEnd();
    assertEquals(
        "INVOKESTATIC a/Shape.draw ()V (itf) INVOKESTATIC a/Other.draw ()V"
            + " INVOKESTATIC java/util/Comparator.naturalOrder ()Ljava/util/Comparator; (itf) POP RETURN",
        Code.text(rewritten(type.toByteArray()), "call"));
  }

  /** Android lets a class call past its superclass what an interface above has; the JVM asks that it names the interface. */
  @Test
  public void interfaceThatIsCalledPastTheSuperclassIsNamed() {
    ClassWriter type = Classes.begin("a/Heir");
    MethodVisitor call = type.visitMethod(Opcodes.ACC_PUBLIC, "draw", "()V", null, null);
    call.visitVarInsn(Opcodes.ALOAD, 0);
    call.visitMethodInsn(Opcodes.INVOKESPECIAL, "a/Shape", "draw", "()V", true);
    call.visitInsn(Opcodes.RETURN);
    call.visitMaxs(0, 0);
    type.visitEnd();
    assertArrayEquals(new String[] {"a/Shape"}, new ClassReader(rewritten(type.toByteArray())).getInterfaces());
  }

  /** The installation of further dex files does nothing: all of them are there already. */
  @Test
  public void multidexIsNotInstalled() {
    ClassWriter type = Classes.begin("androidx/multidex/MultiDex");
    MethodVisitor install =
        type.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, "install", "(Landroid/content/Context;)V", null, null);
    install.visitInsn(Opcodes.ACONST_NULL);
    install.visitInsn(Opcodes.ATHROW);
    install.visitMaxs(0, 0);
    type.visitEnd();
    assertEquals("RETURN", Code.text(rewritten(type.toByteArray()), "install"));
  }

  /** A class that has no superclass, as a broken dex file can say, is rewritten all the same. */
  @Test
  public void classWithoutSuperclassIsRewritten() {
    ClassWriter type = new ClassWriter(0);
    type.visit(Opcodes.V1_5, Opcodes.ACC_PUBLIC, "a/Root", null, null, null);
    type.visitEnd();
    assertNull(new ClassReader(rewritten(type.toByteArray())).getSuperName());
  }
}
