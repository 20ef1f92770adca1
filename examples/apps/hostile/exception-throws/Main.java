package org.apkfarm.sample.exceptionthrows;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        throw new Odd();
    }

    /** Is not what its caller expects. */
    private static final class Odd extends RuntimeException {
        @Override
        public String getMessage() {
            throw new Odd();
        }

        @Override
        public String toString() {
            throw new Odd();
        }

        @Override
        public Throwable getCause() {
            throw new Odd();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new Odd();
        }
    }
}
