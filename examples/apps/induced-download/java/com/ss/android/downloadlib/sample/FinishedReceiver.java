package com.ss.android.downloadlib.sample;

import android.app.DownloadManager;
import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.net.Uri;

/** Opens the installer as soon as the download is there. */
public final class FinishedReceiver extends BroadcastReceiver {
    static final String APK = "application/vnd.android.package-archive";

    @Override
    public void onReceive(Context context, Intent intent) {
        long id = intent.getLongExtra(DownloadManager.EXTRA_DOWNLOAD_ID, -1);
        DownloadManager downloads = (DownloadManager) context.getSystemService(Context.DOWNLOAD_SERVICE);
        Uri file = downloads.getUriForDownloadedFile(id);
        if (file != null) {
            context.startActivity(new Intent(Intent.ACTION_VIEW)
                    .setDataAndType(file, APK)
                    .addFlags(Intent.FLAG_ACTIVITY_NEW_TASK | Intent.FLAG_GRANT_READ_URI_PERMISSION));
        }
    }
}
