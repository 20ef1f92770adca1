package org.apkfarm.sample.consentdrawn;

import android.content.Context;
import android.graphics.Canvas;
import android.graphics.Color;
import android.graphics.Paint;
import android.graphics.Rect;
import android.os.Bundle;
import android.view.MotionEvent;
import android.view.View;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeProvider;
import org.apkfarm.sample.kit.Consent;

/** One view without children: four areas that exist only as drawing and as accessibility nodes. */
final class DrawnQuestion extends View {
    private static final String[] TEXTS = {Consent.TITLE, Consent.MESSAGE, Consent.AGREE, Consent.REFUSE};
    private static final int AGREE = 2;
    private static final int HEIGHT = 240;

    private final Paint paint = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Runnable agreed;
    private final Runnable refused;

    DrawnQuestion(Context context, Runnable agreed, Runnable refused) {
        super(context);
        this.agreed = agreed;
        this.refused = refused;
        paint.setColor(Color.BLACK);
        paint.setTextSize(40);
    }

    @Override
    protected void onDraw(Canvas canvas) {
        for (int area = 0; area < TEXTS.length; area++) {
            Rect place = place(area);
            canvas.drawText(TEXTS[area], place.left, place.centerY(), paint);
        }
    }

    @Override
    public boolean onTouchEvent(MotionEvent event) {
        int area = (int) (event.getY() / HEIGHT);
        return event.getAction() != MotionEvent.ACTION_UP || click(area) || super.onTouchEvent(event);
    }

    @Override
    public AccessibilityNodeProvider getAccessibilityNodeProvider() {
        return new Nodes();
    }

    private Rect place(int area) {
        return new Rect(40, area * HEIGHT, getWidth() - 40, (area + 1) * HEIGHT);
    }

    private boolean click(int area) {
        if (area < AGREE || area >= TEXTS.length) {
            return false;
        }
        (area == AGREE ? agreed : refused).run();
        return true;
    }

    /** Tells whoever asks what is drawn where. */
    private final class Nodes extends AccessibilityNodeProvider {
        @Override
        public AccessibilityNodeInfo createAccessibilityNodeInfo(int id) {
            return id == HOST_VIEW_ID ? host() : area(id);
        }

        private AccessibilityNodeInfo host() {
            AccessibilityNodeInfo info = AccessibilityNodeInfo.obtain(DrawnQuestion.this);
            onInitializeAccessibilityNodeInfo(info);
            for (int area = 0; area < TEXTS.length; area++) {
                info.addChild(DrawnQuestion.this, area);
            }
            return info;
        }

        private AccessibilityNodeInfo area(int area) {
            AccessibilityNodeInfo info = AccessibilityNodeInfo.obtain(DrawnQuestion.this, area);
            boolean button = area >= AGREE;
            info.setClassName(button ? "android.widget.Button" : "android.view.View");
            info.setText(TEXTS[area]);
            info.setParent(DrawnQuestion.this);
            info.setBoundsInScreen(place(area));
            info.setVisibleToUser(true);
            info.setEnabled(true);
            info.setClickable(button);
            if (button) {
                info.addAction(AccessibilityNodeInfo.AccessibilityAction.ACTION_CLICK);
            }
            return info;
        }

        @Override
        public boolean performAction(int area, int action, Bundle arguments) {
            return action == AccessibilityNodeInfo.ACTION_CLICK && click(area);
        }
    }
}
