package org.apkfarm.sample.leakreceiver;

import android.app.Activity;
import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.os.Bundle;
import android.util.Log;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        registerReceiver(new Watcher(), new IntentFilter("android.net.conn.CONNECTIVITY_CHANGE"));
    }

    /** Reads and logs. */
    private static final class Watcher extends BroadcastReceiver {
        @Override
        public void onReceive(Context context, Intent intent) {
            Log.i("sample", "id " + Ids.androidId(context));
        }
    }
}
