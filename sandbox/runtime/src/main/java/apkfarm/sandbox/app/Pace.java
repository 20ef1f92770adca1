package apkfarm.sandbox.app;

import android.os.Looper;
import android.os.SystemClock;
import apkfarm.sandbox.host.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.LockSupport;
import org.robolectric.shadow.api.Shadow;
import org.robolectric.shadows.ShadowLooper;
import org.robolectric.shadows.ShadowSystemClock;

/** Simulated time: jumps from one thing that is due to the next, and lets the app's own threads keep up. */
final class Pace {
  /** Threads of which nobody knows what they wait for get their turns at least this often. */
  private static final long STEP_MS = 5_000;
  /** Turns of the main thread in one simulated second; an animation takes 60, an endless loop all of them. */
  private static final int TURNS_PER_SECOND = 400;
  /** How far apart in real time busy threads are looked at. */
  private static final long LOOK_NANOS = 200_000;
  /** How often they are in one command: two seconds. */
  private static final int PATIENCE = 8_000;
  /** How often no thread must be seen to work before all are taken to wait. */
  private static final int CALM = 2;
  /** The same after something that a thread has waited for: the machine may be slow to wake it. */
  private static final int CALM_AFTER_WAKING = 50;
  /** After so many looks at a thread that never waits nobody waits for it: it spins. */
  private static final int SPIN = 4_000;
  /** Thirty years: who sleeps for ever must not wake at once because a sum is too large. */
  private static final long FOREVER_MS = 1_000_000_000_000L;
  /** About three seconds of real time. */
  private static final int MAX_REFUSALS = 200;
  /**
   * How much simulated time may pass in one command while the main thread waits for another one: somewhat more than
   * Android waits before it says that an app does not respond.
   */
  private static final long HELD_MS = 20_000;
  /** How often answers of the network are waited for in one run: 15 seconds of real time. */
  private static final int NETWORK_PATIENCE = 75_000;

  private final Thread main = Thread.currentThread();
  private final Set<Thread> own = new HashSet<>(threads());
  private final Map<Thread, Integer> busy = new WeakHashMap<>();
  private final List<long[]> wakings = new ArrayList<>();
  private int patience;
  /** How often in turn a working thread has kept the clock from moving; one that spins does not for ever. */
  private int refusals;
  /** What of {@link #HELD_MS} is left in this command. */
  private long held;
  private int networkPatience = NETWORK_PATIENCE;
  private volatile int calmLooks = CALM;
  private volatile boolean waiting;
  private volatile boolean working;

  static long now() {
    return SystemClock.uptimeMillis();
  }

  boolean isMain() {
    return Thread.currentThread() == main;
  }

  /** Says whether a command is being obeyed: only then may the app's code hold the main thread. */
  void working(boolean now) {
    working = now;
    patience = PATIENCE;
    held = HELD_MS;
  }

  /**
   * Lets time pass.
   *
   * @param settle called after every step: what the app has asked for is started
   */
  void idle(long millis, Session session, Runnable settle) {
    long end = now() + millis;
    long second = now() / 1_000;
    int turns = TURNS_PER_SECOND;
    while (!session.hasExited()) {
      Frames.allow();
      settle.run();
      if (now() / 1_000 != second) {
        second = now() / 1_000;
        turns = TURNS_PER_SECOND;
      }
      if (now() > end) {
        return; // A frame moves the clock itself: an endless animation would go on for ever.
      }
      if (turns > 0 && next(looper()) <= now()) {
        turns--;
        session.quietly("main looper", "message", () -> looper().runOneTask());
        continue;
      }
      boolean threads = settleThreads();
      if (turns > 0 && next(looper()) <= now()) {
        continue;
      }
      if (now() >= end) {
        return;
      }
      long to = Math.min(end, threads ? Math.min(now() + STEP_MS, threadsNext()) : end);
      long due = Math.min(next(looper()), Frames.next());
      advance(Math.max(1, Math.min(to, turns > 0 ? due : (second + 1) * 1_000) - now()));
    }
  }

  /** Says that a thread may have been woken: until the machine runs it, it looks as if it waited. */
  void wakes() {
    calmLooks = CALM_AFTER_WAKING;
  }

  /** Lets the app's threads do what they can do now, within bounds. */
  void catchUp() {
    settleThreads();
  }

  /** Returns when a thread's next message is due; never, if there is none. */
  private static long next(ShadowLooper looper) {
    Duration due = looper.getNextScheduledTaskTime();
    return due.isZero() ? Long.MAX_VALUE : due.toMillis();
  }

