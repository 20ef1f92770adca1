package org.apkfarm.sample.sinkbroadcast;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        sendBroadcast(new Intent("org.apkfarm.sample.action.TELL").putExtra("id", Ids.androidId(this)));
    }
}
