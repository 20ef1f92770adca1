package org.apkfarm.sample.twodex;

import android.app.Activity;
import android.os.Bundle;
import android.widget.TextView;
import org.apkfarm.sample.shared.ConsentDialog;
import org.apkfarm.sample.twodex.second.AndroidIdReader;

/** Lives in classes.dex and calls a class of classes2.dex after consent. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.main);
        ConsentDialog.ask(
                this,
                R.string.consent_title,
                R.string.consent_message,
                R.string.agree,
                R.string.refuse,
                this::showIdentifier,
                this::finish);
    }

    private void showIdentifier() {
        String identifier = new AndroidIdReader(getContentResolver()).read();
        ((TextView) findViewById(R.id.identifier)).setText(getString(R.string.shown, identifier));
    }
}
