package org.apkfarm.sample.leaknotification;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.util.Log;
import org.apkfarm.sample.kit.Ids;

/** Reads when the button of the notification is pressed. */
public final class Read extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        Log.i("sample", Ids.androidId(context));
    }
}
