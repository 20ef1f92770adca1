package org.apkfarm.sample.netclear;

import android.app.Activity;
import android.os.Bundle;
import java.nio.charset.StandardCharsets;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;
import org.apkfarm.sample.kit.Web;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        Web.post("http", ("id=" + Ids.androidId(this)).getBytes(StandardCharsets.UTF_8));
    }
}
