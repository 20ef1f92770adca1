package org.apkfarm.sample.nestedviews;

import android.app.Activity;
import android.os.Bundle;
import android.widget.FrameLayout;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        FrameLayout outer = new FrameLayout(this);
        FrameLayout inner = outer;
        for (int depth = 0; depth < 5_000; depth++) {
            FrameLayout next = new FrameLayout(this);
            inner.addView(next);
            inner = next;
        }
        setContentView(outer);
    }
}
