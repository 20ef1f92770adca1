package org.apkfarm.sample.consentenglish;

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
        new Page(this).text("Home");
        if (Consent.answer(this).isEmpty()) {
            new AlertDialog.Builder(this)
                    .setTitle("Your privacy")
                    .setMessage("Please read our Privacy Policy and Terms of Service at https://privacy.example/policy .")
                    .setCancelable(false)
                    .setPositiveButton("Accept", (dialog, which) -> {
                        Consent.remember(this, "agreed");
                        Ids.androidId(this);
                    })
                    .setNegativeButton("Decline", (dialog, which) -> Consent.remember(this, "refused"))
                    .show();
        }
    }
}
