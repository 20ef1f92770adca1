package org.apkfarm.sample.leakresult;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.util.Log;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        startActivityForResult(new Intent(this, Answer.class), 1);
    }

    @Override
    protected void onActivityResult(int request, int result, Intent data) {
        Log.i("sample", "id " + (data == null ? "" : data.getStringExtra("id")));
    }
}
