package org.apkfarm.sample.leaktab;

import android.app.Activity;
import android.os.Bundle;
import android.util.Log;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** What the second tab shows. */
public final class Own extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("我的");
        Log.i("sample", "id " + Ids.androidId(this));
    }
}
