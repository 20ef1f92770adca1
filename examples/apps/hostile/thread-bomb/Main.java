package org.apkfarm.sample.threadbomb;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        for (int number = 0; number < 5_000; number++) {
            Thread thread = new Thread(Main::rest, "bomb-" + number);
            thread.start();
        }
    }

    private static synchronized void rest() {
        while (true) {
            try {
                Main.class.wait();
            } catch (InterruptedException again) {
                // Rests on.
            }
        }
    }
}
