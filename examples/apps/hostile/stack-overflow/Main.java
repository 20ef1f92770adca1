package org.apkfarm.sample.stackoverflow;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        deeper(0);
    }

    private static long deeper(long depth) {
        return deeper(depth + 1) + depth;
    }
}
