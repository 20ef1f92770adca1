package org.apkfarm.sample.spinstatic;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static volatile int turns;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        turns++;
    }

    static {
        while (turns >= 0) {
            turns = (turns + 1) & 0xffff;
        }
    }
}
