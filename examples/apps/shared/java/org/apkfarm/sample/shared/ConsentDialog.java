package org.apkfarm.sample.shared;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.Context;
import android.content.SharedPreferences;

/** A modal question for consent with two equal buttons; the answer is remembered. */
public final class ConsentDialog {
    private static final String PREFERENCES = "consent";
    private static final String KEY = "given";

    private ConsentDialog() {}

    /** Asks once; a user who agreed before is not asked again. */
    public static void ask(
            Activity activity, int title, int message, int agree, int refuse, Runnable onAgree, Runnable onRefuse) {
        if (isGiven(activity)) {
            onAgree.run();
            return;
        }
        new AlertDialog.Builder(activity)
                .setTitle(title)
                .setMessage(message)
                .setCancelable(false)
                .setPositiveButton(
                        agree,
                        (dialog, which) -> {
                            remember(activity, true);
                            onAgree.run();
                        })
                .setNegativeButton(refuse, (dialog, which) -> onRefuse.run())
                .show();
    }

    /** Says whether the user agreed. */
    public static boolean isGiven(Context context) {
        return preferences(context).getBoolean(KEY, false);
    }

    /** Takes the consent back. */
    public static void withdraw(Context context) {
        remember(context, false);
    }

    private static void remember(Context context, boolean given) {
        preferences(context).edit().putBoolean(KEY, given).apply();
    }

    private static SharedPreferences preferences(Context context) {
        return context.getSharedPreferences(PREFERENCES, Context.MODE_PRIVATE);
    }
}
