package apkfarm.translator;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import com.googlecode.d2j.reader.DexFileReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

public final class LazyTranslatorTest {
  /** Where the header of a dex file says where its classes are, and each class where its data is. */
  private static final int CLASSES = 0x64;
  private static final int DATA = 0x18;
  private static final int DEFINITION = 0x20;

  private static final String SHAPE = ".class public interface abstract La/Shape;\n.super Ljava/lang/Object;\n";
  private static final String BASE = Dex.type("a/Base", Dex.value(1));
  private static final String ABSTRACT_ROUND =
      ".class public abstract La/Round;\n.super La/Base;\n.implements La/Shape;\n";
  private static final String ROUND =
      ".class public La/Round;\n.super La/Base;\n.implements La/Shape;\n.implements Ljava/lang/Runnable;\n";

  /** The names are the internal ones of all classes of all dex files. */
  @Test
  public void namesAreThoseOfAllDexFiles() {
    LazyTranslator translator = Dex.translator(Dex.of(SHAPE, BASE), Dex.of(ROUND));
    assertEquals(Set.of("a/Shape", "a/Base", "a/Round"), translator.names());
  }

  /** Interfaces are told apart from classes. */
  @Test
  public void interfacesAreToldApart() {
    assertEquals(Set.of("a/Shape"), Dex.translator(Dex.of(SHAPE, BASE, ROUND)).interfaces());
  }

  /** The superclass comes before the interfaces, which keep their order. */
  @Test
  public void supertypesHaveTheSuperclassFirst() {
    String[] found = Dex.translator(Dex.of(SHAPE, BASE, ROUND)).supertypes().get("a/Round");
    assertArrayEquals(new String[] {"a/Base", "a/Shape", "java/lang/Runnable"}, found);
  }

  /** A translated class is verified, loaded and run by the JVM, with a loop and a call in it. */
  @Test
  public void translatedClassRuns() throws Throwable {
    String sum = """
        .method public static sum(I)J
          .registers 5
          const-wide/16 v0, 0
          :again
          if-lez p0, :done
          int-to-long v2, p0
          invoke-static {v0, v1, v2, v3}, Ljava/lang/Math;->addExact(JJ)J
          move-result-wide v0
          add-int/lit8 p0, p0, -1
          goto :again
          :done
          return-wide v0
        .end method
        """;
    assertEquals(55L, Dex.call(Dex.translator(Dex.of(Dex.type("a/Sum", sum))), "a/Sum", "sum", 10));
  }

  /** Loading a class translates it and its supertypes, and no other class. */
  @Test
  public void onlyWhatIsAskedForIsTranslated() throws Throwable {
    LazyTranslator translator = Dex.translator(Dex.of(SHAPE, BASE, ABSTRACT_ROUND, Dex.type("a/Other", Dex.value(2))));
    Set<String> asked = new TreeSet<>();
    Dex.Loader loader = new Dex.Loader(name -> {
      asked.add(name);
      return translator.apply(name);
    });
    loader.loadClass("a.Round");
    assertEquals(Set.of("a/Round", "a/Base", "a/Shape"), asked);
  }

  /** A name that is in no dex file gives null. */
  @Test
  public void unknownNameGivesNull() {
    assertNull(Dex.translator(Dex.of(BASE)).apply("a/Other"));
  }

  /** Bytes that are no dex file are refused with a RuntimeException, and what was there still works. */
  @Test
  public void brokenDexIsNotFatal() throws Throwable {
    LazyTranslator translator = Dex.translator(Dex.of(BASE));
    byte[] other = Dex.of(ROUND);
    other[0] = 'x';
    assertThrows(RuntimeException.class, () -> translator.extend(other));
    assertThrows(RuntimeException.class, () -> translator.extend(new byte[3]));
    assertEquals(1, Dex.call(translator, "a/Base", "value"));
  }

