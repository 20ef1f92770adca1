package org.apkfarm.sample.kit;

import android.content.Context;
import android.provider.Settings;
import android.telephony.TelephonyManager;

/** Reads what identifies a phone. */
public final class Ids {
    private Ids() {}

    /** Returns the Android ID; no permission is needed. */
    public static String androidId(Context context) {
        return Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
    }

    /** Returns the IMEI, empty without the permission. */
    @SuppressWarnings("deprecation")
    public static String imei(Context context) {
        TelephonyManager telephony = (TelephonyManager) context.getSystemService(Context.TELEPHONY_SERVICE);
        try {
            return telephony.getDeviceId();
        } catch (SecurityException refused) {
            return "";
        }
    }
}
