package org.apkfarm.sample.startreflection;

import android.app.Activity;
import android.content.ContentResolver;
import android.os.Bundle;
import java.lang.reflect.Method;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    private Object androidId() throws ReflectiveOperationException {
        Class<?> settings = Class.forName("android.provider.Settings$" + "Secure");
        Method getString = settings.getMethod("get" + "String", ContentResolver.class, String.class);
        return getString.invoke(null, getContentResolver(), "android" + "_id");
    }

    private Object imei() throws ReflectiveOperationException {
        Object telephony = getSystemService("phone");
        return telephony.getClass().getMethod("getDevice" + "Id").invoke(telephony);
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        try {
            androidId();
            imei();
        } catch (ReflectiveOperationException absent) {
            throw new IllegalStateException(absent);
        }
    }
}
