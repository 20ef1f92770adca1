package apkfarm.sandbox.host;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/**
 * Starts Android's framework on this JVM without a test runner, waits for an app, and obeys the worker's commands.
 *
 * <p>The worker may start it before there is an app: it gets warm meanwhile. It runs one app, never a second one.
 */
public final class Main {
  private static final Path JOB = Path.of("/in/job.properties");

  private Main() {}

  /** Arguments: the folder of the SDK jar, the class path of the translator. */
  public static void main(String[] arguments) throws Exception {
    System.setOut(System.err);
    Properties system = System.getProperties();
    system.setProperty("java.awt.headless", "true");
    system.setProperty("robolectric.offline", "true");
    system.setProperty("robolectric.dependency.dir", arguments[0]);
    system.setProperty("robolectric.logging.enabled", "false");
    system.setProperty("robolectric.installFakeMediaProvider", "false"); // The phone's owner has photos of their own.
    system.setProperty("org.bouncycastle.bks.enable_v1", "true"); // As Android's own does: many apps carry such a key store.
    int status = 0;
    try {
      Network.install();
      Framework framework = new Framework(arguments[1]);
      framework.onMainThread(() -> serve(framework));
    } catch (Throwable fault) {
      fault.printStackTrace();
      Wire.send("fault", Map.of("cause", String.valueOf(fault)));
      status = 1;
    }
    Runtime.getRuntime().halt(status);
  }

  private static void serve(Framework framework) throws Exception {
    framework.warmUp();
    Wire.send("warm", Map.of());
    String[] words = Wire.read();
    if (words != null && words[0].equals("take")) {
      framework.run(Job.read(JOB)); // It says that it is ready, and obeys from then on.
    }
  }
}
