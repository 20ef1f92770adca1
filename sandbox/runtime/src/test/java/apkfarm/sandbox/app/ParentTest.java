package apkfarm.sandbox.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import org.junit.Test;

/** The parent of a class loader, which apps set by reflection. */
public class ParentTest {
  /** It can be set for the app's loader, and nothing comes of it. */
  @Test
  public void canBeSet() throws Exception {
    ClassLoader own = ParentTest.class.getClassLoader();
    ClassLoader before = own.getParent();
    Parent.field(ClassLoader.class, "parent").set(own, null);
    assertEquals(before, own.getParent());
  }

  /** Other fields are looked up as ever. */
  @Test
  public void othersAreNotTouched() {
    assertNull(Parent.field(ClassLoader.class, "name"));
    assertNull(Parent.field(Thread.class, "parent"));
  }
}
