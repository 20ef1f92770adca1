package org.apkfarm.sample.consentpage;

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
        if (Consent.answer(this).isEmpty()) {
            new Page(this)
                    .text(Consent.TITLE)
                    .text(Consent.MESSAGE)
                    .button(Consent.AGREE, () -> answered("agreed"))
                    .button(Consent.REFUSE, () -> answered("refused"));
        } else {
            home();
        }
    }

    private void answered(String answer) {
        Consent.remember(this, answer);
        home();
    }

    private void home() {
        new Page(this).text("主页");
        if ("agreed".equals(Consent.answer(this))) {
            Ids.androidId(this);
        }
    }
}
