package apkfarm.sandbox.app;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The folder of an app's native libraries. */
public class LibrariesTest {
  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private Path apk(String... names) throws IOException {
    Path made = temporary.newFile().toPath();
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(made))) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(new byte[1_000]);
        zip.closeEntry();
      }
    }
    return made;
  }

  private Path lay(Path apk, boolean extracted) throws IOException {
    return Libraries.lay(apk, temporary.getRoot().toPath().resolve("app"), extracted);
  }

  private static String[] names(Path folder) {
    String[] found = folder.toFile().list();
    Arrays.sort(found);
    return found;
  }

  /** The libraries of the phone's favourite ABI are there under their names, as long as they are. */
  @Test
  public void ofTheBestAbi() throws IOException {
    Path folder = lay(apk("lib/x86/libx.so", "lib/armeabi-v7a/liba.so", "lib/arm64-v8a/liba.so", "lib/arm64-v8a/libb.so"), true);
    assertEquals("arm64", folder.getFileName().toString());
    assertArrayEquals(new String[] {"liba.so", "libb.so"}, names(folder));
    assertEquals(1_000, Files.size(folder.resolve("liba.so")));
  }

  /** An app without 64 bits runs with 32. */
  @Test
  public void ofTheOnlyAbi() throws IOException {
    Path folder = lay(apk("lib/armeabi/liba.so"), true);
    assertEquals("arm", folder.getFileName().toString());
    assertArrayEquals(new String[] {"liba.so"}, names(folder));
  }

  /** An app that keeps its libraries in the APK has an empty folder. */
  @Test
  public void keptInTheApk() throws IOException {
    assertArrayEquals(new String[0], names(lay(apk("lib/arm64-v8a/liba.so"), false)));
  }

  /** A name that leads elsewhere makes no file. */
  @Test
  public void namesStayInside() throws IOException {
    Path folder = lay(apk("lib/arm64-v8a/../../../evil.so", "lib/arm64-v8a/sub/libc.so", "lib/arm64-v8a/liba.so"), true);
    assertArrayEquals(new String[] {"liba.so"}, names(folder));
  }
}
