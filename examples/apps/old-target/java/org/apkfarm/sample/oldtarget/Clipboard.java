package org.apkfarm.sample.oldtarget;

import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;

/** Reads the clipboard when the app comes up. */
final class Clipboard {
    private Clipboard() {}

    static String read(Context context) {
        ClipboardManager manager = (ClipboardManager) context.getSystemService(Context.CLIPBOARD_SERVICE);
        ClipData clip = manager.getPrimaryClip();
        return clip == null || clip.getItemCount() == 0 ? "" : String.valueOf(clip.getItemAt(0).getText());
    }
}
