package org.apkfarm.sample.kit;

import android.app.Activity;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.TextView;

/** A screen of texts and buttons, one below the other. */
public final class Page {
    private final Activity activity;
    private final LinearLayout column;

    /** Replaces whatever the activity shows. */
    public Page(Activity activity) {
        this.activity = activity;
        column = new LinearLayout(activity);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setPadding(48, 48, 48, 48);
        activity.setContentView(column);
    }

    /** Adds a text. */
    public Page text(String text) {
        TextView view = new TextView(activity);
        view.setText(text);
        column.addView(view);
        return this;
    }

    /** Adds a button. */
    public Page button(String text, Runnable action) {
        Button view = new Button(activity);
        view.setText(text);
        view.setOnClickListener(clicked -> action.run());
        column.addView(view);
        return this;
    }

    /** Adds any other view. */
    public Page view(android.view.View view) {
        column.addView(view);
        return this;
    }
}
