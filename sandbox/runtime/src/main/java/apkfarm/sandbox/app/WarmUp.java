package apkfarm.sandbox.app;

import android.app.Activity;
import android.app.AlertDialog;
import android.view.ViewGroup;
import android.widget.ArrayAdapter;
import android.widget.Button;
import android.widget.CheckBox;
import android.widget.EditText;
import android.widget.ImageView;
import android.widget.LinearLayout;
import android.widget.ListView;
import android.widget.TextView;
import java.util.List;
import org.robolectric.Robolectric;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.shadows.ShadowLooper;

/** A screen of the framework's own views with a dialog, opened, drawn and closed before there is an app. */
public final class WarmUp {
  private WarmUp() {}

  /** Called on the main thread, in an application that is thrown away afterwards. */
  public static void run() {
    ActivityController<Activity> controller = Robolectric.buildActivity(Activity.class).create();
    Activity activity = controller.get();
    LinearLayout page = new LinearLayout(activity);
    page.setOrientation(LinearLayout.VERTICAL);
    TextView text = new TextView(activity);
    text.setText("隐私政策 Privacy");
    Button button = new Button(activity);
    button.setText("同意");
    ListView list = new ListView(activity);
    list.setAdapter(new ArrayAdapter<>(activity, android.R.layout.simple_list_item_1, List.of("一", "二")));
    for (var view : List.of(text, button, new EditText(activity), new CheckBox(activity), new ImageView(activity), list)) {
      page.addView(view, new LinearLayout.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.WRAP_CONTENT));
    }
    activity.setContentView(page);
    controller.start().postCreate(null).resume().visible().windowFocusChanged(true);
    AlertDialog dialog = new AlertDialog.Builder(activity).setTitle("提示").setMessage("…").setPositiveButton("好", null).show();
    ShadowLooper.idleMainLooper();
    Screen.of(activity).describe(true);
    dialog.dismiss();
    controller.pause().stop().destroy();
    ShadowLooper.idleMainLooper();
  }
}
