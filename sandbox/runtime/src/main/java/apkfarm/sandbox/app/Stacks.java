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

  /**
   * Returns frames as Android has them: a method of the framework is two here, the one that is called and the one that does
   * it.
   */
  static List<StackTraceElement> plain(StackTraceElement[] frames, int most) {
    List<StackTraceElement> found = new ArrayList<>();
    for (int i = 0; i < frames.length && found.size() < most; i++) {
      StackTraceElement frame = frames[i];
      String owner = frame.getClassName();
      if (isReflection(owner)) {
        continue; // The JVM counts calls by reflection and then makes a class for them, with a number: chance.
      }
      String prefix = "$$robo$$" + owner.replace('.', '_').replace('$', '_') + "$";
      if (!frame.getMethodName().startsWith(prefix)) {
        found.add(frame);
        continue;
      }
      String name = frame.getMethodName().substring(prefix.length());
      found.add(new StackTraceElement(owner, name, frame.getFileName(), frame.getLineNumber()));
      boolean called = i + 1 < frames.length
          && frames[i + 1].getClassName().equals(owner)
          && frames[i + 1].getMethodName().equals(name);
      i += called ? 1 : 0;
    }
    return found;
  }

  /** Returns a thread's name without its number: which thread of a pool gets a task is chance. */
  static String name(Thread thread) {
    return thread.getName().replaceAll("\\d+", "*");
  }

  private static boolean isReflection(String owner) {
    return owner.startsWith("jdk.internal.") || owner.startsWith("java.lang.invoke.");
  }

  private static boolean isOurs(String owner, String name) {
    return owner.startsWith("apkfarm.")
        || owner.startsWith("org.robolectric.")
        || owner.startsWith("com.google.common.") // The sandbox's Guava takes the place of an app's.
        || isReflection(owner)
        || name.startsWith("$apkfarm$")
        || name.startsWith("$$robo$$");
  }
}
