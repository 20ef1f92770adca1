package org.apkfarm.sample.backgroundalarm;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import org.apkfarm.sample.kit.Ids;

/** Reads when the alarm fires. */
public final class Waker extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        Ids.androidId(context);
    }
}
