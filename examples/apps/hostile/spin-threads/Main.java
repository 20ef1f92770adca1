package org.apkfarm.sample.spinthreads;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static volatile int turns;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        for (int number = 0; number < 8; number++) {
            new Thread(Main::spin, "spin-" + number).start();
        }
    }

    private static void spin() {
        while (true) {
            turns++;
        }
    }
}
