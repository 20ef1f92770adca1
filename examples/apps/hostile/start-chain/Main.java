package org.apkfarm.sample.startchain;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        startActivity(new Intent(this, Main.class));
    }
}
