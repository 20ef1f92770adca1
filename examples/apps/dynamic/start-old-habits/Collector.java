package org.apkfarm.sample.startoldhabits;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;
import org.apkfarm.sample.kit.Ids;

/** Found by the action of its filter. */
public final class Collector extends Service {
    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        Ids.androidId(this);
        return START_NOT_STICKY;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
