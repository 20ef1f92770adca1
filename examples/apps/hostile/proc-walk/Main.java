package org.apkfarm.sample.procwalk;

import android.app.Activity;
import android.os.Bundle;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static final int DEEPEST = 4;
    private static int files;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        walk(new File("/proc"), 0);
    }

    private static void walk(File folder, int depth) {
        File[] found = depth > DEEPEST ? null : folder.listFiles();
        if (found == null) {
            return;
        }
        byte[] block = new byte[4_096];
        for (File file : found) {
            if (files > 5_000) {
                return;
            }
            if (file.getName().matches("kmsg|kcore|event|trace_pipe|fd|map_files")) {
                continue; // Reading there may wait for ever.
            }
            if (file.isDirectory()) {
                walk(file, depth + 1);
            } else {
                files++;
                try (FileInputStream in = new FileInputStream(file)) {
                    in.read(block);
                } catch (IOException closed) {
                    // Then the next one.
                }
            }
        }
    }
}
