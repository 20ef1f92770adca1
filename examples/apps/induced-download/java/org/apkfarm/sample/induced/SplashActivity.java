package org.apkfarm.sample.induced;

import android.app.Activity;
import android.os.Bundle;
import com.bytedance.sdk.openadsdk.sample.ShakeAd;

/** A start screen that is an advertisement: wherever the user clicks, a download begins. */
public final class SplashActivity extends Activity {
    private ShakeAd ad;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.splash);
        ad = new ShakeAd(this);
        findViewById(R.id.details).setOnClickListener(view -> ad.open());
        findViewById(R.id.close).setOnClickListener(view -> ad.open());
    }

    @Override
    protected void onResume() {
        super.onResume();
        ad.listen();
    }

    @Override
    protected void onPause() {
        ad.stop();
        super.onPause();
    }
}
