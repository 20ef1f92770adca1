package apkfarm.sandbox.app;

import android.app.AlarmManager;
import android.app.Notification;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.content.Intent;
import android.content.IntentSender;
import android.location.LocationManager;
import android.service.notification.StatusBarNotification;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.robolectric.Shadows;
import org.robolectric.fakes.RoboIntentSender;
import org.robolectric.shadows.ShadowAlarmManager;
import org.robolectric.shadows.ShadowLocationManager;
import org.robolectric.shadows.ShadowPendingIntent;

/** What the app has left with the phone for later: sent by the app, by an alarm, by news, or by the owner's hand. */
final class PendingIntents {
  private static final int MAX_NOTIFICATIONS = 10;
  /** Apps made for this level or later show notifications only if the owner has said so. */
  private static final int ASKED_SINCE = 33;
  /** What a sent message says to whoever waits for it: {@code Activity.RESULT_OK}. */
  private static final int SENT = -1;

  private final Session session;
  private final Set<String> touched = new HashSet<>();

  PendingIntents(Session session) {
    this.session = session;
  }

  /** Sends what a sender holds, as a call of the app asks for it. */
  void send(Object sender, Intent more, int code) {
    if (sender instanceof PendingIntent pending) {
      send(pending, more, code);
    } else if (sender instanceof RoboIntentSender wrapped) {
      send(wrapped.getPendingIntent(), more, code);
    } else if (sender instanceof IntentSender) {
      session.told("limit", "service:intent sender", List.of());
    }
  }

  private void send(PendingIntent pending, Intent more, int code) {
    ShadowPendingIntent shadow = Shadows.shadowOf(pending);
    if (shadow.isCanceled()) {
      return;
    }
    for (Intent saved : shadow.getSavedIntents()) {
      Intent intent = new Intent(saved);
      if (more != null) {
        intent.fillIn(more, 0);
      }
      if (shadow.isBroadcastIntent()) {
        session.components().pendingBroadcast(intent, code);
      } else if (shadow.isActivityIntent()) {
        session.wanted(intent, null, null, -1);
      } else {
        session.service(intent);
      }
    }
  }

  /** The phone has news at once for what a call left with it: a message is sent, the place is known, the network is there. */
  void left(String member, Object[] values) {
    Intent news = new Intent();
    if (member.contains(".LocationManager.")) {
      if (!member.endsWith("addProximityAlert") && session.canary("location") != null) {
        news.putExtra(LocationManager.KEY_LOCATION_CHANGED, answers().location(LocationManager.GPS_PROVIDER));
      }
      news.putExtra(LocationManager.KEY_PROXIMITY_ENTERING, true);
    }
    for (Object value : values) {
      for (Object item : value instanceof List<?> several ? several : Arrays.asList(value)) {
        if (item instanceof PendingIntent pending) {
          send(pending, news, SENT);
        }
      }
    }
  }

  /** The owner touches each notification and its buttons once, and wipes it away; returns how many there were. */
  int touchNotifications() {
    if (session.job().targetSdk() >= ASKED_SINCE && !session.holds("android.permission.POST_NOTIFICATIONS")) {
      return 0; // Nobody sees them.
    }
    NotificationManager manager = session.application().getSystemService(NotificationManager.class);
    int count = 0;
    for (StatusBarNotification posted : manager.getActiveNotifications()) {
      if (count >= MAX_NOTIFICATIONS || !touched.add(posted.getTag() + "/" + posted.getId())) {
        continue;
      }
      count++;
      Notification shown = posted.getNotification();
      List<PendingIntent> within = new ArrayList<>(Arrays.asList(shown.contentIntent, shown.fullScreenIntent));
      for (Notification.Action action : shown.actions == null ? new Notification.Action[0] : shown.actions) {
        within.add(action.actionIntent);
      }
      if ((shown.flags & Notification.FLAG_ONGOING_EVENT) == 0) {
        within.add(shown.deleteIntent);
        manager.cancel(posted.getTag(), posted.getId());
      }
      for (PendingIntent pending : within) {
        if (pending != null) {
          send(pending, null, 0);
          session.letPass(300);
        }
      }
    }
    return count;
  }

  /** Every alarm goes off; returns how many there were. */
  int runAlarms() {
    ShadowAlarmManager alarms = Shadows.shadowOf(session.application().getSystemService(AlarmManager.class));
    List<ShadowAlarmManager.ScheduledAlarm> due = new ArrayList<>(alarms.getScheduledAlarms());
    for (ShadowAlarmManager.ScheduledAlarm alarm : due) {
      if (alarm.operation == null) {
        session.quietly("alarm", "listener", () -> alarms.fireAlarm(alarm));
      } else {
        send(alarm.operation, null, 0);
      }
    }
    return due.size();
  }

  /** The phone finds out where it is, if anybody listens and may. */
  void locate() {
    LocationManager manager = session.application().getSystemService(LocationManager.class);
    ShadowLocationManager shadow = Shadows.shadowOf(manager);
    if (shadow.getLocationUpdateListeners().isEmpty() || session.canary("location") == null) {
      return;
    }
    for (String provider : new String[] {LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER}) {
      session.quietly("location", provider, () -> shadow.simulateLocation(provider, answers().location(provider)));
    }
  }

  private Answers answers() {
    return new Answers(session.job().canaries());
  }
}
