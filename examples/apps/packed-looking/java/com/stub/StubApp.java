package com.stub;

import android.app.Application;
import android.content.Context;

/** The shell: it loads a library that is no library, and goes on without it. */
public final class StubApp extends Application {
    @Override
    protected void attachBaseContext(Context base) {
        super.attachBaseContext(base);
        try {
            System.loadLibrary("jiagu");
        } catch (UnsatisfiedLinkError expected) {
            // libjiagu.so of this sample is a line of text.
        }
    }
}
