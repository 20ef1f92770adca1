package org.apkfarm.sample.repostforever;

import android.app.Activity;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        post();
    }

    private void post() {
        new Handler(Looper.getMainLooper()).post(this::post);
    }
}
