package org.apkfarm.sample.consentdrawn;

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
            setContentView(new DrawnQuestion(this, () -> answered("agreed"), () -> answered("refused")));
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
