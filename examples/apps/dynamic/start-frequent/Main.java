package org.apkfarm.sample.startfrequent;

import android.app.Activity;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        read();
    }

    private void read() {
        Ids.androidId(this);
        new Handler(Looper.getMainLooper()).postDelayed(this::read, 1_000);
    }
}
