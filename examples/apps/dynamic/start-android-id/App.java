package org.apkfarm.sample.startandroidid;

import android.app.Application;
import org.apkfarm.sample.kit.Ids;

/** Reads before any screen exists. */
public final class App extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        Ids.androidId(this);
    }
}
