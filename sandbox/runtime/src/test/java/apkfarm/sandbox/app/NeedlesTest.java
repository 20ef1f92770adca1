package apkfarm.sandbox.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

public final class NeedlesTest {
  private static List<String> kinds(Needles needles, String text) {
    Search search = new Search(needles, Needles.START);
    search.text(text);
    return search.kinds();
  }

  private static List<String> kinds(Map<String, List<String>> needles, String text) {
    return kinds(new Needles(needles), text);
  }

  /** A value is found in the middle of a text, at its begin and at its end. */
  @Test
  public void valueIsFoundAnywhere() {
    Needles needles = new Needles(Map.of("imei", List.of("864086")));
    assertEquals(List.of("imei"), kinds(needles, "id=864086&x"));
    assertEquals(List.of("imei"), kinds(needles, "864086 was it"));
    assertEquals(List.of("imei"), kinds(needles, "it was 864086"));
  }

  /** A value with one character missing or changed is not found. */
  @Test
  public void otherValuesAreNotFound() {
    assertEquals(List.of(), kinds(Map.of("imei", List.of("864086")), "86408 64087 86486"));
  }

  /** A value is found after a false start that shares its beginning. */
  @Test
  public void falseStartDoesNotHide() {
    assertEquals(List.of("kind"), kinds(Map.of("kind", List.of("aabaaab")), "xaabaabaaab"));
  }

  /** A value inside another value is found with it. */
  @Test
  public void valueInsideAnotherIsFound() {
    Map<String, List<String>> needles = Map.of("inner", List.of("234567"), "outer", List.of("12345678"));
    assertEquals(List.of("inner", "outer"), kinds(needles, "12345678"));
    assertEquals(List.of("inner"), kinds(needles, "1234567"));
  }

  /** Each form of a kind is found, and the kind is told once. */
  @Test
  public void kindIsToldOnce() {
    assertEquals(List.of("imei"), kinds(Map.of("imei", List.of("864086", "abcdef")), "864086 abcdef 864086"));
  }

  /** A text of less than six bytes is in everything by chance: it is not searched for. */
  @Test
  public void shortValuesAreNotSearchedFor() {
    assertEquals(List.of(), kinds(Map.of("age", List.of("12345")), "12345"));
    assertEquals(List.of("name"), kinds(Map.of("name", List.of("\u5f20\u4e09")), "\u6211\u662f\u5f20\u4e09")); // Six bytes.
  }

  /** A value of twelve letters and digits is found with separators strewn in, however many. */
  @Test
  public void strewnValueIsFound() {
    Needles needles = new Needles(Map.of("mac", List.of("02a4b6c8d0e1")));
    assertEquals(List.of("mac"), kinds(needles, "02:a4:b6:c8:d0:e1"));
    assertEquals(List.of("mac"), kinds(needles, "0 2 - a , 4 ... b6\nc8d0 | e1"));
  }

  /** A value of eleven is not: that many letters and digits stand in a row in any text. */
  @Test
  public void strewnValueMustBeLong() {
    Map<String, List<String>> needles = Map.of("phone", List.of("13800138000"));
    assertEquals(List.of(), kinds(needles, "138-0013-8000"));
    assertEquals(List.of("phone"), kinds(needles, "13800138000"));
  }

  /** A long value that has separators itself is found only as it is. */
  @Test
  public void valueWithSeparatorsIsFoundAsItIs() {
    Map<String, List<String>> needles = Map.of("mac", List.of("02:a4:b6:c8:d0:e1"));
    assertEquals(List.of("mac"), kinds(needles, "02:a4:b6:c8:d0:e1"));
    assertEquals(List.of(), kinds(needles, "02-a4-b6-c8-d0-e1"));
  }

  /** Without needles nothing is found, and nothing breaks. */
  @Test
  public void nothingIsFoundWithoutNeedles() {
    assertEquals(List.of(), kinds(Map.of(), "anything \uffff"));
  }

  /** The last of 64 kinds is found; more are refused. */
  @Test
  public void kindsAreBounded() {
    Map<String, List<String>> needles = new HashMap<>();
    for (int i = 10; i < 74; i++) {
      needles.put("kind" + i, List.of("value" + i));
    }
    assertEquals(List.of("kind73"), kinds(needles, "value73"));
    needles.put("kind99", List.of("value99"));
    assertThrows(IllegalArgumentException.class, () -> new Needles(needles));
  }
}
