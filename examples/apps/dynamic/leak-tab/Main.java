package org.apkfarm.sample.leaktab;

import android.app.TabActivity;
import android.content.Intent;
import android.os.Bundle;
import android.widget.TabHost;

/** Two tabs, each with an activity of its own; the first one is shown. */
@SuppressWarnings("deprecation")
public final class Main extends TabActivity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        add("首页", Home.class);
        add("我的", Own.class);
    }

    private void add(String title, Class<?> screen) {
        TabHost host = getTabHost();
        host.addTab(host.newTabSpec(title).setIndicator(title).setContent(new Intent(this, screen)));
    }
}
