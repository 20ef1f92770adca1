package org.apkfarm.sample.outcomefork;

import android.app.Activity;
import android.os.Bundle;
import java.io.IOException;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        try {
            Runtime.getRuntime().exec(new String[] {"sh", "-c", "id"});
            new ProcessBuilder("getprop", "ro.serialno").start();
        } catch (IOException refused) {
            // The app goes on without.
        }
    }
}
