package org.apkfarm.sample.consentdialog;

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
        Page page = new Page(this).text("主页");
        if (Consent.answer(this).isEmpty()) {
            Consent.dialog(this, () -> Ids.androidId(this), () -> Consent.remember(this, "refused"));
        } else if ("agreed".equals(Consent.answer(this))) {
            page.button("设备编号", () -> Ids.androidId(this));
        }
    }
}
