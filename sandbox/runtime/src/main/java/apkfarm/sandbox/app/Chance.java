package apkfarm.sandbox.app;

import java.lang.reflect.Field;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Chance that is the same in every run; app code gets it in place of Java's own. What is secret by cryptography stays so. */
public final class Chance {
  private static final long SEED = 0x5DEECE66DL;
  private static final AtomicLong NEXT = new AtomicLong(SEED);
  private static final Random SHARED = new Random(SEED);

  private Chance() {}

  /** Seed of the next {@link Random} that is made without one. */
  public static long seed() {
    return NEXT.getAndAdd(0x9E3779B9L);
  }

  /** Stands in for {@link Math#random()}. */
  public static double random() {
    return SHARED.nextDouble();
  }

  /** Stands in for {@link UUID#randomUUID()}: version 4, as that makes them. */
  public static UUID randomUUID() {
    long high = SHARED.nextLong() & ~0xF000L | 0x4000L;
    long low = SHARED.nextLong() & ~(3L << 62) | 2L << 62;
    return new UUID(high, low);
  }

  /** Lets the numbers of {@link ThreadLocalRandom} begin anew, on this thread and on those that come. */
  static void begin() {
    try {
      ThreadLocalRandom.current();
      Field seeder = ThreadLocalRandom.class.getDeclaredField("seeder");
      seeder.setAccessible(true);
      ((AtomicLong) seeder.get(null)).set(SEED);
      Field own = Thread.class.getDeclaredField("threadLocalRandomSeed");
      own.setAccessible(true);
      own.setLong(Thread.currentThread(), SEED);
    } catch (ReflectiveOperationException | RuntimeException renamed) {
      return; // Another Java: the numbers differ from run to run.
    }
  }
}
