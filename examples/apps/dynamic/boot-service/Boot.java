package org.apkfarm.sample.bootservice;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** Starts the service. */
public final class Boot extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        context.startService(new Intent(context, Collector.class));
    }
}
