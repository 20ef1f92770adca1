package org.apkfarm.sample.startlatedex;

import android.content.Context;
import android.provider.Settings;

/** Is in no dex file that Android loads by itself. */
public final class Reader {
    private Reader() {}

    /** Reads the Android ID. */
    public static String read(Context context) {
        return Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
    }
}
