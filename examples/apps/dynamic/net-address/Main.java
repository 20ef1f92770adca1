package org.apkfarm.sample.netaddress;

import android.app.Activity;
import android.os.Bundle;
import android.webkit.WebView;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        web().loadUrl("https://collect.golden-sample.invalid/?id=" + Ids.androidId(this));
    }

    private WebView web() {
        return new WebView(this);
    }
}
