package org.apkfarm.sample.startoldhabits;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import org.apkfarm.sample.kit.Page;

/** The only screen; what it starts, it does not name. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        if (((App) getApplication()).isReady) {
            new ScheduledThreadPoolExecutor(1, new ThreadPoolExecutor.DiscardPolicy()).execute(this::collect);
        }
    }

    private void collect() {
        startService(new Intent("org.apkfarm.sample.startoldhabits.COLLECT"));
    }
}
