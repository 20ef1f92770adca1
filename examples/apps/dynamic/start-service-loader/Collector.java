package org.apkfarm.sample.startserviceloader;

import android.content.Context;

/** What the app asks for by its type only. */
public interface Collector {
    /** Reads something. */
    void collect(Context context);
}
