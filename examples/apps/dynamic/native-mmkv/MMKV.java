package com.tencent.mmkv;

/** Made up, with the names of the native methods of Tencent's store, so that the sandbox has something to answer. */
public final class MMKV {
    private final long nativeHandle;

    private MMKV(long handle) {
        nativeHandle = handle;
    }

    /** The store that all of the app shares. */
    public static MMKV shared() {
        long handle = getDefaultMMKV(1, null);
        if (handle == 0) {
            throw new IllegalStateException("no store");
        }
        return new MMKV(handle);
    }

    /** Puts a text in. */
    public void put(String key, String value) {
        encodeString(nativeHandle, key, value);
    }

    /** Takes it out. */
    public String get(String key) {
        return decodeString(nativeHandle, key, "");
    }

    private static native long getDefaultMMKV(int mode, String cryptKey);

    private native boolean encodeString(long handle, String key, String value);

    private native String decodeString(long handle, String key, String without);
}
