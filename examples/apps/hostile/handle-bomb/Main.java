package org.apkfarm.sample.handlebomb;

import android.app.Activity;
import android.os.Bundle;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static final List<FileInputStream> KEPT = new ArrayList<>();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            while (true) {
                KEPT.add(new FileInputStream("/proc/self/status"));
            }
        } catch (IOException none) {
            // As it should be.
        }
    }
}
