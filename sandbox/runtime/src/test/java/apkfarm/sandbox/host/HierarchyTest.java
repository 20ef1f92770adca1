package apkfarm.sandbox.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import java.util.Map;
import java.util.Set;
import java.util.zip.ZipFile;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

public final class HierarchyTest {
  private static final Set<String> MEMBERS =
      Set.of("android.Context.start", "android.Context.<init>", "android.Log.print", "java.io.Reader.read", "java.io.Reader.ready");
  private static final Map<String, String[]> OF_APP =
      Map.of(
          "a/Main", new String[] {"a/Base", "a/Shape"},
          "a/Base", new String[] {"android/Activity"},
          "a/Shape", new String[] {"java/lang/Object", "android/Log"},
          "a/Lines", new String[] {"java/io/BufferedReader"},
          "a/Loop", new String[] {"a/Pool"},
          "a/Pool", new String[] {"a/Loop"},
          "android/Activity", new String[] {"android/Log"});

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private ZipFile framework;
  private Hierarchy hierarchy;

  @Before
  public void readFramework() throws Exception {
    framework = Classes.jar(
        folder.newFile().toPath(),
        Map.of(
            "android/Activity", type("android/Activity", "android/Context"),
            "android/Context", type("android/Context", "java/lang/Object")));
    hierarchy = new Hierarchy(MEMBERS, OF_APP, framework);
  }

  @After
  public void close() throws Exception {
    framework.close();
  }

  private static byte[] type(String name, String parent) {
    ClassWriter writer = new ClassWriter(0);
    writer.visit(Opcodes.V1_5, Opcodes.ACC_PUBLIC, name, null, parent, null);
    return writer.toByteArray();
  }

  /** A call on the class that declares the member means that member. */
  @Test
  public void declaringClass() {
    assertEquals("android.Context.start", hierarchy.member("android/Context", "start"));
  }

  /** A call on the app's own class means what it has inherited, through other classes of the app and the framework. */
  @Test
  public void inheritedOnTheAppsOwnClass() {
    assertEquals("android.Context.start", hierarchy.member("a/Main", "start"));
  }

  /** Members are inherited from interfaces as well. */
  @Test
  public void inheritedFromAnInterface() {
    assertEquals("android.Log.print", hierarchy.member("a/Main", "print"));
  }

  /** Members of Java's own classes are inherited by the app's. */
  @Test
  public void inheritedFromJava() {
    assertEquals("java.io.Reader.ready", hierarchy.member("a/Lines", "ready"));
  }

  /** A method of another name, or of a class that inherits from nothing of the tables, means none. */
  @Test
  public void othersMeanNone() {
    assertNull(hierarchy.member("a/Main", "stop"));
    assertNull(hierarchy.member("a/Shape", "start"));
    assertNull(hierarchy.member("b/Unknown", "start"));
  }

  /** A constructor of a subclass is not the one of the tables, which it calls itself. */
  @Test
  public void constructorsAreNotInherited() {
    assertEquals("android.Context.<init>", hierarchy.member("android/Context", "<init>"));
    assertNull(hierarchy.member("a/Base", "<init>"));
  }

  /** The framework's class wins over one of the app with the same name. */
  @Test
  public void frameworkWins() {
    assertNull(hierarchy.member("a/Base", "print"));
  }

  /** Classes that are each other's superclass, as a broken dex file can say, mean none. */
  @Test
  public void loopEnds() {
    assertNull(hierarchy.member("a/Loop", "start"));
  }
}
