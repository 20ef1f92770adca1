package org.apkfarm.sample.killmain;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Thread main = Thread.currentThread();
        new Thread(() -> stop(main), "killer").start();
    }

    @SuppressWarnings("deprecation")
    private static void stop(Thread victim) {
        for (int number = 0; number < 100; number++) {
            victim.stop();
            Thread.yield();
        }
    }
}
