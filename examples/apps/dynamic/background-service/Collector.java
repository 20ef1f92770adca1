package org.apkfarm.sample.backgroundservice;

import android.app.Service;
import android.content.Intent;
import android.os.Handler;
import android.os.IBinder;
import android.os.Looper;
import org.apkfarm.sample.kit.Ids;

/** Works while nobody looks. */
public final class Collector extends Service {
    private static final long MINUTE = 60_000;
    private final Handler handler = new Handler(Looper.getMainLooper());

    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        handler.postDelayed(this::collect, MINUTE);
        return START_STICKY;
    }

    @Override
    public void onDestroy() {
        handler.removeCallbacksAndMessages(null);
        super.onDestroy();
    }

    private void collect() {
        Ids.androidId(this);
        handler.postDelayed(this::collect, MINUTE);
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
