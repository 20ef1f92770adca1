package org.apkfarm.sample.nethashed;

import android.app.Activity;
import android.os.Bundle;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;
import org.apkfarm.sample.kit.Web;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        try {
            Web.post("https", ("id=" + hash(Ids.androidId(this))).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException(absent);
        }
    }

    private static String hash(String text) throws NoSuchAlgorithmException {
        StringBuilder hex = new StringBuilder();
        for (byte part : MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8))) {
            hex.append(Character.forDigit(part >> 4 & 15, 16)).append(Character.forDigit(part & 15, 16));
        }
        return hex.toString();
    }
}
