package org.apkfarm.sample.oaidvendorsfile;

import android.app.Activity;
import android.content.Context;
import android.database.Cursor;
import android.net.Uri;
import android.os.Bundle;
import android.provider.Settings;
import android.util.Log;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        String setting = Settings.Global.getString(getContentResolver(), "pps_oaid");
        if (setting != null) {
            getSharedPreferences("ids", MODE_PRIVATE).edit().putString("id", setting).apply();
        }
        keep(query("content://com.vivo.vms.IdProvider/IdentifierId/OAID", null));
        keep(query("content://com.meizu.flyme.openidsdk/", new String[] {"oaid"}));
        xiaomi();
        google();
    }

    /** The Android ID as Google's framework keeps it: a number in decimal digits, in the second column. */
    private void google() {
        Uri address = Uri.parse("content://com.google.android.gsf.gservices");
        try (Cursor cursor = getContentResolver().query(address, null, null, new String[] {"android_id"}, null)) {
            if (cursor != null && cursor.moveToFirst()) {
                Log.i("sample", "id " + Long.toHexString(Long.parseLong(cursor.getString(1))));
            }
        }
    }

    private String query(String address, String[] arguments) {
        try (Cursor cursor = getContentResolver().query(Uri.parse(address), null, null, arguments, null)) {
            boolean answered = cursor != null && cursor.moveToFirst();
            return answered ? cursor.getString(cursor.getColumnIndexOrThrow("value")) : null;
        }
    }

    private void keep(String id) {
        if (id == null) {
            return;
        }
        try (FileOutputStream file = openFileOutput("ids", MODE_APPEND)) {
            file.write(id.getBytes(StandardCharsets.UTF_8));
        } catch (IOException full) {
            return;
        }
    }

    private void xiaomi() {
        try {
            Class<?> provider = Class.forName("com.android.id.impl.IdProviderImpl");
            Object id = provider.getMethod("getOAID", Context.class).invoke(provider.newInstance(), this);
            Log.i("sample", "id " + id);
        } catch (ReflectiveOperationException absent) {
            return;
        }
    }
}
