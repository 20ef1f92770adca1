package apkfarm.sandbox.app;

import android.os.Message;
import android.os.MessageQueue;
import android.os.SystemClock;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowPausedMessageQueue;

/**
 * In place of Android's queue of messages: messages that are due at once wait for the next frame when there were very many.
 * On a phone time passes while they are handled; here it stands still, and a message that posts itself would never end.
 */
@Implements(value = MessageQueue.class, isInAndroidSdk = false)
public class Turns extends ShadowPausedMessageQueue {
  private static final long AT_ONCE = 2_000;
  private static final long FRAME_MS = 16;

  private long moment;
  private long left = AT_ONCE;

  @Implementation
  @Override
  protected boolean enqueueMessage(Message message, long when) {
    return super.enqueueMessage(message, when == 0 ? when : turn(when, SystemClock.uptimeMillis()));
  }

  /** Returns when a message is due; 0 means before all others, and is left alone. */
  synchronized long turn(long when, long now) {
    if (when > now) {
      return when;
    }
    if (now != moment) {
      left = Math.min(AT_ONCE, left + Math.max(1, (now - moment) / FRAME_MS));
      moment = now;
    }
    left = Math.max(0, left - 1);
    return left > 0 ? when : now + FRAME_MS;
  }
}
