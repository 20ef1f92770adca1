package org.apkfarm.sample.cleannotpersonal;

import android.app.Activity;
import android.os.Build;
import android.os.Bundle;
import android.provider.Settings;
import android.util.Log;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apkfarm.sample.kit.Page;
import org.apkfarm.sample.kit.Web;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        String tone = Settings.System.getString(getContentResolver(), Settings.System.FONT_SCALE);
        String text = Build.MODEL + " " + Locale.getDefault() + " " + tone;
        Log.i("sample", text);
        Web.post("https", text.getBytes(StandardCharsets.UTF_8));
    }
}
