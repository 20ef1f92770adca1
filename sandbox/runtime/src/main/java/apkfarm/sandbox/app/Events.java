package apkfarm.sandbox.app;

import apkfarm.sandbox.host.Wire;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells the worker what the app has done, with the way to it; the same thing from the same place a bounded number of times. */
final class Events {
  private static final int MAX_REPEATS = 50;
  private static final int MAX_PLACES = 50_000;
  private static final Map<String, Integer> SEEN = new HashMap<>();

  private Events() {}

  /**
   * What is told beside the operation and its arguments.
   *
   * @param through the reflective member by which the operation was reached; null if it was called directly
   * @param granted whether the app holds the permissions of the call; null if it needs none
   * @param canary kinds of the planted values that leave the app with the call
   */
  record Details(String through, Boolean granted, List<String> canary) {
    static final Details NONE = new Details(null, null, List.of());
  }

  /** Counts anew, since something is done to the app now: what it repeats after that must not go untold. */
  static void countAnew() {
    synchronized (SEEN) {
      SEEN.clear();
    }
  }

  static void tell(String kind, String op, List<String> arguments, Details details) {
    List<String> stack = Stacks.here();
    String key = op + arguments + details.granted() + (stack.isEmpty() ? "" : stack.get(0));
    synchronized (SEEN) {
      if (SEEN.size() > MAX_PLACES || SEEN.merge(key, 1, Integer::sum) > MAX_REPEATS) {
        return;
      }
    }
    Map<String, Object> event = new HashMap<>();
    event.put("kind", kind);
    event.put("op", op);
    event.put("args", arguments);
    event.put("stack", stack);
    event.put("sim_ms", Session.get().simulated());
    event.put("thread", Session.get().isMain() ? "main" : Stacks.name(Thread.currentThread()));
    event.put("granted", details.granted());
    event.put("canary", details.canary());
    if (details.through() != null) {
      event.put("through", details.through());
    }
    Wire.event(event);
  }
}
