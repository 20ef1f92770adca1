package org.apkfarm.sample.bootservice;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;
import org.apkfarm.sample.kit.Ids;

/** Reads as soon as it is started. */
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
