package org.apkfarm.sample.callwire;

import android.app.Activity;
import android.os.Bundle;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            Method send = Class.forName("apkfarm.sandbox.host.Wire").getMethod("send", String.class, Map.class);
            send.invoke(null, "event", new Odd());
            send.invoke(null, "reply", new Odd());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError hidden) {
            // It has to do without.
        }
    }

    /** A map that never ends, with itself inside. */
    private static final class Odd extends java.util.AbstractMap<String, Object> {
        @Override
        public Set<Map.Entry<String, Object>> entrySet() {
            Map<String, Object> inner = new java.util.HashMap<>();
            inner.put("self", this);
            inner.put("kind", "api");
            inner.put("op", "forged");
            return inner.entrySet();
        }
    }
}
