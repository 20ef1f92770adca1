package apkfarm.sandbox.prepare;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertArrayEquals;

import apkfarm.sandbox.host.Code;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Copies of a framework of one class, {@code android/Phone}, with shadows that differ. */
public final class DirectCallsTest {
  private static final String PHONE = "android/Phone";
  private static final String LINKER = "org/robolectric/internal/bytecode/InvokeDynamicSupport";
  private static final String DYNAMIC = "ALOAD 0 INVOKEDYNAMIC id (Landroid/Phone;)V RETURN";
  private static final String DIRECT = "ALOAD 0 INVOKESPECIAL android/Phone.$$robo$$id ()V RETURN";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  /** Returns the class as Robolectric's jar has it: each method looks for a shadow of the method that does the work. */
  private static byte[] phone() {
    ClassWriter type = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    type.visit(Opcodes.V1_8, Opcodes.ACC_PUBLIC, PHONE, null, "java/lang/Object", null);
    looking(type, "id", 0, "bootstrap", new Handle(Opcodes.H_INVOKESPECIAL, PHONE, "$$robo$$id", "()V", false), 0);
    looking(type, "now", Opcodes.ACC_STATIC, "bootstrapStatic", new Handle(Opcodes.H_INVOKESTATIC, PHONE, "$$robo$$now", "()V", false), 0);
    looking(type, "hard", 0, "bootstrap", new Handle(Opcodes.H_INVOKESPECIAL, PHONE, "$$robo$$hard", "()V", false), 1);
    looking(type, "other", 0, "somethingElse", new Handle(Opcodes.H_INVOKESPECIAL, PHONE, "$$robo$$other", "()V", false), 0);
    type.visitEnd();
    return type.toByteArray();
  }

  private static void looking(ClassWriter type, String name, int access, String linker, Handle real, int isNative) {
    MethodVisitor method = type.visitMethod(Opcodes.ACC_PUBLIC | access, name, "()V", null, null);
    String types = "()V";
    if ((access & Opcodes.ACC_STATIC) == 0) {
      method.visitVarInsn(Opcodes.ALOAD, 0);
      types = "(Landroid/Phone;)V";
    }
    String of = "(Ljava/lang/invoke/MethodHandles$Lookup;)Ljava/lang/invoke/CallSite;";
    method.visitInvokeDynamicInsn(name, types, new Handle(Opcodes.H_INVOKESTATIC, LINKER, linker, of, false), real, isNative);
    method.visitInsn(Opcodes.RETURN);
    method.visitMaxs(0, 0);
    method.visitEnd();
  }

  /** What a test says about a shadow. */
  private interface Says {
    void of(AnnotationVisitor implementation);
  }

