package org.apkfarm.sample.haltreflection;

import android.app.Activity;
import android.os.Bundle;
import java.lang.reflect.Method;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            Method halt = Class.forName("java.lang.Shutdown").getDeclaredMethod("halt", int.class);
            halt.setAccessible(true);
            halt.invoke(null, 7);
        } catch (ReflectiveOperationException | RuntimeException refused) {
            try {
                Runtime.class.getMethod("ha" + "lt", int.class).invoke(Runtime.getRuntime(), 7);
            } catch (ReflectiveOperationException absent) {
                throw new IllegalStateException(absent);
            }
        }
    }
}
