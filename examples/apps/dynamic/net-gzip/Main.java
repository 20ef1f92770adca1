package org.apkfarm.sample.netgzip;

import android.app.Activity;
import android.os.Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;
import org.apkfarm.sample.kit.Web;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(body)) {
            out.write(("imei=" + Ids.imei(this)).getBytes(StandardCharsets.UTF_8));
        } catch (IOException inMemory) {
            throw new IllegalStateException(inMemory);
        }
        Web.post("https", body.toByteArray());
    }
}
