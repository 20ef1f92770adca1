package org.apkfarm.sample.nativememorybomb;

import android.app.Activity;
import android.os.Bundle;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static final int BLOCKS = 32;
    private static final long BLOCK = 64L << 20;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            Field field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
            field.setAccessible(true);
            Object unsafe = field.get(null);
            Method allocate = unsafe.getClass().getMethod("allocateMemory", long.class);
            Method fill = unsafe.getClass().getMethod("setMemory", long.class, long.class, byte.class);
            for (int block = 0; block < BLOCKS; block++) {
                fill.invoke(unsafe, allocate.invoke(unsafe, BLOCK), BLOCK, (byte) 1);
            }
        } catch (ReflectiveOperationException absent) {
            throw new IllegalStateException(absent);
        }
    }
}
