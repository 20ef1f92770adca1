package org.apkfarm.sample.cleanhashedconstant;

import android.app.Activity;
import android.os.Bundle;
import android.util.Base64;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apkfarm.sample.kit.Page;
import org.apkfarm.sample.kit.Web;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        try {
            byte[] hash = MessageDigest.getInstance("MD5").digest("sample".getBytes(StandardCharsets.UTF_8));
            Web.post("https", Base64.encode(hash, Base64.NO_WRAP));
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException(absent);
        }
    }
}
