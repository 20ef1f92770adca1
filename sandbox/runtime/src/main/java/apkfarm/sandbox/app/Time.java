package apkfarm.sandbox.app;

import android.os.SystemClock;

/** The app's clock: simulated time, the same in every run. */
final class Time {
  private static final long CLOCK = 1_767_225_600_000L; // 2026-01-01.

  private Time() {}

  /** Returns milliseconds since 1970 as the app sees them. */
  static long now() {
    return CLOCK + SystemClock.uptimeMillis();
  }

  static Object answer(String member, Object[] values) throws InterruptedException {
    switch (member) {
      case "java.lang.System.currentTimeMillis":
        return now();
      case "java.lang.System.nanoTime":
        return SystemClock.uptimeMillis() * 1_000_000L + System.nanoTime() % 1_000_000L;
      case "java.lang.Thread.sleep":
      case "android.os.SystemClock.sleep":
        Session.get().sleep((Long) values[0]);
        return null;
      default:
        return Hook.PROCEED;
    }
  }
}
