package org.apkfarm.sample.startserviceloader;

import android.content.Context;
import org.apkfarm.sample.kit.Ids;

/** Named nowhere but in {@code META-INF/services}. */
public final class AndroidId implements Collector {
    @Override
    public void collect(Context context) {
        Ids.androidId(context);
    }
}
