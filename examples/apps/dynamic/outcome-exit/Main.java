package org.apkfarm.sample.outcomeexit;

import android.app.Activity;
import android.os.Bundle;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        System.exit(0);
    }
}
