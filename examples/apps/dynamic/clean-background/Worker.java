package org.apkfarm.sample.cleanbackground;

import android.app.Service;
import android.content.Intent;
import android.os.Handler;
import android.os.IBinder;
import android.os.Looper;

/** Counts. */
public final class Worker extends Service {
    private final Handler handler = new Handler(Looper.getMainLooper());
    private int count;

    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        work();
        return START_NOT_STICKY;
    }

    @Override
    public void onDestroy() {
        handler.removeCallbacksAndMessages(null);
        super.onDestroy();
    }

    private void work() {
        count++;
        handler.postDelayed(this::work, 10_000);
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
