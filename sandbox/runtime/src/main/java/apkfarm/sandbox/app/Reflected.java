package apkfarm.sandbox.app;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The call of the tables that a call by reflection makes. */
final class Reflected {
  private static final int MAX_SUPERTYPES = 60;

  private static Set<String> members = Set.of();
  private static final Set<String> NAMES = new HashSet<>();

  /** A call as it would have arrived directly. */
  record Target(String member, Object[] values, boolean isStatic) {
    boolean isConstructor() {
      return member.endsWith(".<init>");
    }
  }

  private Reflected() {}

  static void prepare(Set<String> all) {
    members = all;
    all.forEach(member -> NAMES.add(member.substring(member.lastIndexOf('.') + 1)));
  }

  static boolean isReflective(String member) {
    return member.startsWith("java.lang.reflect.");
  }

  /** Returns the arguments that the reached member gets: the last of the reflective call's own. */
  static Object[] arguments(Object[] values) {
    return values[values.length - 1] instanceof Object[] given ? given : new Object[0];
  }

  /** Returns the texts among the arguments. */
  static List<String> texts(Object[] values) {
    List<String> found = new ArrayList<>();
    for (Object value : arguments(values)) {
      if (value instanceof String text) {
        found.add(text);
      }
    }
    return found;
  }

  /** Returns what is reached, or null if it is in no table. */
  static Target target(Object[] values) {
    Object[] given = arguments(values);
    if (values[0] instanceof Constructor<?> constructor) {
      String member = constructor.getDeclaringClass().getName() + ".<init>";
      return members.contains(member) ? new Target(member, given, true) : null;
    }
    if (!(values[0] instanceof Method method) || !NAMES.contains(method.getName())) {
      return null;
    }
    String member = member(method.getDeclaringClass(), method.getName());
    if (member == null || isReflective(member)) {
      return null;
    }
    if (Modifier.isStatic(method.getModifiers())) {
      return new Target(member, given, true);
    }
    Object[] all = new Object[given.length + 1];
    all[0] = values[1];
    System.arraycopy(given, 0, all, 1, given.length);
    // Without its object the call fails by itself, and a hook would not expect that.
    return all[0] == null || given.length != method.getParameterCount() ? null : new Target(member, all, false);
  }

  private static String member(Class<?> declaring, String name) {
    Deque<Class<?>> open = new ArrayDeque<>(List.of(declaring));
    for (int seen = 0; !open.isEmpty() && seen < MAX_SUPERTYPES; seen++) {
      Class<?> type = open.poll();
      String member = type.getName() + "." + name;
      if (members.contains(member)) {
        return member;
      }
      if (type.getSuperclass() != null) {
        open.add(type.getSuperclass());
      }
      open.addAll(List.of(type.getInterfaces()));
    }
    return null;
  }
}
