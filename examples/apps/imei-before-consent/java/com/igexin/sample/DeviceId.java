package com.igexin.sample;

import android.content.Context;
import android.telephony.TelephonyManager;

/** Reads the identifier of the device. */
final class DeviceId {
    private DeviceId() {}

    @SuppressWarnings("deprecation")
    static String imei(Context context) {
        TelephonyManager telephony = (TelephonyManager) context.getSystemService(Context.TELEPHONY_SERVICE);
        try {
            return telephony.getDeviceId();
        } catch (SecurityException refused) {
            return "";
        }
    }
}
