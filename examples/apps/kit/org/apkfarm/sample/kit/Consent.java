package org.apkfarm.sample.kit;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.Context;
import android.content.SharedPreferences;

/** Texts of a question for consent, a dialog that asks it, and the memory of the answer. */
public final class Consent {
    public static final String TITLE = "用户协议与隐私政策";
    public static final String MESSAGE =
            "感谢您使用本应用。请您阅读《用户协议》和《隐私政策》：https://privacy.example/policy 。我们会收集设备信息用于提供服务。";
    public static final String AGREE = "同意";
    public static final String REFUSE = "不同意";
    private static final String KEY = "answer";

    private Consent() {}

    /** Asks with two buttons, unless the user has agreed before; then goes on at once. */
    public static void dialog(Activity activity, Runnable agreed, Runnable refused) {
        if ("agreed".equals(answer(activity))) {
            agreed.run();
            return;
        }
        new AlertDialog.Builder(activity)
                .setTitle(TITLE)
                .setMessage(MESSAGE)
                .setCancelable(false)
                .setPositiveButton(AGREE, (dialog, which) -> {
                    remember(activity, "agreed");
                    agreed.run();
                })
                .setNegativeButton(REFUSE, (dialog, which) -> refused.run())
                .show();
    }

    /** Returns what the user has answered before, empty if nothing was remembered. */
    public static String answer(Context context) {
        return preferences(context).getString(KEY, "");
    }

    /** Keeps the answer over restarts. */
    public static void remember(Context context, String answer) {
        preferences(context).edit().putString(KEY, answer).apply();
    }

    private static SharedPreferences preferences(Context context) {
        return context.getSharedPreferences("consent", Context.MODE_PRIVATE);
    }
}
