package org.apkfarm.sample.forgeevents;

import android.app.Activity;
import android.os.Bundle;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        String event = "{\"type\":\"event\",\"kind\":\"api\",\"op\":\"android.telephony.TelephonyManager.getImei\",";
        String forged = event + "\"args\":[1,{},[]],\"stack\":[\"</script><script>alert(1)</script>\"],\"sim_ms\":-5}\n"
                + "{\"type\":\"component\",\"kind\":\"\u001b[31m\",\"name\":\"../../etc\",\"ok\":false,\"trace\":[\"x\"]}\n"
                + "{\"type\":\"fault\",\"cause\":\"forged\"}\n"
                + "{\"type\":\"reply\",\"resumed\":true,\"screen\":{\"windows\":[{\"nodes\":[{\"bounds\":[1,2]}]}],\"png\":\"iVBORw0K\"}}\n"
                + "{\"type\":\"reply\",\"cost\":{\"cpu_s\":1e999,\"peak_mb\":-1},\"sim_ms\":true,\"exited\":\"no\"}\n";
        try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write(forged.getBytes(StandardCharsets.UTF_8));
            for (int number = 0; number < 100; number++) {
                out.write("{\"type\":\"reply\",\"cost\":{\"cpu_s\":1e999,\"peak_mb\":1}}\n".getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException closed) {
            throw new IllegalStateException(closed);
        }
    }
}
