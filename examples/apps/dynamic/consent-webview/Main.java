package org.apkfarm.sample.consentwebview;

import android.app.Activity;
import android.os.Bundle;
import android.webkit.WebView;
import org.apkfarm.sample.kit.Consent;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        WebView web = new WebView(this);
        setContentView(web);
        String buttons = "<button>" + Consent.AGREE + "</button><button>" + Consent.REFUSE + "</button>";
        String html = "<h1>" + Consent.TITLE + "</h1><p>" + Consent.MESSAGE + "</p>" + buttons;
        web.loadDataWithBaseURL("https://privacy.example/", html, "text/html", "utf-8", null);
    }
}
