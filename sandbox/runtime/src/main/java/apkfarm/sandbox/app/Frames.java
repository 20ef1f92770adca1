package apkfarm.sandbox.app;

import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowDisplayEventReceiver;

/**
 * In place of the clock of frames: drawing one moves simulated time, so the app's threads catch up first. Without that it
 * would be chance at which time they do something.
 */
@Implements(className = "android.view.DisplayEventReceiver", isInAndroidSdk = false)
public class Frames extends ShadowDisplayEventReceiver {
  @Implementation
  protected static void nativeScheduleVsync(long receiver) {
    Session session = Session.get();
    if (session != null && session.isMain()) {
      session.catchUp();
    }
    ShadowDisplayEventReceiver.nativeScheduleVsync(receiver);
  }
}
