package org.apkfarm.sample.exceptionendless;

import android.app.Activity;
import android.os.Bundle;
import java.lang.reflect.InvocationTargetException;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        throw Main.<RuntimeException>any(new Odd());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T any(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Is not what its caller expects. */
    private static final class Odd extends InvocationTargetException {
        Odd() {
            super(null);
        }

        @Override
        public Throwable getCause() {
            return this;
        }
    }
}
