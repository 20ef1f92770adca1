package org.apkfarm.sample.replacesystem;

import android.app.Activity;
import android.os.Bundle;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Locale;
import java.util.TimeZone;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        System.setOut(nowhere);
        System.setErr(nowhere);
        System.setIn(null);
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            throw new IllegalStateException(error);
        });
        Thread.currentThread().setContextClassLoader(null);
        Locale.setDefault(Locale.ROOT);
        TimeZone.setDefault(TimeZone.getTimeZone("Etc/GMT+12"));
        for (String name : new String[] {"java.io.tmpdir", "user.home", "user.dir", "java.class.path", "file.encoding"}) {
            System.setProperty(name, "/nowhere");
        }
        System.getProperties().keySet().removeIf(name -> String.valueOf(name).startsWith("robolectric."));
    }
}