  /** A class whose data is said to be behind the end of the file comes without members; the others live. */
  @Test
  public void brokenClassHasNoMembers() throws Throwable {
    byte[] dex = Dex.of(BASE, Dex.type("a/Next", Dex.value(2)));
    int classes = ByteBuffer.wrap(dex).order(ByteOrder.LITTLE_ENDIAN).getInt(CLASSES);
    int base = new DexFileReader(dex).getClassNames().indexOf("La/Base;"); // The writer's order is chance.
    dex[classes + base * DEFINITION + DATA + 3] = 0x7f;
    LazyTranslator translator = Dex.translator(dex);
    Class<?> broken = new Dex.Loader(translator).loadClass("a.Base");
    assertEquals(0, broken.getDeclaredMethods().length);
    assertEquals(2, Dex.call(translator, "a/Next", "value"));
  }

  /** The first of two dex files with the same class wins, as on Android. */
  @Test
  public void firstDexWins() throws Throwable {
    LazyTranslator translator = Dex.translator(Dex.of(BASE), Dex.of(Dex.type("a/Base", Dex.value(2))));
    assertEquals(1, Dex.call(translator, "a/Base", "value"));
  }

  /** An interface that comes second does not make an interface of the class that came first. */
  @Test
  public void firstDexSaysWhatIsAnInterface() {
    LazyTranslator translator = Dex.translator(Dex.of(BASE));
    translator.extend(Dex.of(SHAPE.replace("Shape", "Base")));
    assertFalse(translator.interfaces().contains("a/Base"));
  }

  /** A dex file that is loaded while the app runs adds classes, interfaces and supertypes. */
  @Test
  public void extendAdds() throws Throwable {
    LazyTranslator translator = Dex.translator(Dex.of(BASE));
    translator.extend(Dex.of(SHAPE, Dex.type("b/Late", Dex.value(7))));
    assertEquals(Set.of("a/Base", "a/Shape", "b/Late"), translator.names());
    assertEquals(Set.of("a/Shape"), translator.interfaces());
    assertEquals(7, Dex.call(translator, "b/Late", "value"));
  }

  /** A dex file that is loaded while the app runs does not replace what the APK has. */
  @Test
  public void extendDoesNotReplace() throws Throwable {
    LazyTranslator translator = Dex.translator(Dex.of(BASE));
    translator.extend(Dex.of(Dex.type("a/Base", Dex.value(2))));
    assertEquals(1, Dex.call(translator, "a/Base", "value"));
  }

  /** A table that was compiled into one giant method throws VerifyError when it is called; the rest of its class runs. */
  @Test
  public void giantMethodThrows() throws Throwable {
    String giant = ".method public static table()I\n.registers 4000\n" + "const/4 v1, 1\n".repeat(5_100)
        + "const/4 v0, 5\nreturn v0\n.end method\n";
    LazyTranslator translator = Dex.translator(Dex.of(Dex.type("a/Table", giant, Dex.value(3))));
    assertThrows(VerifyError.class, () -> Dex.call(translator, "a/Table", "table"));
    assertEquals(3, Dex.call(translator, "a/Table", "value"));
  }

  /** A method of many instructions that needs few registers is no table: it is translated. */
  @Test
  public void longMethodRuns() throws Throwable {
    String longer = ".method public static count(I)I\n.registers 1\n" + "add-int/lit8 p0, p0, 1\n".repeat(400)
        + "return p0\n.end method\n";
    assertEquals(400, Dex.call(Dex.translator(Dex.of(Dex.type("a/Count", longer))), "a/Count", "count", 0));
  }

  /** A method that cannot be translated throws VerifyError when it is called; the rest of its class runs. */
  @Test
  public void untranslatableMethodThrows() throws Throwable {
    String mixed = """
        .method public static mixed()Ljava/lang/Object;
          .registers 3
          const/4 v0, 5
          int-to-long v0, v0
          return-object v0
        .end method
        """;
    LazyTranslator translator = Dex.translator(Dex.of(Dex.type("a/Odd", mixed, Dex.value(3))));
    VerifyError thrown = assertThrows(VerifyError.class, () -> Dex.call(translator, "a/Odd", "mixed"));
    assertEquals("untranslatable method La/Odd;->mixed()Ljava/lang/Object;", thrown.getMessage());
    assertEquals(3, Dex.call(translator, "a/Odd", "value"));
  }

