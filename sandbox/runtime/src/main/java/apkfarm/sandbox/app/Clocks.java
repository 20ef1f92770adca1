package apkfarm.sandbox.app;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Calendar;
import java.util.Locale;
import java.util.TimeZone;

/** Java's own clocks and calendars made to tell simulated time; app code gets these in their place. */
public final class Clocks {
  private Clocks() {}

  /** Milliseconds since 1970 as the app sees them. */
  public static long now() {
    return Time.now();
  }

  /** Stands in for {@link Clock#systemUTC()}. */
  public static Clock systemUTC() {
    return new Simulated(ZoneOffset.UTC);
  }

  /** Stands in for {@link Clock#systemDefaultZone()}. */
  public static Clock systemDefaultZone() {
    return new Simulated(ZoneId.systemDefault());
  }

  /** Stands in for {@link Clock#system(ZoneId)}. */
  public static Clock system(ZoneId zone) {
    return new Simulated(zone);
  }

  /** Stands in for {@link Calendar#getInstance()}. */
  public static Calendar getInstance() {
    return at(Calendar.getInstance());
  }

  /** Stands in for {@link Calendar#getInstance(TimeZone)}. */
  public static Calendar getInstance(TimeZone zone) {
    return at(Calendar.getInstance(zone));
  }

  /** Stands in for {@link Calendar#getInstance(Locale)}. */
  public static Calendar getInstance(Locale locale) {
    return at(Calendar.getInstance(locale));
  }

  /** Stands in for {@link Calendar#getInstance(TimeZone, Locale)}. */
  public static Calendar getInstance(TimeZone zone, Locale locale) {
    return at(Calendar.getInstance(zone, locale));
  }

  private static Calendar at(Calendar calendar) {
    calendar.setTimeInMillis(Time.now());
    return calendar;
  }

  private static final class Simulated extends Clock {
    private final ZoneId zone;

    Simulated(ZoneId zone) {
      this.zone = zone;
    }

    @Override
    public ZoneId getZone() {
      return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
      return new Simulated(other);
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(Time.now());
    }
  }
}
