package org.apkfarm.sample.stopthreads;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Thread(Main::attack, "attacker").start();
    }

    @SuppressWarnings("deprecation")
    private static void attack() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        group.interrupt();
        Thread[] threads = new Thread[1_000];
        int count = group.enumerate(threads);
        for (int number = 0; number < count; number++) {
            if (threads[number] != Thread.currentThread()) {
                threads[number].setPriority(Thread.MIN_PRIORITY);
                threads[number].suspend();
            }
        }
    }
}
