package org.apkfarm.sample.leakresult;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import org.apkfarm.sample.kit.Ids;

/** Answers and is gone. */
public final class Answer extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setResult(RESULT_OK, new Intent().putExtra("id", Ids.androidId(this)));
        finish();
    }
}
