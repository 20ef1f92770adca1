package apkfarm.sandbox.host;

import static org.junit.Assert.assertEquals;

import org.junit.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;

public final class StandInsTest {
  private static final String TIMERS = "apkfarm/sandbox/app/Timers";
  private static final String CLOCKS = "apkfarm/sandbox/app/Clocks";
  private static final String CHANCE = "apkfarm/sandbox/app/Chance";

  /** An app's own kinds of timers. */
  static class OwnTimer extends java.util.Timer {}

  /** What apps do with timers and threads. */
  static class App {
    static Object timer() {
      return new java.util.Timer("name");
    }

    static Object pool() {
      return java.util.concurrent.Executors.newScheduledThreadPool(2);
    }

    static Object threads() {
      return java.util.concurrent.Executors.newCachedThreadPool();
    }

    static void park() {
      java.util.concurrent.locks.LockSupport.parkNanos(5L);
    }

    static void cancel(java.util.Timer timer) {
      timer.cancel();
    }

    static Object date() {
      return new java.util.Date();
    }

    static Object datedOtherwise() {
      return new java.util.Date(7L);
    }

    static Object day(java.time.ZoneId zone) {
      return java.time.LocalDate.now(zone);
    }

    static Object moment() {
      return java.time.Instant.now();
    }

    static Object dice() {
      return new java.util.Random();
    }

    static Object id() {
      return java.util.UUID.randomUUID();
    }

    static Object calendar() {
      return java.util.Calendar.getInstance();
    }
  }

  private static byte[] changed(Class<?> type) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(Classes.of(type)).accept(new StandIns(writer), 0);
    return writer.toByteArray();
  }

  /** A timer is made as one that knows simulated time. */
  @Test
  public void timerIsReplaced() {
    assertEquals(
        "NEW " + TIMERS + "$Timer DUP INVOKESPECIAL " + TIMERS + "$Timer.<init> (Ljava/lang/String;)V ARETURN",
        Code.text(changed(App.class), "timer"));
  }

  /** A subclass of a timer has the one that knows simulated time as its superclass, and calls its constructor. */
  @Test
  public void subclassIsMovedBelowTheStandIn() {
    byte[] changed = changed(OwnTimer.class);
    assertEquals(TIMERS + "$Timer", new ClassReader(changed).getSuperName());
    assertEquals("ALOAD 0 INVOKESPECIAL " + TIMERS + "$Timer.<init> ()V RETURN", Code.text(changed, "<init>"));
  }

  /** A scheduled pool is made by the stand-in; its type stays, so that the caller need not be changed. */
  @Test
  public void scheduledPoolIsReplaced() {
    assertEquals(
        "ICONST_2 INVOKESTATIC " + TIMERS + ".newScheduledThreadPool (I)Ljava/util/concurrent/ScheduledExecutorService; ARETURN",
        Code.text(changed(App.class), "pool"));
  }

  /** A thread that parks for some time does so by simulated time. */
  @Test
  public void parkIsReplaced() {
    assertEquals("INVOKESTATIC " + TIMERS + ".parkNanos (J)V RETURN", Code.text(changed(App.class), "park"));
  }

  /** A date of now is one of simulated time; a date that is given is left as it is. */
  @Test
  public void dateOfNowIsReplaced() {
    byte[] changed = changed(App.class);
    assertEquals(
        "NEW java/util/Date DUP INVOKESTATIC " + CLOCKS + ".now ()J INVOKESPECIAL java/util/Date.<init> (J)V ARETURN",
        Code.text(changed, "date"));
    assertEquals(Code.text(Classes.of(App.class), "datedOtherwise"), Code.text(changed, "datedOtherwise"));
  }

  /** What asks for now gets a clock of simulated time, in the zone that it names. */
  @Test
  public void clocksAreReplaced() {
    byte[] changed = changed(App.class);
    assertEquals(
        "ALOAD 0 INVOKESTATIC " + CLOCKS + ".system (Ljava/time/ZoneId;)Ljava/time/Clock; "
            + "INVOKESTATIC java/time/LocalDate.now (Ljava/time/Clock;)Ljava/time/LocalDate; ARETURN",
        Code.text(changed, "day"));
    assertEquals(
        "INVOKESTATIC " + CLOCKS + ".systemDefaultZone ()Ljava/time/Clock; "
            + "INVOKESTATIC java/time/Instant.now (Ljava/time/Clock;)Ljava/time/Instant; ARETURN",
        Code.text(changed, "moment"));
    assertEquals(
        "INVOKESTATIC " + CLOCKS + ".getInstance ()Ljava/util/Calendar; ARETURN", Code.text(changed, "calendar"));
  }

  /** Chance without a seed gets one, and what is made by chance is made by the stand-in. */
  @Test
  public void chanceIsReplaced() {
    byte[] changed = changed(App.class);
    assertEquals(
        "NEW java/util/Random DUP INVOKESTATIC " + CHANCE + ".seed ()J INVOKESPECIAL java/util/Random.<init> (J)V ARETURN",
        Code.text(changed, "dice"));
    assertEquals("INVOKESTATIC " + CHANCE + ".randomUUID ()Ljava/util/UUID; ARETURN", Code.text(changed, "id"));
  }

  /** Pools without a clock, and calls on a timer that is there, stay as they are. */
  @Test
  public void othersStay() {
    byte[] changed = changed(App.class);
    assertEquals(Code.text(Classes.of(App.class), "threads"), Code.text(changed, "threads"));
    assertEquals(Code.text(Classes.of(App.class), "cancel"), Code.text(changed, "cancel"));
  }
}
