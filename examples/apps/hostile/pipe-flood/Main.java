package org.apkfarm.sample.pipeflood;

import android.app.Activity;
import android.os.Bundle;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Arrays;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        byte[] block = new byte[1 << 20];
        Arrays.fill(block, (byte) 'x');
        try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            for (int number = 0; number < 1_024; number++) {
                out.write(block);
            }
        } catch (IOException closed) {
            throw new IllegalStateException(closed);
        }
    }
}
