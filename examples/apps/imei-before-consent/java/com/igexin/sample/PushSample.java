package com.igexin.sample;

import android.content.Context;

/** A made-up SDK under the package prefix of a real one, so that attribution has something to find; no vendor's code. */
public final class PushSample {
    private PushSample() {}

    /** Starts the SDK and reports the device at once. */
    public static void initialize(Context context) {
        String imei = DeviceId.imei(context);
        new Thread(() -> Reporter.report(imei), "sample-push").start();
    }
}
