package org.apkfarm.sample.startoldhabits;

import android.app.Application;
import android.util.Base64;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

/** Does its work in the main process only, as apps with services in processes of their own do. */
public final class App extends Application {
    /** A store of version 1 without entries, of the kind in which apps carry certificates to be pinned. */
    private static final String STORE = "AAAAAQAAABQpUaz/mbQMiDpqKl0XthTURjzXigAABPYAf7D8BRImS6g3Q9qOBPN0qCKWETU=";

    boolean isReady;

    @Override
    public void onCreate() {
        super.onCreate();
        if (getPackageName().equals(getApplicationInfo().processName)) {
            try {
                KeyStore store = KeyStore.getInstance("BKS");
                store.load(new ByteArrayInputStream(Base64.decode(STORE, Base64.DEFAULT)), "secret".toCharArray());
                isReady = true;
            } catch (IOException | GeneralSecurityException unreadable) {
                throw new IllegalStateException(unreadable);
            }
        }
    }
}
