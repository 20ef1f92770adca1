package apkfarm.sandbox.app;

import android.app.Activity;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Color;
import android.graphics.Rect;
import android.view.View;
import android.view.ViewGroup;
import android.view.WindowManager;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeProvider;
import android.widget.Checkable;
import android.widget.TextView;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a user would see now: the windows from back to front, as a tree and as a picture. */
final class Screen {
  private static final int WIDTH = 1233;
  private static final int HEIGHT = 2673;
  private static final int MAX_NODES = 800;
  private static final int MAX_DEPTH = 60;
  private static final int DIM = 0x66000000;

  private final List<View> windows;
  private final String top;

  private Screen(List<View> windows, String top) {
    this.windows = windows;
    this.top = top;
  }

  /** Takes the window of the activity that is shown, if there is one, and the dialogs over it. */
  static Screen of(Activity shown) {
    View base = shown == null ? null : shown.getWindow().getDecorView();
    List<View> windows = new ArrayList<>();
    for (View window : allWindows()) {
      if (type(window) != WindowManager.LayoutParams.TYPE_BASE_APPLICATION || window == base) {
        windows.add(window);
      }
    }
    windows.sort(
        Comparator.comparingInt(w -> type(w) == WindowManager.LayoutParams.TYPE_BASE_APPLICATION ? 0 : 1));
    return new Screen(windows, shown == null ? "" : shown.getClass().getName());
  }

  @SuppressWarnings("unchecked")
  private static List<View> allWindows() {
    try {
      Class<?> type = Class.forName("android.view.WindowManagerGlobal");
      Field views = type.getDeclaredField("mViews");
      views.setAccessible(true);
      return new ArrayList<>((List<View>) views.get(type.getMethod("getInstance").invoke(null)));
    } catch (ReflectiveOperationException changed) {
      throw new IllegalStateException(changed);
    }
  }

  private static int type(View window) {
    return window.getLayoutParams() instanceof WindowManager.LayoutParams params ? params.type : -1;
  }

  /** Returns the tree and the picture, as PNG. */
  Map<String, Object> describe() {
    List<Object> described = new ArrayList<>();
    for (View window : windows) {
      List<Map<String, Object>> nodes = new ArrayList<>();
      collect(window, 0, nodes);
      described.add(Map.of("type", type(window), "nodes", nodes));
    }
    Map<String, Object> screen = new HashMap<>();
    screen.put("activity", top);
    screen.put("windows", described);
    screen.put("png", windows.isEmpty() ? null : draw());
    return screen;
  }

  private static void collect(View view, int depth, List<Map<String, Object>> nodes) {
    if (view.getVisibility() != View.VISIBLE || nodes.size() >= MAX_NODES || depth > MAX_DEPTH) {
      return;
    }
    int[] corner = new int[2];
    view.getLocationInWindow(corner);
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("depth", depth);
    node.put("class", view.getClass().getName());
    if (view instanceof TextView text) {
      node.put("text", String.valueOf(text.getText()));
    }
    node.put("bounds", List.of(corner[0], corner[1], corner[0] + view.getWidth(), corner[1] + view.getHeight()));
    node.put("clickable", view.isClickable() || view.hasOnClickListeners());
    if (view instanceof Checkable box) {
      node.put("checked", box.isChecked());
    }
    nodes.add(node);
    AccessibilityNodeProvider drawn =
        view.getClass().getName().startsWith("android.") ? null : view.getAccessibilityNodeProvider();
    if (drawn != null) {
      collectDrawn(drawn, AccessibilityNodeProvider.HOST_VIEW_ID, depth + 1, nodes);
    }
    if (view instanceof ViewGroup group) {
      for (int i = 0; i < group.getChildCount(); i++) {
        collect(group.getChildAt(i), depth + 1, nodes);
      }
    }
  }

  /** What a view draws itself, such as all of Compose, it shows to accessibility services. */
  private static void collectDrawn(
      AccessibilityNodeProvider provider, int id, int depth, List<Map<String, Object>> nodes) {
    AccessibilityNodeInfo info =
        depth > MAX_DEPTH || nodes.size() >= MAX_NODES ? null : provider.createAccessibilityNodeInfo(id);
    if (info == null) {
      return;
    }
    Rect bounds = new Rect();
    info.getBoundsInScreen(bounds);
    CharSequence text = info.getText() != null ? info.getText() : info.getContentDescription();
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("depth", depth);
    node.put("class", String.valueOf(info.getClassName()));
    node.put("drawn", true);
    if (text != null) {
      node.put("text", text.toString());
    }
    node.put("bounds", List.of(bounds.left, bounds.top, bounds.right, bounds.bottom));
    node.put("clickable", info.isClickable());
    if (info.isCheckable()) {
      node.put("checked", info.isChecked());
    }
    nodes.add(node);
    for (int i = 0; i < info.getChildCount(); i++) {
      collectDrawn(
          provider, AccessibilityNodeInfo.getVirtualDescendantId(info.getChildId(i)), depth + 1, nodes);
    }
  }

  private byte[] draw() {
    Bitmap picture = Bitmap.createBitmap(WIDTH, HEIGHT, Bitmap.Config.ARGB_8888);
    Canvas canvas = new Canvas(picture);
    canvas.drawColor(Color.WHITE);
    boolean first = true;
    for (View window : windows) {
      if (window.getWidth() == 0 || window.getHeight() == 0) {
        window.measure(
            View.MeasureSpec.makeMeasureSpec(WIDTH, View.MeasureSpec.AT_MOST),
            View.MeasureSpec.makeMeasureSpec(HEIGHT, View.MeasureSpec.AT_MOST));
        window.layout(0, 0, window.getMeasuredWidth(), window.getMeasuredHeight());
      }
      canvas.save();
      if (!first && (window.getWidth() < WIDTH || window.getHeight() < HEIGHT)) {
        canvas.drawColor(DIM);
        canvas.translate((WIDTH - window.getWidth()) / 2f, (HEIGHT - window.getHeight()) / 2f);
      }
      window.draw(canvas);
      canvas.restore();
      first = false;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    picture.compress(Bitmap.CompressFormat.PNG, 90, out);
    return out.toByteArray();
  }
}
