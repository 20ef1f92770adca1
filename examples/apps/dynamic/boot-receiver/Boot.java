package org.apkfarm.sample.bootreceiver;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import org.apkfarm.sample.kit.Ids;

/** Reads when the phone is switched on. */
public final class Boot extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        Ids.androidId(context);
    }
}
