package org.apkfarm.sample.sinkfile;

import android.app.Activity;
import android.os.Bundle;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apkfarm.sample.kit.Ids;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        try (FileOutputStream out = openFileOutput("id.txt", MODE_PRIVATE)) {
            out.write(Ids.androidId(this).getBytes(StandardCharsets.UTF_8));
        } catch (IOException full) {
            throw new IllegalStateException(full);
        }
    }
}
