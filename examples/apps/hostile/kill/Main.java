package org.apkfarm.sample.kill;

import android.app.Activity;
import android.os.Bundle;
import android.os.Process;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Process.sendSignal(Process.myPid(), Process.SIGNAL_KILL);
        Process.killProcess(Process.myPid());
    }
}
