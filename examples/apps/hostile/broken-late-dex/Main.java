package org.apkfarm.sample.brokenlatedex;

import android.app.Activity;
import android.os.Bundle;
import dalvik.system.DexClassLoader;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            File file = new File(getFilesDir(), "late.dex");
            try (FileOutputStream out = new FileOutputStream(file)) {
                out.write("dex\n035\0".getBytes(StandardCharsets.ISO_8859_1));
                out.write(new byte[4_096]);
            }
            new DexClassLoader(file.getPath(), getCacheDir().getPath(), null, getClassLoader()).loadClass("Nothing");
        } catch (IOException | ReflectiveOperationException | RuntimeException refused) {
            // As it should be.
        }
    }
}
