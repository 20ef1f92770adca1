package apkfarm.sandbox.host;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public final class JobTest {
  private static final String LEAST = "apk=/in/app.apk\npackage=a.b\ntarget_sdk=30\n";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Job read(String text) throws Exception {
    Path file = folder.newFile().toPath();
    Files.writeString(file, text, StandardCharsets.US_ASCII);
    return Job.read(file);
  }

  /** Escapes all that is not a plain letter, in UTF-16, as the worker does. */
  private static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    for (char c : text.toCharArray()) {
      boolean plain = c < 128 && Character.isLetterOrDigit(c) || "._$:+-".indexOf(c) >= 0;
      out.append(plain ? String.valueOf(c) : String.format("\\u%04x", (int) c));
    }
    return out.toString();
  }

  /** What the worker says about the app is read as it is. */
  @Test
  public void appIsRead() throws Exception {
    Job job = read(LEAST + "launcher=a.b.Main$Inner\n");
    assertEquals(Path.of("/in/app.apk"), job.apk());
    assertEquals("a.b", job.packageName());
    assertEquals(30, job.targetSdk());
    assertEquals("a.b.Main$Inner", job.launcher());
  }

  /** An app without launcher, certificate and tables has a job all the same. */
  @Test
  public void missingKeysAreNothing() throws Exception {
    Job job = read(LEAST);
    assertNull(job.launcher());
    assertNull(job.certificate());
    assertEquals(Map.of(), job.sensitive());
    assertEquals(Map.of(), job.canaries());
    assertTrue(job.needles().isEmpty());
  }

  /** Permissions that the user is asked for come with their group. */
  @Test
  public void dangerousPermissionsHaveAGroup() throws Exception {
    Job job = read(LEAST + "dangerous=" + escaped("a.CALL;PHONE a.OTHER;") + "\n");
    assertEquals(Map.of("a.CALL", "PHONE", "a.OTHER", ""), job.dangerous());
  }

  /** The certificate is read from hexadecimal digits, byte for byte. */
  @Test
  public void certificateIsHex() throws Exception {
    assertArrayEquals(new byte[] {0x30, (byte) 0x82, 0, (byte) 0xff}, read(LEAST + "certificate=308200ff\n").certificate());
  }

  /** Line ends, separators, backslashes, spaces at the ends, Chinese and what is beyond the first plane survive the file. */
  @Test
  public void escapesSurvive() throws Exception {
    for (String value : List.of("a\nb\r", " lead and trail ", "k=v:w #!", "back\\slash \\u0041", "\u5f20\u4e09\u4e30", "\ud83d\ude00", "\u0000\t")) {
      assertEquals(value, read(LEAST + "canary.name=" + escaped(value) + "\n").canaries().get("name"));
    }
  }

  /** A value cannot end its line and add a key of its own. */
  @Test
  public void valueCannotAddAKey() throws Exception {
    Job job = read(LEAST + "canary.name=" + escaped("x\npackage=evil") + "\n");
    assertEquals("a.b", job.packageName());
  }

  /** Needles are lists of texts by kind. */
  @Test
  public void needlesAreLists() throws Exception {
    Job job = read(LEAST + "needles.imei=" + escaped("8640 86%2040") + "\nneedles.name=" + escaped("%E5%BC%A0") + "\n");
    assertEquals(Map.of("imei", List.of("8640", "86 40"), "name", List.of("\u5f20")), job.needles());
  }

  /** The tables are read, and members are given by their class. */
  @Test
  public void membersAreByClass() throws Exception {
    Job job = read(LEAST + "members=" + escaped("a.B.one;; a.B.two;; c.D$E.<init>;;") + "\n");
    assertEquals(Map.of("a.B", Set.of("one", "two"), "c.D$E", Set.of("<init>")), job.members());
  }

  /** Calls are those of all three tables and the sandbox's own; a planted constant is a field and no call. */
  @Test
  public void callsAreOfAllTables() throws Exception {
    Job job = read(LEAST + "members=" + escaped("a.B.told;;") + "\nsinks=" + escaped("a.B.sink;log;*") + "\nplants="
        + escaped("a.B.answered;;imei;text;null a.Build.SERIAL;;serial;text;null") + "\n");
    Set<String> calls = Members.calls(job);
    assertTrue(calls.containsAll(Set.of("a.B.told", "a.B.sink", "a.B.answered", "java.lang.System.exit")));
    assertEquals(Set.of("a.Build.SERIAL"), Members.fields(job));
    assertTrue(!calls.contains("a.Build.SERIAL"));
  }
}