  private static final String MAKE = """
      .method public static make()Ljava/lang/Object;
        .registers 1
        new-instance v0, La/Round;
        invoke-direct {v0}, L%s;-><init>()V
        return-object v0
      .end method
      """;

  /** Returns the text of a constructor that calls that of the superclass. */
  private static String constructor(String superclass) {
    return """

        .method public constructor <init>()V
          .registers 1
          invoke-direct {p0}, L%s;-><init>()V
          return-void
        .end method
        """.formatted(superclass);
  }

  /** Where R8 has inlined a constructor, the class file says both the type that is made and whose constructor runs. */
  @Test
  public void inlinedConstructorKeepsTheType() {
    String made = Dex.type("a/Make", MAKE.formatted("a/Base"));
    LazyTranslator translator = Dex.translator(Dex.of(made, BASE + constructor("java/lang/Object"), ROUND));
    assertEquals(List.of("new a/Round\u0001a/Base", "a/Round\u0001a/Base.<init>"), made(translator));
  }

  /** A constructor that R8 has left out is the superclass's, as Android finds it; the type stays. */
  @Test
  public void missingConstructorIsTheSuperclassOne() {
    String made = Dex.type("a/Make", MAKE.formatted("a/Round"));
    LazyTranslator translator = Dex.translator(Dex.of(made, BASE + constructor("java/lang/Object"), ROUND));
    assertEquals(List.of("new a/Round\u0001a/Base", "a/Round\u0001a/Base.<init>"), made(translator));
    LazyTranslator none = Dex.translator(Dex.of(made, BASE, ROUND));
    assertEquals(List.of("new a/Round\u0001java/lang/Object", "a/Round\u0001java/lang/Object.<init>"), made(none));
  }

  /** A constructor goes past a superclass whose own one R8 has left out. */
  @Test
  public void constructorGoesPastTheMissingOne() {
    String round = ".class public La/Round;\n.super La/Base;\n" + constructor("a/Base");
    assertEquals(List.of("java/lang/Object.<init>"), made("a/Round", Dex.translator(Dex.of(BASE, round))));
  }

  /** An empty class under a name of the framework says nothing of the framework's constructors. */
  @Test
  public void frameworkHasItsConstructors() {
    String stub = ".class public Landroid/view/Base;\n.super Ljava/lang/Object;\n";
    String round = ".class public La/Round;\n.super Landroid/view/Base;\n" + constructor("android/view/Base");
    assertEquals(List.of("android/view/Base.<init>"), made("a/Round", Dex.translator(Dex.of(stub, round))));
  }

  /** A class that is its own superclass does not hang the translator. */
  @Test
  public void circleOfSuperclassesEnds() {
    String made = Dex.type("a/Make", MAKE.formatted("a/Round"));
    String circle = ".class public La/Round;\n.super La/Round;\n";
    assertEquals(List.of("new a/Round", "a/Round.<init>"), made(Dex.translator(Dex.of(made, circle))));
  }

  /** A constructor that was not inlined is left as it is. */
  @Test
  public void ownConstructorHasNoMarker() {
    String made = Dex.type("a/Make", MAKE.formatted("a/Round"));
    LazyTranslator translator = Dex.translator(Dex.of(made, BASE, ROUND + constructor("a/Base")));
    assertEquals(List.of("new a/Round", "a/Round.<init>"), made(translator));
  }

  private static List<String> made(LazyTranslator translator) {
    return made("a/Make", translator);
  }

  /** Returns what a class makes and which constructors it calls. */
  private static List<String> made(String type, LazyTranslator translator) {
    List<String> found = new ArrayList<>();
    new ClassReader(translator.apply(type)).accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(int access, String name, String types, String signature, String[] throwing) {
            return new MethodVisitor(Opcodes.ASM9) {
              @Override
              public void visitTypeInsn(int opcode, String type) {
                found.add("new " + type);
              }

              @Override
              public void visitMethodInsn(int opcode, String owner, String called, String of, boolean isInterface) {
                found.add(owner + "." + called);
              }
            };
          }
        },
        0);
    return found;
  }
}
