package org.apkfarm.sample.sleepforever;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            Thread.sleep(Long.MAX_VALUE);
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException woken) {
            throw new IllegalStateException(woken);
        }
    }
}
