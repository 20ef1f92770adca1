package org.apkfarm.sample.leakmessagesent;

import android.app.Activity;
import android.app.PendingIntent;
import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.os.Bundle;
import android.telephony.SmsManager;
import android.util.Log;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    private static final String SENT = "org.apkfarm.sample.SENT";

    private final BroadcastReceiver sent = new BroadcastReceiver() {
        @Override
        public void onReceive(Context context, Intent intent) {
            if (getResultCode() == RESULT_OK) {
                Log.i("sample", Ids.imei(context));
            }
        }
    };

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).button("报名", () -> {
            registerReceiver(sent, new IntentFilter(SENT));
            PendingIntent told = PendingIntent.getBroadcast(this, 0, new Intent(SENT), PendingIntent.FLAG_IMMUTABLE);
            SmsManager.getDefault().sendTextMessage("10690000", null, "BM", told, null);
        });
    }
}
