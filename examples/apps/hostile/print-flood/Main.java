package org.apkfarm.sample.printflood;

import android.app.Activity;
import android.os.Bundle;
import java.util.Arrays;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        char[] line = new char[1 << 20];
        Arrays.fill(line, 'x');
        String text = new String(line);
        for (int number = 0; number < 512; number++) {
            System.out.println(text);
            System.err.println(text);
        }
    }
}
