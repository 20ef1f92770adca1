package org.apkfarm.sample.cleanafterconsent;

import android.Manifest;
import android.app.Activity;
import android.content.pm.PackageManager;
import android.os.Bundle;
import org.apkfarm.sample.kit.Consent;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("主页");
        if (Consent.answer(this).isEmpty()) {
            Consent.dialog(this, this::agreed, () -> Consent.remember(this, "refused"));
        } else if (checkSelfPermission(Manifest.permission.READ_PHONE_STATE) == PackageManager.PERMISSION_GRANTED) {
            Ids.imei(this);
        }
    }

    private void agreed() {
        requestPermissions(new String[] {Manifest.permission.READ_PHONE_STATE}, 1);
    }

    @Override
    public void onRequestPermissionsResult(int request, String[] names, int[] results) {
        if (results.length > 0 && results[0] == PackageManager.PERMISSION_GRANTED) {
            Ids.imei(this);
        }
    }
}
