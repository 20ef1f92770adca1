package apkfarm.sandbox.app;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public final class StacksTest {
  private static StackTraceElement frame(String owner, String name) {
    return new StackTraceElement(owner, name, null, -1);
  }

  /** A call by reflection has the frames that Android gives it, in every run the same. */
  @Test
  public void reflectionHasOneFrame() {
    StackTraceElement[] frames = {
      frame("a.Main", "run"),
      frame("jdk.internal.reflect.GeneratedMethodAccessor36", "invoke"),
      frame("jdk.internal.reflect.DelegatingMethodAccessorImpl", "invoke"),
      frame("java.lang.reflect.Method", "invoke"),
    };
    assertEquals(List.of(frames[0], frames[3]), Stacks.plain(frames, 10));
  }

  /** A method of the framework that is called and done by two methods is one. */
  @Test
  public void methodOfTheFrameworkIsOneFrame() {
    StackTraceElement[] frames = {
      frame("android.app.Activity", "$$robo$$android_app_Activity$onCreate"), frame("android.app.Activity", "onCreate"),
    };
    assertEquals(List.of(frames[1]), Stacks.plain(frames, 10));
  }
}
