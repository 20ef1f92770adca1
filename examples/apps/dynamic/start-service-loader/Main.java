package org.apkfarm.sample.startserviceloader;

import android.app.Activity;
import android.os.Bundle;
import java.util.ServiceLoader;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("你好");
        for (Collector collector : ServiceLoader.load(Collector.class, Collector.class.getClassLoader())) {
            collector.collect(this);
        }
    }
}
