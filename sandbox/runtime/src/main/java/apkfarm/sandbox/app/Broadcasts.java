package apkfarm.sandbox.app;

import android.content.BroadcastReceiver;
import android.content.Intent;
import android.net.Uri;
import android.os.Bundle;
import java.lang.reflect.Method;
import java.util.Set;
import org.robolectric.shadows.ShadowBroadcastPendingResult;

/** What the phone itself says to every app, with what it would say beside it. */
final class Broadcasts {
  private static final Set<String> OF_PACKAGES =
      Set.of(Intent.ACTION_PACKAGE_ADDED, Intent.ACTION_PACKAGE_REMOVED, Intent.ACTION_PACKAGE_REPLACED);

  private Broadcasts() {}

  /** What the receivers of an ordered broadcast hand on to each other. */
  static final class Result {
    private int code;
    private String data;
    private Bundle extras;
    private boolean aborted;
    private final boolean ordered;

    private Result(int code, String data, Bundle extras, boolean ordered) {
      this.code = code;
      this.data = data;
      this.extras = extras == null ? new Bundle() : extras;
      this.ordered = ordered;
    }

    /** Of a broadcast that has none. */
    static Result none() {
      return new Result(0, "", null, false);
    }

    static Result of(int code, String data, Bundle extras) {
      return new Result(code, data, extras, true);
    }

    boolean isAborted() {
      return aborted;
    }

    void handTo(BroadcastReceiver receiver) throws ReflectiveOperationException {
      Method create = ShadowBroadcastPendingResult.class
          .getDeclaredMethod("create", int.class, String.class, Bundle.class, boolean.class);
      create.setAccessible(true);
      receiver.setPendingResult((BroadcastReceiver.PendingResult) create.invoke(null, code, data, extras, ordered));
    }

    void takeFrom(BroadcastReceiver receiver) {
      BroadcastReceiver.PendingResult result = receiver.getPendingResult();
      if (ordered && result != null) { // It may have taken it along, to answer later.
        code = result.getResultCode();
        data = result.getResultData();
        extras = result.getResultExtras(true);
        aborted = result.getAbortBroadcast();
      }
    }
  }

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
