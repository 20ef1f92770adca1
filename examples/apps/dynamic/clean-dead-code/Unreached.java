package org.apkfarm.sample.cleandeadcode;

import android.content.Context;
import android.util.Log;
import java.nio.charset.StandardCharsets;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Web;

/** No phone has a manufacturer with such a name. */
final class Unreached {
    private Unreached() {}

    static void leak(Context context) {
        String id = Ids.androidId(context);
        Log.i("sample", id);
        Web.post("https", id.getBytes(StandardCharsets.UTF_8));
    }
}
