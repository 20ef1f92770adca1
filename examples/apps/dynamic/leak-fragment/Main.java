package org.apkfarm.sample.leakfragment;

import android.app.Activity;
import android.app.Fragment;
import android.os.Bundle;
import android.util.Log;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @SuppressWarnings("deprecation")
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        getFragmentManager().beginTransaction().add(new Watcher(), "watcher").commit();
    }

    /** Has no view; public with a public constructor, so that it can be made again. */
    @SuppressWarnings("deprecation")
    public static final class Watcher extends Fragment {
        private String id = "";

        @Override
        public void onAttach(Activity activity) {
            super.onAttach(activity);
            id = Ids.androidId(activity);
        }

        @Override
        public void onPause() {
            Log.i("sample", "id " + id);
            super.onPause();
        }
    }
}
