package org.apkfarm.sample.waitforever;

import android.app.Activity;
import android.os.Bundle;
import java.util.concurrent.CountDownLatch;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException woken) {
            throw new IllegalStateException(woken);
        }
    }
}
