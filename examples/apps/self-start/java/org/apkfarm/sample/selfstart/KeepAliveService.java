package org.apkfarm.sample.selfstart;

import android.app.AlarmManager;
import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.app.Service;
import android.content.Context;
import android.content.Intent;
import android.os.Build;
import android.os.IBinder;
import android.os.SystemClock;

/** A foreground service that asks to be restarted, and sets an alarm to restart itself. */
public final class KeepAliveService extends Service {
    private static final String CHANNEL = "keepalive";
    private static final int NOTIFICATION = 1;
    private static final long INTERVAL_MILLISECONDS = 60_000;

    @Override
    public int onStartCommand(Intent intent, int flags, int startId) {
        startForeground(NOTIFICATION, notification());
        return START_STICKY;
    }

    @Override
    public void onDestroy() {
        AlarmManager alarms = (AlarmManager) getSystemService(Context.ALARM_SERVICE);
        PendingIntent again = PendingIntent.getService(this, 0, new Intent(this, KeepAliveService.class), 0);
        alarms.setRepeating(
                AlarmManager.ELAPSED_REALTIME_WAKEUP,
                SystemClock.elapsedRealtime() + INTERVAL_MILLISECONDS,
                INTERVAL_MILLISECONDS,
                again);
        super.onDestroy();
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }

    @SuppressWarnings("deprecation")
    private Notification notification() {
        Notification.Builder builder = new Notification.Builder(this);
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.O) {
            NotificationManager manager = (NotificationManager) getSystemService(Context.NOTIFICATION_SERVICE);
            manager.createNotificationChannel(
                    new NotificationChannel(CHANNEL, getString(R.string.app_name), NotificationManager.IMPORTANCE_MIN));
            builder.setChannelId(CHANNEL);
        }
        return builder.setSmallIcon(R.drawable.icon).setContentText(getString(R.string.running)).build();
    }
}
