package apkfarm.sandbox.app;

import java.util.ArrayList;
import java.util.List;

/** The way to a call as the app's own frames tell it. */
final class Stacks {
  private static final int MAX_FRAMES = 40;

  private Stacks() {}

  /** Returns the frames as {@code package.Class.method:line}, innermost first, without those of the sandbox. */
  static List<String> here() {
    List<String> frames = new ArrayList<>();
    for (StackTraceElement frame : new Throwable().getStackTrace()) {
      if (frames.size() == MAX_FRAMES) {
        break;
      }
      if (!isOurs(frame.getClassName(), frame.getMethodName())) {
        String line = frame.getLineNumber() > 0 ? ":" + frame.getLineNumber() : "";
        frames.add(frame.getClassName() + "." + frame.getMethodName() + line);
      }
    }
    return frames;
  }

  private static boolean isOurs(String owner, String name) {
    return owner.startsWith("apkfarm.")
        || owner.startsWith("org.robolectric.")
        || owner.startsWith("jdk.internal.")
        || owner.startsWith("java.lang.invoke.")
        || name.startsWith("$apkfarm$")
        || name.startsWith("$$robo$$");
  }
}
