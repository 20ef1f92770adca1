package org.apkfarm.sample.cleanreflection;

import android.app.Activity;
import android.os.Bundle;
import java.lang.reflect.Method;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        try {
            Method length = String.class.getMethod("length");
            length.invoke("android_id");
        } catch (ReflectiveOperationException absent) {
            throw new IllegalStateException(absent);
        }
    }
}
