package org.apkfarm.sample.consentnorefuse;

import android.app.Activity;
import android.app.AlertDialog;
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
            new AlertDialog.Builder(this)
                    .setTitle(Consent.TITLE)
                    .setMessage(Consent.MESSAGE)
                    .setCancelable(false)
                    .setPositiveButton(Consent.AGREE, (dialog, which) -> {
                        Consent.remember(this, "agreed");
                        Ids.androidId(this);
                    })
                    .show();
        }
    }
}
