package org.apkfarm.sample.manyviews;

import android.app.Activity;
import android.os.Bundle;
import android.widget.LinearLayout;
import android.widget.TextView;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        LinearLayout column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        for (int number = 0; number < 100_000; number++) {
            TextView view = new TextView(this);
            view.setText("\u0000\u001b[31m\u202e\ud800\u2028</script><script>alert(" + number + ")</script>");
            column.addView(view);
        }
        setContentView(column);
    }
}
