package org.apkfarm.sample.finalizer;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        for (int number = 0; number < 1_000; number++) {
            new Bad(number);
        }
        System.gc();
        System.runFinalization();
    }

    /** Cannot be thrown away in peace. */
    private static final class Bad {
        private final int number;

        Bad(int number) {
            this.number = number;
        }

        @Override
        protected void finalize() {
            while (number == 500) {
                Thread.yield();
            }
            throw new IllegalStateException("finalizer " + number);
        }
    }
}
