package org.apkfarm.sample.oldtarget;

import android.content.Context;
import android.content.Intent;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;

/** Lists the installed apps in two ways. */
final class Apps {
    private Apps() {}

    static String installed(Context context) {
        PackageManager manager = context.getPackageManager();
        StringBuilder names = new StringBuilder();
        for (PackageInfo app : manager.getInstalledPackages(0)) {
            names.append(app.packageName).append('\n');
        }
        Intent launcher = new Intent(Intent.ACTION_MAIN).addCategory(Intent.CATEGORY_LAUNCHER);
        return names.append(manager.queryIntentActivities(launcher, 0).size()).toString();
    }
}
