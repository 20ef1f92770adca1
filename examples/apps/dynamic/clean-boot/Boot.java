package org.apkfarm.sample.cleanboot;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.content.SharedPreferences;
import android.os.SystemClock;

/** Shows the time of the last start, to nobody. */
public final class Boot extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        SharedPreferences memory = context.getSharedPreferences("boot", Context.MODE_PRIVATE);
        memory.edit().putLong("at", SystemClock.elapsedRealtime()).apply();
    }
}
