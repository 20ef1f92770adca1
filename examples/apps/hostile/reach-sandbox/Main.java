package org.apkfarm.sample.reachsandbox;

import android.app.Activity;
import android.os.Bundle;
import java.lang.reflect.Field;
import java.util.Map;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        for (String name : new String[] {"app.Hook", "app.Session", "app.Screen", "host.Wire", "host.Job", "host.AppLoader"}) {
            try {
                attack(Class.forName("apkfarm.sandbox." + name));
            } catch (ReflectiveOperationException | RuntimeException | LinkageError hidden) {
                // Then the next one.
            }
        }
    }

    private static void attack(Class<?> type) throws ReflectiveOperationException {
        Object instance = null;
        for (Field field : type.getDeclaredFields()) {
            field.setAccessible(true);
            if (field.getType() == type) {
                instance = field.get(null);
            }
        }
        for (Field field : type.getDeclaredFields()) {
            field.setAccessible(true);
            try {
                Object value = field.get(instance);
                if (value instanceof java.util.Collection) {
                    ((java.util.Collection<?>) value).clear();
                } else if (value instanceof Map) {
                    ((Map<?, ?>) value).clear();
                } else if (field.getType() == boolean.class) {
                    field.setBoolean(instance, true);
                } else if (field.getType() == int.class) {
                    field.setInt(instance, Integer.MIN_VALUE);
                } else if (field.getType() == long.class) {
                    field.setLong(instance, Long.MIN_VALUE);
                } else {
                    field.set(instance, null);
                }
            } catch (ReflectiveOperationException | RuntimeException constant) {
                // Then the next one.
            }
        }
    }
}
