package org.apkfarm.sample.writeeverywhere;

import android.app.Activity;
import android.os.Bundle;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static final String MARK = "apkfarm-hostile-mark";
    private static final String[] FOLDERS = {
        "/", "/tmp", "/home", "/root", "/etc", "/usr", "/usr/bin", "/var", "/var/tmp", "/dev", "/dev/shm", "/run", "/proc",
        "/proc/self/cwd", "/proc/1/root", "/proc/1/cwd", "/runtime", "/runtime/classes", "/runtime/lib", "/translator", "/in",
        "/sdcard", "/data/local/tmp"
    };

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        for (String folder : FOLDERS) {
            write(new File(folder, MARK));
            write(new File(folder, "../" + MARK));
        }
        write(new File("/in/app.apk"));
        write(new File("/in/job.properties"));
        walk(new File("/"), 0);
        try {
            Files.createSymbolicLink(Paths.get("/tmp/" + MARK + "-link"), Paths.get("/etc/passwd"));
        } catch (IOException refused) {
            // As it should be.
        }
    }

    private static void walk(File folder, int depth) {
        File[] found = depth > 2 || folder.getPath().startsWith("/proc") ? null : folder.listFiles();
        if (found == null) {
            return;
        }
        for (File inner : found) {
            if (inner.isDirectory()) {
                write(new File(inner, MARK));
                walk(inner, depth + 1);
            }
        }
    }

    private static void write(File file) {
        try (FileOutputStream out = new FileOutputStream(file, true)) {
            out.write("hostile".getBytes(StandardCharsets.UTF_8));
        } catch (IOException refused) {
            // As it should be.
        }
    }
}
