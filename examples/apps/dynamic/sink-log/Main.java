package org.apkfarm.sample.sinklog;

import android.app.Activity;
import android.os.Bundle;
import android.util.Log;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        Log.i("sample", "id " + Ids.androidId(this));
    }
}
