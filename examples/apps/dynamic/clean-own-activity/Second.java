package org.apkfarm.sample.cleanownactivity;

import android.app.Activity;
import android.os.Bundle;
import org.apkfarm.sample.kit.Page;

/** Shows the text. */
public final class Second extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text(String.valueOf(getIntent().getStringExtra("text")));
    }
}
