package org.apkfarm.sample.downloadonclick;

import android.app.Activity;
import android.app.DownloadManager;
import android.content.Context;
import android.net.Uri;
import android.os.Bundle;
import org.apkfarm.sample.kit.Page;

/** The only screen. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Page(this).text("广告").button("关闭", this::download);
    }

    private void download() {
        Uri address = Uri.parse("https://download.golden-sample.invalid/game.apk");
        ((DownloadManager) getSystemService(Context.DOWNLOAD_SERVICE)).enqueue(new DownloadManager.Request(address));
    }
}