  private static byte[] shadow(String name, String parent, Says says, String method, String methodName) {
    ClassWriter type = new ClassWriter(0);
    type.visit(Opcodes.V1_8, Opcodes.ACC_PUBLIC, name, null, parent, null);
    if (says != null) {
      AnnotationVisitor implementation = type.visitAnnotation("Lorg/robolectric/annotation/Implements;", true);
      says.of(implementation);
      implementation.visitEnd();
    }
    if (method != null) {
      MethodVisitor made = type.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_ABSTRACT, method, "()V", null, null);
      if (methodName != null) {
        AnnotationVisitor of = made.visitAnnotation("Lorg/robolectric/annotation/Implementation;", true);
        of.visit("methodName", methodName);
        of.visitEnd();
      }
      made.visitEnd();
    }
    type.visitEnd();
    return type.toByteArray();
  }

  private static void ofPhone(AnnotationVisitor implementation) {
    implementation.visit("value", Type.getObjectType(PHONE));
  }

  private Path jar(Map<String, byte[]> entries) throws Exception {
    Path file = folder.newFile().toPath();
    try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return file;
  }

  /** Makes the copy; each shadow is an entry of one jar. */
  private Path copy(byte[]... shadows) throws Exception {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (byte[] shadow : shadows) {
      entries.put("Shadow" + entries.size() + ".class", shadow);
    }
    entries.put("notes.txt", new byte[] {1});
    Map<String, byte[]> framework = new LinkedHashMap<>();
    framework.put(PHONE + ".class", phone());
    framework.put("res/raw", new byte[] {4, 5, 6});
    Path made = folder.getRoot().toPath().resolve("made/copy.jar");
    DirectCalls.main(new String[] {jar(framework).toString(), made.toString(), jar(entries).toString()});
    return made;
  }

  private static byte[] entry(Path jar, String name) throws Exception {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.getInputStream(zip.getEntry(name)).readAllBytes();
    }
  }

  private String code(String method, byte[]... shadows) throws Exception {
    return Code.text(entry(copy(shadows), PHONE + ".class"), method);
  }

  /** A class without a shadow calls directly, static methods too. */
  @Test
  public void classWithoutShadowCallsDirectly() throws Exception {
    assertEquals(DIRECT, code("id"));
    assertEquals("INVOKESTATIC android/Phone.$$robo$$now ()V RETURN", code("now"));
  }

  /** A method that a shadow has keeps its look-up; the class's other methods call directly. */
  @Test
  public void methodOfAShadowKeepsItsLookUp() throws Exception {
    byte[] shadow = shadow("ShadowPhone", "java/lang/Object", DirectCallsTest::ofPhone, "id", null);
    assertEquals(DYNAMIC, code("id", shadow));
    assertEquals("INVOKESTATIC android/Phone.$$robo$$now ()V RETURN", code("now", shadow));
  }

  /** A shadow may say by its name which class it stands in for. */
  @Test
  public void shadowNamesItsClass() throws Exception {
    Says says = implementation -> implementation.visit("className", "android.Phone");
    assertEquals(DYNAMIC, code("id", shadow("ShadowPhone", "java/lang/Object", says, "id", null)));
  }

  /** A shadow's method may have another name than the one that it stands in for. */
  @Test
  public void shadowNamesItsMethod() throws Exception {
    assertEquals(DYNAMIC, code("id", shadow("ShadowPhone", "java/lang/Object", DirectCallsTest::ofPhone, "idOnNewPhones", "id")));
  }

  /** A method that a shadow has inherited from another one keeps its look-up. */
  @Test
  public void shadowInherits() throws Exception {
    byte[] parent = shadow("ShadowBase", "java/lang/Object", null, "id", null);
    assertEquals(DYNAMIC, code("id", shadow("ShadowPhone", "ShadowBase", DirectCallsTest::ofPhone, null, null), parent));
  }

  /** A shadow of another class changes nothing. */
  @Test
  public void shadowOfAnotherClassChangesNothing() throws Exception {
    Says says = implementation -> implementation.visit("value", Type.getObjectType("android/Other"));
    assertEquals(DIRECT, code("id", shadow("ShadowOther", "java/lang/Object", says, "id", null)));
  }

  /** Where a shadow does not call through by default, all methods of its class keep their look-up. */
  @Test
  public void closedClassKeepsAll() throws Exception {
    Says says = implementation -> {
      ofPhone(implementation);
      implementation.visit("callThroughByDefault", false);
    };
    byte[] shadow = shadow("ShadowPhone", "java/lang/Object", says, null, null);
    assertEquals(DYNAMIC, code("id", shadow));
    assertEquals("INVOKEDYNAMIC now ()V RETURN", code("now", shadow));
  }

  /** A native method has nothing that could be called: it keeps its look-up. */
  @Test
  public void nativeMethodKeepsItsLookUp() throws Exception {
    assertEquals("ALOAD 0 INVOKEDYNAMIC hard (Landroid/Phone;)V RETURN", code("hard"));
  }

  /** What another linker links is no look-up for a shadow. */
  @Test
  public void otherLinkersStay() throws Exception {
    assertEquals("ALOAD 0 INVOKEDYNAMIC other (Landroid/Phone;)V RETURN", code("other"));
  }

  /** Shadows are found in folders of classes as in jars. */
  @Test
  public void foldersOfShadowsAreRead() throws Exception {
    Path classes = folder.newFolder().toPath();
    Files.createDirectories(classes.resolve("deep"));
    Files.write(classes.resolve("deep/ShadowPhone.class"), shadow("deep/ShadowPhone", "java/lang/Object", DirectCallsTest::ofPhone, "id", null));
    ShadowNames names = new ShadowNames();
    names.read(classes);
    names.index();
    assertEquals(true, names.mayReplace(PHONE, "id"));
    assertEquals(false, names.mayReplace(PHONE, "now"));
  }

  /** What is no class is copied byte for byte, and two copies are equal. */
  @Test
  public void copyIsWholeAndTheSameTwice() throws Exception {
    Path made = copy();
    byte[] first = Files.readAllBytes(made);
    assertArrayEquals(new byte[] {4, 5, 6}, entry(made, "res/raw"));
    assertArrayEquals(first, Files.readAllBytes(copy()));
  }
}
