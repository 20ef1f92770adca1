package org.apkfarm.sample.consentunticked;

import android.app.Activity;
import android.os.Bundle;
import android.widget.CheckBox;
import org.apkfarm.sample.kit.Consent;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        if (!Consent.answer(this).isEmpty()) {
            new Page(this).text("主页");
            return;
        }
        CheckBox box = new CheckBox(this);
        box.setText("我已阅读并同意《用户协议》和《隐私政策》");
        new Page(this)
                .text(Consent.TITLE)
                .view(box)
                .button("同意并继续", () -> {
                    if (box.isChecked()) {
                        answered("agreed");
                        Ids.androidId(this);
                    }
                })
                .button(Consent.REFUSE, () -> answered("refused"));
    }

    private void answered(String answer) {
        Consent.remember(this, answer);
        new Page(this).text("主页");
    }
}
