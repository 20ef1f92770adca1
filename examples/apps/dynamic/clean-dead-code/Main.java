package org.apkfarm.sample.cleandeadcode;

import android.app.Activity;
import android.os.Build;
import android.os.Bundle;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        if (Build.MANUFACTURER.length() > 1_000) {
            Unreached.leak(this);
        }
    }
}
