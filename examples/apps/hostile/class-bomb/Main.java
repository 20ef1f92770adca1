package org.apkfarm.sample.classbomb;

import android.app.Activity;
import android.os.Bundle;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static final List<Object> KEPT = new ArrayList<>();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        while (true) {
            ClassLoader loader = new ClassLoader(getClassLoader()) {};
            KEPT.add(Proxy.newProxyInstance(loader, new Class<?>[] {Runnable.class}, (proxy, method, arguments) -> null));
        }
    }
}
