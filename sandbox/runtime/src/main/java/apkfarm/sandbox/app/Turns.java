package apkfarm.sandbox.app;

import android.os.Message;
import android.os.MessageQueue;
import android.os.SystemClock;
import java.util.HashMap;
import java.util.Map;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowPausedMessageQueue;

/**
 * In place of Android's queue of messages: of those of one kind that are due at once, very many wait for the next frame. On a
 * phone time passes while they are handled; here it stands still, and a message that posts itself would never end.
 */
@Implements(value = MessageQueue.class, isInAndroidSdk = false)
public class Turns extends ShadowPausedMessageQueue {
  private static final long AT_ONCE = 2_000;
  private static final long FRAME_MS = 16;
  private static final int MAX_KINDS = 500;

  private final Map<Object, Left> kinds = new HashMap<>();

  /** How many of a kind may still be due at once at a moment. */
  private record Left(long moment, long count) {}

  @Implementation
  @Override
  protected boolean enqueueMessage(Message message, long when) {
    return super.enqueueMessage(message, when == 0 ? when : turn(kind(message), when, SystemClock.uptimeMillis()));
  }

  private static Object kind(Message message) {
    Runnable callback = message.getCallback();
    return callback != null ? callback.getClass() : System.identityHashCode(message.getTarget()) + 31 * message.what;
  }

  /** Returns when a message is due; 0 means before all others, and is left alone. */
  synchronized long turn(Object kind, long when, long now) {
    if (when > now) {
      return when;
    }
    Left left = kinds.getOrDefault(kind, new Left(now, AT_ONCE));
    long rested = now == left.moment() ? 0 : Math.max(1, (now - left.moment()) / FRAME_MS);
    long count = Math.max(0, Math.min(AT_ONCE, left.count() + rested) - 1);
    if (kinds.size() >= MAX_KINDS) {
      kinds.clear();
    }
    kinds.put(kind, new Left(now, count));
    return count > 0 ? when : now + FRAME_MS;
  }
}
