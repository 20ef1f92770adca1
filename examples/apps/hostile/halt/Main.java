package org.apkfarm.sample.halt;

import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Runtime.getRuntime().halt(7);
    }
}
