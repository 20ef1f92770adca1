package org.apkfarm.sample.permissionsonuse;

import android.Manifest;
import android.app.Activity;
import android.os.Bundle;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).button("拍照", () -> requestPermissions(new String[] {Manifest.permission.CAMERA}, 1));
    }
}
