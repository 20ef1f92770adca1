package org.apkfarm.sample.endlessnodes;

import android.app.Activity;
import android.content.Context;
import android.os.Bundle;
import android.view.View;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeProvider;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(new Endless(this));
    }

    /** Has one node, which has many. */
    private static final class Endless extends View {
        Endless(Context context) {
            super(context);
        }

        @Override
        public AccessibilityNodeProvider getAccessibilityNodeProvider() {
            return new Nodes();
        }

        /** Answers whatever it is asked. */
        private final class Nodes extends AccessibilityNodeProvider {
            @Override
            public AccessibilityNodeInfo createAccessibilityNodeInfo(int id) {
                AccessibilityNodeInfo info = AccessibilityNodeInfo.obtain(Endless.this, id);
                info.setText("node " + id);
                for (int child = 0; child < 100; child++) {
                    info.addChild(Endless.this, child);
                }
                return info;
            }
        }
    }
}