  /** Returns when the first of the other threads wants to go on. */
  private long threadsNext() {
    long first = Long.MAX_VALUE;
    for (Looper looper : ShadowLooper.getAllLoopers()) {
      long due = looper == Looper.getMainLooper() ? Long.MAX_VALUE : next(Shadow.extract(looper));
      first = due > now() ? Math.min(first, due) : first;
    }
    synchronized (wakings) {
      for (long[] waking : wakings) {
        first = waking[0] > now() ? Math.min(first, waking[0]) : first;
      }
    }
    return first;
  }

  /** Notes that a thread waits for a moment of simulated time, while {@code wait} runs. */
  void until(long moment, Wait wait) throws InterruptedException {
    long[] waking = {moment};
    synchronized (wakings) {
      wakings.add(waking);
    }
    try {
      wait.run();
    } finally {
      synchronized (wakings) {
        wakings.removeIf(item -> item == waking);
      }
    }
  }

  /** How a thread waits. */
  interface Wait {
    void run() throws InterruptedException;
  }

  private static ShadowLooper looper() {
    return Shadow.extract(Looper.getMainLooper());
  }

  private synchronized void advance(long millis) {
    ShadowSystemClock.advanceBy(Duration.ofMillis(millis));
    notifyAll();
  }

  /** Waits until the app's threads wait themselves, within bounds; returns whether it has any. */
  private boolean settleThreads() {
    int calm = 0;
    int enough = calmLooks;
    boolean any = false;
    calmLooks = CALM;
    waiting = true;
    try {
      while (calm < enough && (patience > 0 || isAnswering())) {
        boolean works = false;
        any = false;
        for (Thread thread : threads()) {
          if (!own.contains(thread)) {
            any = true;
            works |= works(thread);
          }
        }
        if (!any) {
          return false;
        }
        calm = works || isAnswering() ? 0 : calm + 1;
        patience--;
        pause();
      }
      return any;
    } finally {
      waiting = false;
    }
  }

  /** Whether a thread does something that comes to an end. */
  private boolean works(Thread thread) {
    Thread.State state = thread.getState();
    boolean runs = state == Thread.State.RUNNABLE || state == Thread.State.BLOCKED;
    if (!runs || Network.isWaiting(thread)) {
      busy.remove(thread);
      return false;
    }
    return busy.merge(thread, 1, Integer::sum) < SPIN;
  }

  private boolean isAnswering() {
    return networkPatience > 0 && Network.isAnswering() && networkPatience-- > 0;
  }

  private static void pause() {
    Thread.interrupted(); // The app may interrupt whom it likes; the session goes on.
    LockSupport.parkNanos(LOOK_NANOS);
  }

  private static Set<Thread> threads() {
    ThreadGroup top = Thread.currentThread().getThreadGroup();
    while (top.getParent() != null) {
      top = top.getParent();
    }
    Thread[] all = new Thread[Math.max(64, top.activeCount() * 2)];
    int count = top.enumerate(all);
    Set<Thread> found = new HashSet<>();
    for (int i = 0; i < count; i++) {
      found.add(all[i]);
    }
    return found;
  }

  /**
   * Takes the place of {@code Thread.sleep}: the main thread moves the clock, others wait for it. If the main thread
   * itself waits for another thread, nobody would move the clock: then a sleeper does, no further than to whoever wakes
   * first.
   */
  void sleep(long millis) throws InterruptedException {
    if (isMain()) {
      advance(Math.max(0, millis));
      return;
    }
    long until = now() + Math.min(Math.max(0, millis), FOREVER_MS);
    until(until, () -> await(until));
  }

  private void await(long until) throws InterruptedException {
    int stuck = 0;
    synchronized (this) {
      while (now() < until) {
        wait(5);
        stuck = isHeld() ? stuck + 1 : 0;
        if (stuck > 2) {
          stuck = 0;
          moveOn();
        }
      }
    }
  }

  private boolean isHeld() {
    return working && !waiting && main.getState() != Thread.State.RUNNABLE;
  }

  /** Moves the clock to the next waking of any thread, unless one that works may still set the main thread free. */
  private void moveOn() {
    for (Thread thread : threads()) {
      boolean runs = thread.getState() == Thread.State.RUNNABLE && !Network.isWaiting(thread);
      if (runs && !own.contains(thread) && ++refusals < MAX_REFUSALS) {
        return;
      }
    }
    refusals = 0;
    long step = threadsNext() - now();
    if (step <= held && isHeld()) {
      held -= step;
      advance(step);
    }
  }
}
