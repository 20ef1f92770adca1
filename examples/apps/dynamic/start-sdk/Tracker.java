package com.umeng.analytics.sample;

import android.content.Context;
import android.provider.Settings;

/** Made up under the prefix of a real SDK, so that attribution has something to find; no vendor's code. */
public final class Tracker {
    private Tracker() {}

    /** Reads at once. */
    public static String start(Context context) {
        return Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
    }
}
