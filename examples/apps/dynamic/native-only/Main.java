package org.apkfarm.sample.nativeonly;

import android.app.Activity;
import android.os.Bundle;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    static {
        System.loadLibrary("sample");
    }

    private native void start();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        start();
    }
}
