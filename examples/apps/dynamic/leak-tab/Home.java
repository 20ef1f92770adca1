package org.apkfarm.sample.leaktab;

import android.app.Activity;
import android.os.Bundle;
import org.apkfarm.sample.kit.Page;

/** What the first tab shows. */
public final class Home extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
    }
}
