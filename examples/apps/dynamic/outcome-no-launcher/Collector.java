package org.apkfarm.sample.outcomenolauncher;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;

/** The only component. */
public final class Collector extends Service {
    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
