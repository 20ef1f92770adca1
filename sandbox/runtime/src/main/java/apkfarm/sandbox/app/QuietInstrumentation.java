package apkfarm.sandbox.app;

import android.app.Instrumentation;
import android.content.Context;
import android.os.Bundle;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.shadows.ShadowLooper;

/** Where Android asks who is being tested: there is no test. */
class QuietInstrumentation extends Instrumentation {
  @Override
  public void waitForIdleSync() {
    ShadowLooper.idleMainLooper();
  }

  @Override
  public void runOnMainSync(Runnable runner) {
    runner.run();
  }

  @Override
  public Context getTargetContext() {
    return RuntimeEnvironment.getApplication();
  }

  @Override
  public Context getContext() {
    return RuntimeEnvironment.getApplication();
  }

  @Override
  public void finish(int resultCode, Bundle results) {
    // The worker decides when it is over.
  }
}
