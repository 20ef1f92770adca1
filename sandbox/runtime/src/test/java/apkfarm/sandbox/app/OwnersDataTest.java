package apkfarm.sandbox.app;

import static org.junit.Assert.assertArrayEquals;

import org.junit.Test;

/** The columns that a query of the owner's data gets. */
public class OwnersDataTest {
  /** Two columns in one text are two. */
  @Test
  public void twoInOneTextAreTwo() {
    assertArrayEquals(
        new String[] {"_id", "unread_count", "recipient_ids"},
        OwnersData.named(new String[] {"_id", "unread_count, recipient_ids"}));
  }

  /** A function with arguments is one. */
  @Test
  public void functionsAreOne() {
    assertArrayEquals(new String[] {"max(date, 0)"}, OwnersData.named(new String[] {"max(date, 0)"}));
  }
}
