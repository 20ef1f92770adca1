package apkfarm.sandbox.app;

import android.content.Intent;
import android.net.Uri;
import java.util.Set;

/** What the phone itself says to every app, with what it would say beside it. */
final class Broadcasts {
  private static final Set<String> OF_PACKAGES =
      Set.of(Intent.ACTION_PACKAGE_ADDED, Intent.ACTION_PACKAGE_REMOVED, Intent.ACTION_PACKAGE_REPLACED);

  private Broadcasts() {}

  static Intent of(String action) {
    Intent intent = new Intent(action);
    if (OF_PACKAGES.contains(action)) {
      intent.setData(Uri.parse("package:com.example.neighbour"));
    }
    switch (action) {
      case "android.intent.action.NEW_OUTGOING_CALL" -> intent.putExtra(Intent.EXTRA_PHONE_NUMBER, "10086");
      case "android.intent.action.PHONE_STATE" ->
          intent.putExtra("state", "RINGING").putExtra("incoming_number", "10086");
      case "android.intent.action.AIRPLANE_MODE" -> intent.putExtra("state", false);
      case "android.net.conn.CONNECTIVITY_CHANGE" -> intent.putExtra("noConnectivity", false);
      default -> {
        // Says nothing more.
      }
    }
    return intent;
  }
}
