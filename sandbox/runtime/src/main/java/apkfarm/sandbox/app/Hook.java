package apkfarm.sandbox.app;

import apkfarm.sandbox.host.Job;
import apkfarm.sandbox.host.Members;
import apkfarm.sandbox.host.Rules;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the app's calls of the tables arrive: told to the worker, refused without their permission, answered where there is
 * a plant.
 */
public final class Hook {
  /** The answer that lets the real call happen. */
  public static final Object PROCEED = new Object();

  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

  private static Map<String, List<Rules.Sensitive>> sensitive = Map.of();
  private static Map<String, List<Rules.Plant>> plants = Map.of();
  private static Set<String> onlySinks = Set.of();
  private static Sinks sinks;
  private static Answers answers;
  private static Control control;

  /** Ends the app's thread when the app ends its own process. */
  static final class Exit extends Error {
    Exit(String how) {
      super(how);
    }
  }

  private Hook() {}

  /** Takes the tables of the job; called before any class of the app is loaded. */
  public static void prepare(Job job) {
    sensitive = job.sensitive();
    plants = job.plants();
    sinks = new Sinks(job.sinks(), new Needles(job.needles()), job.packageName());
    Phone phone = new Phone(job);
    answers = new Answers(job.canaries());
    control = new Control(sinks, phone, answers);
    Phone.current(phone);
    onlySinks = new HashSet<>(job.sinks().keySet());
    onlySinks.removeAll(sensitive.keySet());
    onlySinks.removeAll(plants.keySet());
    onlySinks.removeIf(Control::knows);
    Reflected.prepare(Members.calls(job));
  }

  /**
   * Called in place of a native method, with its object, unless it is static, and its arguments.
   *
   * @return what a model answers; else {@link #PROCEED}, told, and the method gives the neutral value of its type
   */
  public static Object nativeCall(String member, Object[] values) {
    Object answer = Mmkv.answer(member, values);
    if (answer == PROCEED) {
      Events.tell("limit", "native:" + member, List.of(), Events.Details.NONE);
    }
    return answer;
  }

  /**
   * Called before a constructor of the tables with its arguments.
   *
   * @return the arguments that it gets
   */
  public static Object[] made(String member, Object[] values) {
    if (INSIDE.get()) {
      return values;
    }
    INSIDE.set(true);
    try {
      control.open(member, values);
      List<String> arguments = Texts.shown(values, 0);
      tell(member, values, true, arguments, null);
      return values;
    } finally {
      INSIDE.set(false);
    }
  }

  /** Called in place of the read of a static field with a planted value. */
  public static Object field(String member) {
    Rules.Plant plant = plants.get(member).get(0);
    Events.tell("api", member, List.of(), new Events.Details(null, null, List.of()));
    return answers.text(plant.kind());
  }

  /**
   * Called in place of a call of the tables.
   *
   * @param member such as {@code android.telephony.TelephonyManager.getDeviceId}
   * @param values the object, unless the call is static, and its arguments
   */
  public static Object call(String member, Object[] values, boolean isStatic) throws Throwable {
    Object time = Time.answer(member, values);
    if (time != PROCEED || INSIDE.get()) {
      return time;
    }
    INSIDE.set(true);
    try {
      if (Reflected.isReflective(member)) {
        return reflected(member, values);
      }
      return answer(member, values, isStatic, null);
    } finally {
      INSIDE.set(false);
    }
  }

  /** A call by reflection is handled as the call that it makes. */
  private static Object reflected(String member, Object[] values) throws Throwable {
    List<String> arguments = Reflected.texts(values); // Reflection is frequent: nothing else is looked at.
    for (Rules.Sensitive row : sensitive.getOrDefault(member, List.of())) {
      if (!row.argument().isEmpty() && row.accepts(arguments)) {
        Events.tell("api", member, arguments, Events.Details.NONE);
        break;
      }
    }
    Reflected.Target target = Reflected.target(values);
    if (target == null) {
      return PROCEED;
    }
    if (target.isConstructor()) {
      control.open(target.member(), target.values());
      tell(target.member(), target.values(), true, Texts.shown(target.values(), 0), member);
      return PROCEED;
    }
    try {
      Object time = Time.answer(target.member(), target.values());
      return time != PROCEED ? time : answer(target.member(), target.values(), target.isStatic(), member);
    } catch (Exit exit) {
      throw exit;
    } catch (Throwable thrown) {
      throw new InvocationTargetException(thrown);
    }
  }

  private static Object answer(String member, Object[] values, boolean isStatic, String through) throws Throwable {
    if (onlySinks.contains(member)) {
      Sinks.Leak leak = sinks.leak(sinks.of(member), values, isStatic); // The hot path: most writes tell nothing.
      if (leak != null) {
        List<String> shown = new ArrayList<>(Texts.shown(values, isStatic ? 0 : 1));
        Texts.note(shown, leak.notes());
        Events.tell(leak.kind(), member, shown, new Events.Details(through, null, leak.canary()));
      }
      return PROCEED;
    }
    List<String> arguments = Texts.shown(values, isStatic ? 0 : 1);
    if (control.isLibrary(member, arguments)) {
      return null;
    }
    Boolean granted = tell(member, values, isStatic, arguments, through);
    Object own = control.answer(member, values, arguments);
    if (own != PROCEED) {
      return own;
    }
    Rules.Plant plant = plant(member, arguments);
    if (plant == null) {
      return PROCEED;
    }
    return Boolean.FALSE.equals(granted) && !plant.refused().isEmpty()
        ? answers.refused(plant)
        : answers.of(plant, values);
  }

  /** Tells a call if it counts; returns whether its permissions are held, null if it needs none. */
  private static Boolean tell(
      String member, Object[] values, boolean isStatic, List<String> arguments, String through) {
    List<Rules.Sensitive> rows = new ArrayList<>(sensitive.getOrDefault(member, List.of()));
    List<String> notes = new ArrayList<>(arguments);
    Rules.Sink sink = sinks.of(member);
    if (sink != null && sink.kind().equals("intent") && sinks.leaves(values, member)) {
      notes.add(Sinks.FOREIGN);
    }
    rows.removeIf(row -> !row.accepts(notes));
    Sinks.Leak leak = sink == null ? null : sinks.leak(sink, values, isStatic);
    Boolean granted = Grants.of(rows);
    if (leak != null || !rows.isEmpty() || Control.isTold(member)) {
      List<String> canary = leak == null ? List.of() : leak.canary();
      if (leak != null) {
        Texts.note(notes, leak.notes());
      }
      String kind = leak != null ? leak.kind() : Control.kind(member);
      Events.tell(kind, member, notes, new Events.Details(through, granted, canary));
    }
    Rules.Plant plant = member.endsWith(".<init>") ? plant(member, arguments) : null;
    if (plant != null && Boolean.FALSE.equals(granted)) {
      answers.refused(plant);
    }
    return granted;
  }

  private static Rules.Plant plant(String member, List<String> arguments) {
    for (Rules.Plant plant : plants.getOrDefault(member, List.of())) {
      if (plant.accepts(arguments)) {
        return plant;
      }
    }
    return null;
  }
}
