package org.apkfarm.sample.refuseloops;

import android.app.Activity;
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
        ask();
    }

    private void ask() {
        Consent.dialog(this, () -> Ids.androidId(this), this::ask);
    }
}
