package org.apkfarm.sample.exceptionhuge;

import android.app.Activity;
import android.os.Bundle;
import java.util.Arrays;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        char[] text = new char[10 << 20];
        Arrays.fill(text, '\u0001');
        RuntimeException thrown = new RuntimeException(new String(text));
        for (int depth = 0; depth < 1_000; depth++) {
            thrown = new IllegalStateException(thrown.getMessage(), thrown);
        }
        throw thrown;
    }
}
