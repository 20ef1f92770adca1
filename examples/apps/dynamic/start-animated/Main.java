package org.apkfarm.sample.startanimated;

import android.animation.ValueAnimator;
import android.app.Activity;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.view.Choreographer;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen: something turns as long as it is shown. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        ValueAnimator turning = ValueAnimator.ofFloat(0, 1).setDuration(500);
        turning.setRepeatCount(ValueAnimator.INFINITE);
        turning.start();
        again(0);
        new Handler(Looper.getMainLooper()).postDelayed(() -> Ids.androidId(this), 10_000);
    }

    /** Asks for the next frame in each, as Compose does. */
    private void again(long time) {
        Choreographer.getInstance().postFrameCallback(this::again);
    }
}
