package apkfarm.sandbox.app;

import java.lang.reflect.Field;

/**
 * What apps find that put a class loader of their own above theirs (Instant Run, shells): the JVM hides the field, and all
 * code that an app loads goes to one loader here in any case.
 */
final class Parent {
  /** Static: it takes whatever loader it is set for. */
  public static volatile ClassLoader parent;

  private Parent() {}

  /** Returns a field that can be set without any effect, if that of the parent is asked for; else null. */
  static Field field(Object of, Object name) {
    try {
      return of == ClassLoader.class && "parent".equals(name) ? Parent.class.getDeclaredField("parent") : null;
    } catch (NoSuchFieldException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
