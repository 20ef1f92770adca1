package org.apkfarm.sample.spinmain;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static volatile int turns;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        while (turns >= 0) {
            turns++;
            turns &= 0xffff;
        }
    }
}
