package org.apkfarm.sample.clean;

import android.app.Activity;
import android.app.AlertDialog;
import android.os.Bundle;
import android.widget.TextView;
import org.apkfarm.sample.shared.ConsentDialog;

/** The only screen: asks for consent before anything else, and works without it. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.main);
        findViewById(R.id.policy).setOnClickListener(view -> showPolicy());
        findViewById(R.id.withdraw).setOnClickListener(view -> withdraw());
        ConsentDialog.ask(
                this,
                R.string.consent_title,
                R.string.consent_message,
                R.string.agree,
                R.string.refuse,
                () -> showMode(R.string.mode_full),
                () -> showMode(R.string.mode_basic));
    }

    private void showMode(int text) {
        ((TextView) findViewById(R.id.mode)).setText(text);
    }

    private void showPolicy() {
        new AlertDialog.Builder(this).setTitle(R.string.policy_title).setMessage(R.string.policy_text).show();
    }

    private void withdraw() {
        ConsentDialog.withdraw(this);
        showMode(R.string.mode_basic);
    }
}
