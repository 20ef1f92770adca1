package org.apkfarm.sample.netbase64;

import android.app.Activity;
import android.os.Bundle;
import android.util.Base64;
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
        byte[] body = ("{\"v\":1,\"id\":\"" + Ids.androidId(this) + "\"}").getBytes(StandardCharsets.UTF_8);
        Web.post("https", Base64.encode(body, Base64.NO_WRAP));
    }
}
