package org.apkfarm.sample.startlatedex;

import android.app.Activity;
import android.content.Context;
import android.os.Bundle;
import dalvik.system.DexClassLoader;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        try {
            Class<?> reader = new DexClassLoader(unpacked().getPath(), getCacheDir().getPath(), null, getClassLoader())
                    .loadClass("org.apkfarm.sample.startlatedex.Reader");
            reader.getMethod("read", Context.class).invoke(null, this);
        } catch (IOException | ReflectiveOperationException absent) {
            throw new IllegalStateException(absent);
        }
    }

    private File unpacked() throws IOException {
        File file = new File(getFilesDir(), "late.dex");
        byte[] block = new byte[8192];
        try (InputStream in = getAssets().open("late.dex"); OutputStream out = new FileOutputStream(file)) {
            for (int size = in.read(block); size >= 0; size = in.read(block)) {
                out.write(block, 0, size);
            }
        }
        return file;
    }
}
