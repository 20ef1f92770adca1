package apkfarm.sandbox.app;

import android.app.Activity;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Color;
import android.graphics.Rect;
import android.text.Spanned;
import android.text.style.ClickableSpan;
import android.view.Menu;
import android.view.MenuItem;
import android.view.View;
import android.view.ViewGroup;
import android.view.Window;
import android.view.WindowManager;
import android.view.accessibility.AccessibilityNodeInfo;
import android.view.accessibility.AccessibilityNodeProvider;
import android.webkit.WebView;
import android.widget.AbsListView;
import android.widget.AdapterView;
import android.widget.Button;
import android.widget.Checkable;
import android.widget.CompoundButton;
import android.widget.EditText;
import android.widget.TextView;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** What a user would see now: the windows from back to front, as a tree and as a picture. */
final class Screen {
  private static final int WIDTH = 1233;
  private static final int HEIGHT = 2673;
  private static final int MAX_NODES = 800;
  private static final int MAX_DEPTH = 60;
  private static final int DIM = 0x66000000;

  private static final int SCALE = 2;
  private static final int BASE = WindowManager.LayoutParams.TYPE_BASE_APPLICATION;
  private static final int TYPE_DIALOG = WindowManager.LayoutParams.TYPE_APPLICATION;
  private static final Map<Activity, Menu> MENUS = new WeakHashMap<>();

  private final List<View> windows;
  private final Activity shown;
  private final List<Gestures.Target> targets = new ArrayList<>();

  private Screen(List<View> windows, Activity shown) {
    this.windows = windows;
    this.shown = shown;
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
    return new Screen(windows, shown);
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

  /** Returns the tree and, if it is wanted, the picture as PNG. */
  Map<String, Object> describe(boolean picture) {
    List<Object> described = new ArrayList<>();
    for (View window : windows) {
      layOut(window);
      List<Map<String, Object>> nodes = new ArrayList<>();
      int[] corner = corner(window);
      collect(window, 0, corner, nodes);
      if (window == windows.get(windows.size() - 1) && shown != null && type(window) == BASE) {
        menu(nodes);
      }
      described.add(Map.of("type", type(window), "nodes", nodes));
    }
    Map<String, Object> screen = new HashMap<>();
    screen.put("activity", shown == null ? "" : shown.getClass().getName());
    screen.put("windows", described);
    screen.put("png", windows.isEmpty() || !picture ? null : draw());
    return screen;
  }

  /** What can be done to the node with this number. */
  Gestures.Target target(int number) {
    return number >= 0 && number < targets.size() ? targets.get(number) : null;
  }

  /** The window that gets the keys. */
  View front() {
    return windows.isEmpty() ? null : windows.get(windows.size() - 1);
  }

  boolean isDialog(View window) {
    return type(window) != BASE;
  }

  private Map<String, Object> node(int depth, String name, Rect bounds, Gestures.Target target) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("n", targets.size());
    targets.add(target);
    node.put("depth", depth);
    node.put("class", name);
    node.put("bounds", List.of(bounds.left, bounds.top, bounds.right, bounds.bottom));
    return node;
  }

  private void collect(View view, int depth, int[] origin, List<Map<String, Object>> nodes) {
    if (view.getVisibility() != View.VISIBLE || nodes.size() >= MAX_NODES || depth > MAX_DEPTH) {
      return;
    }
    int[] corner = new int[2];
    view.getLocationInWindow(corner);
    Rect bounds = new Rect(0, 0, view.getWidth(), view.getHeight());
    bounds.offset(origin[0] + corner[0], origin[1] + corner[1]);
    Map<String, Object> node = node(depth, view.getClass().getName(), bounds, new Gestures.OfView(view));
    describe(view, node);
    nodes.add(node);
    if (view instanceof TextView text && text.getText() instanceof Spanned spanned) {
      for (ClickableSpan link : spanned.getSpans(0, spanned.length(), ClickableSpan.class)) {
        Map<String, Object> part = node(depth + 1, link.getClass().getName(), bounds, new Gestures.OfLink(text, link));
        part.put("text", spanned.subSequence(spanned.getSpanStart(link), spanned.getSpanEnd(link)).toString());
        part.put("clickable", true);
        nodes.add(part);
      }
    }
    AccessibilityNodeProvider drawn =
        view.getClass().getName().startsWith("android.") ? null : view.getAccessibilityNodeProvider();
    if (drawn != null) {
      collectDrawn(view, drawn, AccessibilityNodeProvider.HOST_VIEW_ID, depth + 1, origin, nodes);
    }
    if (view instanceof ViewGroup group) {
      for (int i = 0; i < group.getChildCount(); i++) {
        collect(group.getChildAt(i), depth + 1, origin, nodes);
      }
    }
  }

  private static void describe(View view, Map<String, Object> node) {
    if (view.getId() > 0 && view.getResources() != null) {
      try {
        node.put("id", view.getResources().getResourceEntryName(view.getId()));
      } catch (RuntimeException madeAtRunTime) {
        // An id without a name.
      }
    }
    if (view instanceof TextView text) {
      node.put("text", String.valueOf(text.getText()));
      node.put("hint", text.getHint() == null ? "" : text.getHint().toString());
    } else if (view.getContentDescription() != null) {
      node.put("text", view.getContentDescription().toString());
    }
    boolean row = view.getParent() instanceof AdapterView<?> list && list.getOnItemClickListener() != null;
    boolean touched = view.isClickable() || view.hasOnClickListeners() || view.isLongClickable();
    node.put("clickable", row || touched && !(view instanceof AbsListView));
    node.put("enabled", view.isEnabled());
    node.put("scrollable", view.canScrollVertically(1) || view.canScrollHorizontally(1));
    node.put("web", view instanceof WebView);
    if (view instanceof Checkable box && isBox(view)) {
      node.put("checked", box.isChecked());
    }
    if (view instanceof EditText field) {
      node.put("editable", true);
      node.put("password", isPassword(field));
    }
  }

