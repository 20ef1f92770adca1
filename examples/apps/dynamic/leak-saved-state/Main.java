package org.apkfarm.sample.leaksavedstate;

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
        if (state != null) {
            Log.i("sample", "id " + state.getString("id"));
        }
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        state.putString("id", Ids.androidId(this));
    }
}
