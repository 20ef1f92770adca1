package org.apkfarm.sample.selfstart;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.widget.TextView;

/** Starts what keeps the app alive as soon as it is opened. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        TextView text = new TextView(this);
        text.setText(R.string.hello);
        setContentView(text);
        startService(new Intent(this, KeepAliveService.class));
        WakeJob.schedule(this);
    }
}
