package apkfarm.sandbox.app;

import android.os.Bundle;
import android.os.SystemClock;
import android.text.style.ClickableSpan;
import android.view.KeyEvent;
import android.view.MenuItem;
import android.view.MotionEvent;
import android.view.View;
import android.view.ViewParent;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeProvider;
import android.widget.AdapterView;
import android.widget.EditText;
import android.widget.TextView;
import java.lang.reflect.Field;

/** What a finger does to the nodes of the last screen. */
final class Gestures {
  private Gestures() {}

  /** What a node of a screen stands for. */
  interface Target {
    boolean tap();

    default boolean type(String text) {
      return false;
    }

    default boolean scroll() {
      return false;
    }
  }

  /** A view. */
  record OfView(View view) implements Target {
    @Override
    public boolean tap() {
      if (!view.isEnabled()) {
        return false;
      }
      if (view.getParent() instanceof AdapterView<?> list && list.getOnItemClickListener() != null
          && !view.hasOnClickListeners()) {
        int position = list.getPositionForView(view);
        return position >= 0 && list.performItemClick(view, position, list.getItemIdAtPosition(position));
      }
      if (listensToTouch(view)) {
        return touch(view, view.getWidth() / 2f, view.getHeight() / 2f);
      }
      return view.performClick() || view.isClickable() || view.performLongClick();
    }

    @Override
    public boolean type(String text) {
      if (!(view instanceof EditText field)) {
        return false;
      }
      field.requestFocus();
      field.setText(text);
      field.setSelection(field.getText().length());
      field.onEditorAction(android.view.inputmethod.EditorInfo.IME_ACTION_DONE);
      return true;
    }

    @Override
    public boolean scroll() {
      if (view.performAccessibilityAction(AccessibilityNodeInfo.ACTION_SCROLL_FORWARD, null)) {
        return true;
      }
      if (view.canScrollVertically(1)) {
        view.scrollBy(0, Math.max(1, view.getHeight() * 4 / 5));
        return true;
      }
      if (view.canScrollHorizontally(1)) {
        return swipe(view);
      }
      return false;
    }
  }

  /** A part that a view draws itself. */
  record OfDrawn(View host, AccessibilityNodeProvider provider, int id, float x, float y) implements Target {
    @Override
    public boolean tap() {
      return provider.performAction(id, AccessibilityNodeInfo.ACTION_CLICK, null) || touch(host, x, y);
    }

    @Override
    public boolean type(String text) {
      Bundle arguments = new Bundle();
      arguments.putCharSequence(AccessibilityNodeInfo.ACTION_ARGUMENT_SET_TEXT_CHARSEQUENCE, text);
      provider.performAction(id, AccessibilityNodeInfo.ACTION_CLICK, null);
      return provider.performAction(id, AccessibilityNodeInfo.ACTION_SET_TEXT, arguments);
    }

    @Override
    public boolean scroll() {
      return provider.performAction(id, AccessibilityNodeInfo.ACTION_SCROLL_FORWARD, null);
    }
  }

  /** A link within a text. */
  record OfLink(TextView view, ClickableSpan link) implements Target {
    @Override
    public boolean tap() {
      link.onClick(view);
      return true;
    }
  }

  /** An item of the options menu. */
  record OfMenu(android.app.Activity activity, MenuItem item) implements Target {
    @Override
    public boolean tap() {
      return activity.onMenuItemSelected(android.view.Window.FEATURE_OPTIONS_PANEL, item);
    }
  }

  /** Gives the back key to a window that is no activity's. */
  static void back(View window) {
    long now = SystemClock.uptimeMillis();
    window.dispatchKeyEvent(new KeyEvent(now, now, KeyEvent.ACTION_DOWN, KeyEvent.KEYCODE_BACK, 0));
    window.dispatchKeyEvent(new KeyEvent(now, now, KeyEvent.ACTION_UP, KeyEvent.KEYCODE_BACK, 0));
  }

  /** A click of such a view is made of touches, which only the app's own code puts together. */
  private static boolean listensToTouch(View view) {
    try {
      Field info = View.class.getDeclaredField("mListenerInfo");
      info.setAccessible(true);
      Object listeners = info.get(view);
      if (listeners != null) {
        Field touch = listeners.getClass().getDeclaredField("mOnTouchListener");
        touch.setAccessible(true);
        if (touch.get(listeners) != null) {
          return true;
        }
      }
      Class<?> by = view.getClass().getMethod("onTouchEvent", MotionEvent.class).getDeclaringClass();
      return !by.getName().startsWith("android.") && !view.hasOnClickListeners();
    } catch (ReflectiveOperationException | LinkageError unknown) {
      return false;
    }
  }

  private static boolean touch(View view, float x, float y) {
    long now = SystemClock.uptimeMillis();
    boolean taken = event(view, now, now, MotionEvent.ACTION_DOWN, x, y);
    return event(view, now, now + 50, MotionEvent.ACTION_UP, x, y) || taken;
  }

  private static boolean swipe(View view) {
    ViewParent parent = view.getParent();
    if (parent != null) {
      parent.requestDisallowInterceptTouchEvent(false);
    }
    long now = SystemClock.uptimeMillis();
    float y = view.getHeight() / 2f;
    event(view, now, now, MotionEvent.ACTION_DOWN, view.getWidth() * 0.9f, y);
    for (int i = 8; i >= 1; i--) {
      event(view, now, now + (9 - i) * 15L, MotionEvent.ACTION_MOVE, view.getWidth() * i / 10f, y);
    }
    return event(view, now, now + 150, MotionEvent.ACTION_UP, view.getWidth() * 0.1f, y);
  }

  private static boolean event(View view, long down, long now, int action, float x, float y) {
    MotionEvent event = MotionEvent.obtain(down, now, action, x, y, 0);
    try {
      return view.dispatchTouchEvent(event);
    } finally {
      event.recycle();
    }
  }
}
