package org.apkfarm.sample.heapbomb;

import android.app.Activity;
import android.os.Bundle;
import java.util.ArrayList;
import java.util.List;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static final List<byte[]> KEPT = new ArrayList<>();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        while (true) {
            try {
                KEPT.add(new byte[1 << 20]);
            } catch (OutOfMemoryError full) {
                if (!KEPT.isEmpty()) {
                    KEPT.add(new byte[16]);
                }
            }
        }
    }
}
