package org.apkfarm.sample.twodex.second;

import android.content.ContentResolver;
import android.provider.Settings;

/** Lives in classes2.dex. */
public final class AndroidIdReader {
    private final ContentResolver resolver;

    public AndroidIdReader(ContentResolver resolver) {
        this.resolver = resolver;
    }

    /** Returns the identifier of this device, user and signing key. */
    public String read() {
        return Settings.Secure.getString(resolver, Settings.Secure.ANDROID_ID);
    }
}
