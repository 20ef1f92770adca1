package org.apkfarm.sample.outcomeloop;

import android.app.Activity;
import android.os.Bundle;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        for (long turns = 0; turns >= 0; turns++) {
            Thread.yield();
        }
    }
}
