package apkfarm.sandbox.app;

import java.lang.reflect.Field;
import java.util.Date;
import java.util.TimerTask;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.Delayed;
import java.util.concurrent.locks.LockSupport;

/** Java's own timers, which know real time only, made to run by simulated time; app code gets these in their place. */
public final class Timers {
  private static final long MAX_PARK_NANOS = 2_000_000;

  private Timers() {}

  /** Stands in for {@link LockSupport#parkNanos(long)}: callers look at the clock again, which has moved meanwhile. */
  public static void parkNanos(long nanos) {
    parkNanos(null, nanos);
  }

  /** Stands in for {@link LockSupport#parkNanos(Object, long)}. */
  public static void parkNanos(Object blocker, long nanos) {
    try {
      Session.get().parkUntil(
          Pace.now() + nanos / 1_000_000, () -> LockSupport.parkNanos(blocker, Math.min(nanos, MAX_PARK_NANOS)));
    } catch (InterruptedException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Stands in for {@link Executors#newScheduledThreadPool(int)}. */
  public static ScheduledExecutorService newScheduledThreadPool(int threads) {
    return new Pool(threads);
  }

  /** Stands in for {@link Executors#newScheduledThreadPool(int, ThreadFactory)}. */
  public static ScheduledExecutorService newScheduledThreadPool(int threads, ThreadFactory factory) {
    return new Pool(threads, factory);
  }

  /** Stands in for {@link Executors#newSingleThreadScheduledExecutor()}. */
  public static ScheduledExecutorService newSingleThreadScheduledExecutor() {
    return new Pool(1);
  }

  /** Stands in for {@link Executors#newSingleThreadScheduledExecutor(ThreadFactory)}. */
  public static ScheduledExecutorService newSingleThreadScheduledExecutor(ThreadFactory factory) {
    return new Pool(1, factory);
  }

  /** Runs {@code step} when simulated time has come, and again while it says how long to wait. */
  private static void after(long millis, String name, Callable<Long> step) {
    Thread waiter = new Thread(() -> {
      try {
        for (Long next = millis; next != null; next = step.call()) {
          Session.get().sleep(next);
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      } catch (Exception ofTheApp) {
        throw new IllegalStateException(ofTheApp);
      }
    }, name);
    waiter.setDaemon(true);
    waiter.start();
  }

  /** A timer of the app. */
  public static class Timer extends java.util.Timer {
    private volatile boolean cancelled;

    /** As {@link java.util.Timer#Timer()}. */
    public Timer() {
      super(true);
    }

    /** As {@link java.util.Timer#Timer(boolean)}. */
    public Timer(boolean daemon) {
      super(true);
    }

    /** As {@link java.util.Timer#Timer(String)}. */
    public Timer(String name) {
      super(name, true);
    }

    /** As {@link java.util.Timer#Timer(String, boolean)}. */
    public Timer(String name, boolean daemon) {
      super(name, true);
    }

    private void plan(TimerTask task, long delay, long period) {
      if (delay < 0 || period < 0) {
        throw new IllegalArgumentException("Negative delay.");
      }
      if (cancelled) {
        throw new IllegalStateException("Timer already cancelled.");
      }
      after(delay, "Timer", () -> {
        if (cancelled || isCancelled(task)) {
          return null;
        }
        task.run();
        return period > 0 ? period : null;
      });
    }

    private static boolean isCancelled(TimerTask task) throws ReflectiveOperationException {
      Field state = TimerTask.class.getDeclaredField("state");
      state.setAccessible(true);
      return state.getInt(task) == 3;
    }

    @Override
    public void schedule(TimerTask task, long delay) {
      plan(task, delay, 0);
    }

    @Override
    public void schedule(TimerTask task, Date time) {
      plan(task, Math.max(0, time.getTime() - Time.now()), 0);
    }

    @Override
    public void schedule(TimerTask task, long delay, long period) {
      plan(task, delay, period);
    }

    @Override
    public void schedule(TimerTask task, Date first, long period) {
      plan(task, Math.max(0, first.getTime() - Time.now()), period);
    }

    @Override
    public void scheduleAtFixedRate(TimerTask task, long delay, long period) {
      plan(task, delay, period);
    }

    @Override
    public void scheduleAtFixedRate(TimerTask task, Date first, long period) {
      plan(task, Math.max(0, first.getTime() - Time.now()), period);
    }

    @Override
    public void cancel() {
      cancelled = true;
      super.cancel();
    }
  }

  /** A pool of the app that runs things later. */
  public static class Pool extends ScheduledThreadPoolExecutor {
    /** As {@link ScheduledThreadPoolExecutor#ScheduledThreadPoolExecutor(int)}. */
    public Pool(int threads) {
      super(threads);
    }

    /** As {@link ScheduledThreadPoolExecutor#ScheduledThreadPoolExecutor(int, ThreadFactory)}. */
    public Pool(int threads, ThreadFactory factory) {
      super(threads, factory);
    }

    /** As {@link ScheduledThreadPoolExecutor#ScheduledThreadPoolExecutor(int, RejectedExecutionHandler)}. */
    public Pool(int threads, RejectedExecutionHandler handler) {
      super(threads, handler);
    }

    /** As {@link ScheduledThreadPoolExecutor#ScheduledThreadPoolExecutor(int, ThreadFactory, RejectedExecutionHandler)}. */
    public Pool(int threads, ThreadFactory factory, RejectedExecutionHandler handler) {
      super(threads, factory, handler);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      return delay <= 0 ? super.schedule(task, 0, unit) : later(Executors.callable(task), unit.toMillis(delay), 0);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
      return delay <= 0 ? super.schedule(task, 0, unit) : later(task, unit.toMillis(delay), 0);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long delay, long period, TimeUnit unit) {
      return later(Executors.callable(task), unit.toMillis(delay), Math.max(1, unit.toMillis(period)));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long delay, long period, TimeUnit unit) {
      return later(Executors.callable(task), unit.toMillis(delay), Math.max(1, unit.toMillis(period)));
    }

    private <V> ScheduledFuture<V> later(Callable<V> task, long delay, long period) {
      Due<V> due = new Due<>(task, delay, period);
      after(delay, "Pool", () -> {
        if (due.isDone() || isShutdown()) {
          return null;
        }
        super.schedule(due, 0, TimeUnit.MILLISECONDS);
        return period > 0 ? period : null;
      });
      return due;
    }
  }

  private static final class Due<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {
    private final long at;
    private final long period;

    Due(Callable<V> task, long delay, long period) {
      super(task);
      this.at = Pace.now() + delay;
      this.period = period;
    }

    @Override
    public void run() {
      if (period > 0) {
        runAndReset();
      } else {
        super.run();
      }
    }

    @Override
    public boolean isPeriodic() {
      return period > 0;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(at - Pace.now(), TimeUnit.MILLISECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.MILLISECONDS), other.getDelay(TimeUnit.MILLISECONDS));
    }
  }
}
