package org.apkfarm.sample.deadlock;

import android.app.Activity;
import android.os.Bundle;
import java.util.concurrent.CountDownLatch;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private final Object one = new Object();
    private final Object two = new Object();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        CountDownLatch both = new CountDownLatch(2);
        new Thread(() -> hold(one, two, both), "other").start();
        hold(two, one, both);
    }

    private static void hold(Object first, Object second, CountDownLatch both) {
        synchronized (first) {
            both.countDown();
            try {
                both.await();
            } catch (InterruptedException woken) {
                throw new IllegalStateException(woken);
            }
            synchronized (second) {
                both.countDown();
            }
        }
    }
}
