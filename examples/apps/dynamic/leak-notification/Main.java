package org.apkfarm.sample.leaknotification;

import android.app.Activity;
import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.content.Context;
import android.content.Intent;
import android.os.Bundle;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        NotificationManager manager = (NotificationManager) getSystemService(Context.NOTIFICATION_SERVICE);
        manager.createNotificationChannel(new NotificationChannel("news", "消息", NotificationManager.IMPORTANCE_LOW));
        PendingIntent read = PendingIntent.getBroadcast(this, 0, new Intent(this, Read.class), PendingIntent.FLAG_IMMUTABLE);
        manager.notify(1, new Notification.Builder(this, "news")
                .setSmallIcon(android.R.drawable.ic_dialog_info)
                .setContentTitle("你好")
                .addAction(new Notification.Action.Builder(null, "已读", read).build())
                .build());
    }
}
