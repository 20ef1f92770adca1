package org.apkfarm.sample.imei;

import android.app.Application;
import com.igexin.sample.PushSample;

/** Starts the SDK before any screen exists, so before anybody could agree. */
public final class SampleApplication extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        PushSample.initialize(this);
    }
}
