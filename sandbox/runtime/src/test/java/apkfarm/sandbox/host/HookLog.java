package apkfarm.sandbox.host;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/** What a rewritten class has told its hook, and what the hook answers. */
public final class HookLog {
  public static final List<String> TOLD = new ArrayList<>();
  /** Takes the member and the arguments; null lets the real call happen. */
  public static BiFunction<String, Object[], Object> answer;

  private HookLog() {}

  static void clear() {
    TOLD.clear();
    answer = (member, arguments) -> null;
  }

  /** Not done by the stand-in itself: a class of an old version cannot put texts together as a new one does. */
  public static void told(String member, Object[] values) {
    TOLD.add(member + Arrays.toString(values));
  }

  /** Stands in for the real hook, under its name. */
  public static final class Hook {
    public static final Object PROCEED = new Object();

    private Hook() {}

    public static Object call(String member, Object[] values, boolean isStatic) {
      told((isStatic ? "static " : "").concat(member), values);
      Object found = answer.apply(member, values);
      return found == null ? PROCEED : found;
    }

    public static Object[] made(String member, Object[] values) {
      told(member, values);
      Object found = answer.apply(member, values);
      return found == null ? values : (Object[]) found;
    }

    public static Object field(String member) {
      TOLD.add(member);
      return answer.apply(member, new Object[0]);
    }

    public static Object nativeCall(String member, Object[] values) {
      TOLD.add("native ".concat(member));
      Object found = answer.apply(member, values);
      return found == null ? PROCEED : found;
    }
  }
}