  /** Each button of Material's dialogs can be checked in principle; it tells the accessibility services if it can now. */
  private static boolean isBox(View view) {
    if (!(view instanceof Button) || view instanceof CompoundButton) {
      return true;
    }
    try {
      return view.createAccessibilityNodeInfo().isCheckable();
    } catch (RuntimeException ownToItself) {
      return false;
    }
  }

  private static boolean isPassword(EditText field) {
    int variation = field.getInputType() & 0xfff;
    return field.getTransformationMethod() instanceof android.text.method.PasswordTransformationMethod
        || variation == 0x81 || variation == 0x91 || variation == 0xe1 || variation == 0x12;
  }

  /** What a view draws itself, such as all of Compose, it shows to accessibility services. */
  private void collectDrawn(
      View host, AccessibilityNodeProvider provider, int id, int depth, int[] origin, List<Map<String, Object>> nodes) {
    AccessibilityNodeInfo info =
        depth > MAX_DEPTH || nodes.size() >= MAX_NODES ? null : provider.createAccessibilityNodeInfo(id);
    if (info == null) {
      return;
    }
    Rect bounds = new Rect();
    info.getBoundsInScreen(bounds);
    int[] corner = new int[2];
    host.getLocationInWindow(corner);
    Gestures.Target target =
        new Gestures.OfDrawn(host, provider, id, bounds.exactCenterX() - corner[0], bounds.exactCenterY() - corner[1]);
    bounds.offset(origin[0], origin[1]);
    CharSequence text = info.getText() != null ? info.getText() : info.getContentDescription();
    Map<String, Object> node = node(depth, String.valueOf(info.getClassName()), bounds, target);
    node.put("drawn", true);
    node.put("text", text == null ? "" : text.toString());
    node.put("hint", info.getHintText() == null ? "" : info.getHintText().toString());
    node.put("id", info.getViewIdResourceName() == null ? "" : info.getViewIdResourceName());
    node.put("clickable", info.isClickable());
    node.put("enabled", info.isEnabled());
    node.put("editable", info.isEditable());
    node.put("password", info.isPassword());
    node.put("scrollable", info.isScrollable());
    if (info.isCheckable()) {
      node.put("checked", info.isChecked());
    }
    nodes.add(node);
    for (int i = 0; i < info.getChildCount(); i++) {
      int child = AccessibilityNodeInfo.getVirtualDescendantId(info.getChildId(i));
      collectDrawn(host, provider, child, depth + 1, origin, nodes);
    }
  }

  /** The options menu is behind a key or three dots: its items are shown as if it were open. */
  private void menu(List<Map<String, Object>> nodes) {
    Menu menu = MENUS.computeIfAbsent(shown, Screen::menuOf);
    for (int i = 0; i < Math.min(menu.size(), 50); i++) {
      MenuItem item = menu.getItem(i);
      if (item.isVisible() && item.isEnabled()) {
        Map<String, Object> node = node(1, MenuItem.class.getName(), new Rect(), new Gestures.OfMenu(shown, item));
        node.put("text", String.valueOf(item.getTitle()));
        node.put("clickable", true);
        nodes.add(node);
      }
    }
  }

  private static Menu menuOf(Activity activity) {
    Menu menu = new com.android.internal.view.menu.MenuBuilder(activity);
    try {
      activity.onCreatePanelMenu(Window.FEATURE_OPTIONS_PANEL, menu);
    } catch (RuntimeException ofTheApp) {
      menu.clear(); // The framework's own attempt has told it already, if it was made.
    }
    return menu;
  }

  /** A window that is gone meanwhile has no root any more, and Android would not lay it out. */
  private static void layOut(View window) {
    if (window.getViewRootImpl() != null && (window.getWidth() == 0 || window.getHeight() == 0)) {
      window.measure(
          View.MeasureSpec.makeMeasureSpec(WIDTH, View.MeasureSpec.AT_MOST),
          View.MeasureSpec.makeMeasureSpec(HEIGHT, View.MeasureSpec.AT_MOST));
      window.layout(0, 0, window.getMeasuredWidth(), window.getMeasuredHeight());
    }
  }

  /** Where a window stands: an activity fills the screen, everything else is in the middle of it. */
  private static int[] corner(View window) {
    boolean base = type(window) == BASE;
    return base ? new int[2] : new int[] {(WIDTH - window.getWidth()) / 2, (HEIGHT - window.getHeight()) / 2};
  }

  private byte[] draw() {
    Bitmap picture = Bitmap.createBitmap(WIDTH / SCALE, HEIGHT / SCALE, Bitmap.Config.ARGB_8888);
    Canvas canvas = new Canvas(picture);
    canvas.drawColor(Color.WHITE);
    canvas.scale(1f / SCALE, 1f / SCALE);
    for (View window : windows) {
      int[] corner = corner(window);
      if (type(window) == TYPE_DIALOG) {
        canvas.drawColor(DIM);
      }
      canvas.save();
      canvas.translate(corner[0], corner[1]);
      window.draw(canvas);
      canvas.restore();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    picture.compress(Bitmap.CompressFormat.PNG, 90, out);
    picture.recycle();
    return out.toByteArray();
  }
}
