package apkfarm.sandbox.app;

import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowChoreographer;
import org.robolectric.shadows.ShadowDisplayEventReceiver;

/**
 * In place of the clock of frames: drawing one moves simulated time, so the app's threads catch up first. Without that it
 * would be chance at which time they do something.
 */
@Implements(className = "android.view.DisplayEventReceiver", isInAndroidSdk = false)
public class Frames extends ShadowDisplayEventReceiver {
  /** Frames that are drawn at once where nobody looks at the clock: after them an endless animation waits for it. */
  private static final int AT_ONCE = 60;

  private static int left = AT_ONCE;

  /** Says that somebody looks at the clock: frames may be drawn again. */
  static void allow() {
    left = AT_ONCE;
  }

  /** Returns the simulated time of the frame that waits for the clock; never, if none does. */
  static long next() {
    long nanos = ShadowChoreographer.getNextVsyncTimeNanos();
    return nanos == 0 ? Long.MAX_VALUE : nanos / 1_000_000 + 1;
  }

  @Implementation
  protected static void nativeScheduleVsync(long receiver) {
    Session session = Session.get();
    if (session != null && session.isMain()) {
      session.catchUp();
      ShadowChoreographer.setPaused(left-- <= 0);
    }
    ShadowDisplayEventReceiver.nativeScheduleVsync(receiver);
  }
}
