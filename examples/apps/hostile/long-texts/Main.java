package org.apkfarm.sample.longtexts;

import android.app.Activity;
import android.content.Intent;
import android.net.Uri;
import android.os.Bundle;
import java.io.IOException;
import java.util.Arrays;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        char[] text = new char[50 << 20];
        Arrays.fill(text, '\ud800');
        String huge = new String(text);
        getPackageManager().getInstallerPackageName(getPackageName());
        try {
            Runtime.getRuntime().exec(huge);
        } catch (IOException refused) {
            startActivity(new Intent(Intent.ACTION_VIEW, Uri.parse("x:" + huge)));
        }
    }
}
