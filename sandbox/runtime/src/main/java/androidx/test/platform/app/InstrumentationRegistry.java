package androidx.test.platform.app;

import android.app.Instrumentation;
import android.os.Bundle;

/** The one class of androidx.test that Robolectric calls; the library itself is not on Maven Central. */
public final class InstrumentationRegistry {
  private static Instrumentation instrumentation;
  private static Bundle arguments;

  private InstrumentationRegistry() {}

  public static Instrumentation getInstrumentation() {
    return instrumentation;
  }

  public static Bundle getArguments() {
    return arguments;
  }

  public static void registerInstance(Instrumentation newInstrumentation, Bundle newArguments) {
    instrumentation = newInstrumentation;
    arguments = newArguments;
  }
}
