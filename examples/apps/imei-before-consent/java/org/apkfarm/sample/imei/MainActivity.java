package org.apkfarm.sample.imei;

import android.app.Activity;
import android.os.Bundle;
import android.widget.TextView;
import org.apkfarm.sample.shared.ConsentDialog;

/** Asks for consent, too late. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        ConsentDialog.ask(
                this,
                R.string.consent_title,
                R.string.consent_message,
                R.string.agree,
                R.string.refuse,
                this::welcome,
                this::finish);
    }

    private void welcome() {
        TextView text = new TextView(this);
        text.setText(R.string.welcome);
        setContentView(text);
    }
}
