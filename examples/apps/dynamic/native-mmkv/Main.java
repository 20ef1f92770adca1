package org.apkfarm.sample.nativemmkv;

import android.app.Activity;
import android.os.Bundle;
import android.util.Log;
import com.tencent.mmkv.MMKV;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        MMKV.shared().put("device", Ids.androidId(this));
        new Page(this).button("发送", () -> Log.i("sample", MMKV.shared().get("device")));
    }
}
