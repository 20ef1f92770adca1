package org.apkfarm.sample.permissionflood;

import android.Manifest;
import android.app.Activity;
import android.os.Bundle;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        String[] asked = {Manifest.permission.CAMERA, "</script>", "", null};
        for (int number = 0; number < 1_000_000; number++) {
            requestPermissions(asked, number & 0xffff);
        }
    }
}
