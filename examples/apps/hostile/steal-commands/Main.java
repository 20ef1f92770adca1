package org.apkfarm.sample.stealcommands;

import android.app.Activity;
import android.os.Bundle;
import java.io.FileInputStream;
import java.io.IOException;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Thread(Main::steal, "thief").start();
    }

    private static void steal() {
        byte[] block = new byte[8_192];
        try (FileInputStream in = new FileInputStream("/proc/self/fd/0")) {
            while (in.read(block) >= 0) {
                Thread.yield();
            }
        } catch (IOException closed) {
            throw new IllegalStateException(closed);
        }
    }
}
