package apkfarm.sandbox.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.Test;

public final class RulesTest {
  private static Rules.Sensitive only(String table) {
    return Rules.sensitive(table).get("a.B.c").get(0);
  }

  /** Cells are decoded after they were told apart: separators inside them are text. */
  @Test
  public void separatorsInsideCellsAreText() {
    assertEquals("a; b%,c", only("a.B.c;a%3B%20b%25%2Cc;").argument());
  }

  /** Of each set of permissions one is needed: {@code A|B,C} stands for A or B, and C. */
  @Test
  public void needsAreSetsOfPermissions() {
    assertEquals(List.of(Set.of("A", "B"), Set.of("C")), only("a.B.c;;A%7CB%2CC").needs());
    assertEquals(List.of(), only("a.B.c;;").needs());
  }

  /** Rows of the same member are kept beside each other, in their order. */
  @Test
  public void rowsOfAMemberAreKept() {
    Map<String, List<Rules.Sensitive>> found = Rules.sensitive("a.B.c;one; a.B.c;two; a.B.d;;");
    assertEquals(List.of("one", "two"), found.get("a.B.c").stream().map(Rules.Sensitive::argument).toList());
    assertEquals(Set.of("a.B.c", "a.B.d"), found.keySet());
  }

  /** A row with a cell too few or too many is refused, not guessed at. */
  @Test
  public void rowsOfAnotherLengthAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Rules.sensitive("a.B.c;"));
    assertThrows(IllegalArgumentException.class, () -> Rules.plants("a.B.c;;;"));
    assertThrows(IllegalArgumentException.class, () -> Rules.sinks("a.B.c;log;*;1"));
  }

  /** An empty table has no rows. */
  @Test
  public void emptyTableHasNoRows() {
    assertEquals(Map.of(), Rules.plants(""));
    assertEquals(List.of(), Rules.texts(""));
  }

  /** A plant has its five cells in the order in which the worker writes them. */
  @Test
  public void plantHasFiveCells() {
    assertEquals(
        List.of(new Rules.Plant("a.B.c", "arg", "imei", "text", "null")),
        Rules.plants("a.B.c;arg;imei;text;null").get("a.B.c"));
  }

  /** A sink says which arguments are searched, and whether the object itself is. */
  @Test
  public void sinkHasPositions() {
    Map<String, Rules.Sink> found = Rules.sinks("a.B.c;log;0%2C2 a.B.d;file;this%2C1 a.B.e;net;%2A");
    assertEquals(new Rules.Sink("a.B.c", "log", false, Set.of(0, 2)), found.get("a.B.c"));
    assertEquals(new Rules.Sink("a.B.d", "file", true, Set.of(1)), found.get("a.B.d"));
    assertNull(found.get("a.B.e").arguments());
  }

  /** Every call counts if no argument is asked for. */
  @Test
  public void everyCallCountsWithoutArgument() {
    assertTrue(only("a.B.c;;").accepts(List.of()));
  }

  /** An argument counts if it is the text, or goes on after a boundary of words. */
  @Test
  public void argumentBegins() {
    Rules.Sensitive row = only("a.B.c;content%3A%2F%2Fsms;");
    assertTrue(row.accepts(List.of("other", "content://sms")));
    assertTrue(row.accepts(List.of("content://sms/inbox")));
    assertTrue(row.accepts(List.of("content://sms?limit=1")));
  }

  /** An argument that is another word, or has the text further behind, does not count. */
  @Test
  public void otherArgumentsDoNotCount() {
    Rules.Sensitive row = only("a.B.c;content%3A%2F%2Fsms;");
    assertFalse(row.accepts(List.of("content://smsextra")));
    assertFalse(row.accepts(List.of("content://sms_extra")));
    assertFalse(row.accepts(List.of("see content://sms")));
    assertFalse(row.accepts(List.of()));
  }

  /** After a text that ends in a sign, anything may follow. */
  @Test
  public void anythingFollowsASign() {
    assertTrue(only("a.B.c;%2Fproc%2F;").accepts(List.of("/proc/self")));
  }
}
