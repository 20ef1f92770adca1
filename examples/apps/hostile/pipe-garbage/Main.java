package org.apkfarm.sample.pipegarbage;

import android.app.Activity;
import android.os.Bundle;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        StringBuilder text = new StringBuilder("\n");
        for (int depth = 0; depth < 100_000; depth++) {
            text.append('[');
        }
        text.append("\n{\"type\":\"reply\",\"sim_ms\":1e999}\n{\"type\":\"event\",\"op\":\"\\ud800\",\"kind\":\"api\"}\n");
        text.append("{\"type\":\"event\",\"kind\":\"api\",\"op\":\"x\",\"sim_ms\":1").append(zeros(5_000)).append("}\n");
        text.append("{\"type\":\"event\",\"kind\":\"api\",\"op\":\"x\",\"sim_ms\":1").append(zeros(4_000)).append("}\n");
        text.append("{\"type\":\"event\",\"kind\":\"api\",\"op\":\"x\",\"canary\":{\"a\":[[]]},\"args\":{}}\n");
        text.append("null\n\u0000\n{\"type\":{}}\n{\"type\":[],\"op\":NaN}\n");
        try (FileOutputStream out = new FileOutputStream("/proc/self/fd/1")) {
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException closed) {
            throw new IllegalStateException(closed);
        }
    }

    private static String zeros(int count) {
        char[] zeros = new char[count];
        Arrays.fill(zeros, '0');
        return new String(zeros);
    }
}
