package org.apkfarm.sample.hostilelabel;

import android.app.Activity;
import android.os.Bundle;
import android.widget.TextView;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new TextView(this).setText(getApplicationInfo().loadLabel(getPackageManager()));
        setTitle(getApplicationInfo().loadLabel(getPackageManager()));
    }
}
