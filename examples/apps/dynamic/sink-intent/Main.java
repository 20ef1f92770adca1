package org.apkfarm.sample.sinkintent;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        Intent share = new Intent(Intent.ACTION_SEND).setType("text/plain");
        startActivity(share.putExtra(Intent.EXTRA_TEXT, "id " + Ids.androidId(this)));
    }
}
