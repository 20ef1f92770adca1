package apkfarm.sandbox.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.net.DatagramPacket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.Test;

public final class TextsTest {
  private static final Needles NEEDLES = new Needles(Map.of("imei", List.of("864086031234567")));
  private static final String VALUE = "864086031234567";

  /** A class of the app, whose methods are the app's code. */
  private static final class OfApp implements Iterable<String> {
    @Override
    public String toString() {
      throw new AssertionError("the app's code was run");
    }

    @Override
    public Iterator<String> iterator() {
      throw new AssertionError("the app's code was run");
    }
  }

  private static boolean isFound(Object value) {
    Search search = new Search(NEEDLES, Needles.START);
    Texts.search(value, search);
    return !search.isEmpty();
  }

  /** The app's own folder is named as on a phone, wherever the sandbox keeps it. */
  @Test
  public void ownFolderIsAsOnAPhone() {
    assertEquals(
        "open /data/data/com.example.app/files/a and /data/data/b.c",
        Texts.neutral("open /tmp/robolectric-Run_1x5/com.example.app-dataDir/files/a and /tmp/robolectric-Run_2/b.c-dataDir"));
  }

  /** Other folders of the sandbox are below {@code /data}. */
  @Test
  public void otherFoldersAreBelowData() {
    assertEquals("/data/external/x", Texts.neutral("/tmp/robolectric-Run_1x5/external/x"));
  }

  /** A text without folders of the sandbox stays as it is. */
  @Test
  public void otherTextsStay() {
    assertEquals("/tmp/robolectric and /tmp/x", Texts.neutral("/tmp/robolectric and /tmp/x"));
  }

  /** An event tells plain values as text, an array of texts with its items, and all others by their class. */
  @Test
  public void valuesAreShown() {
    Object[] values = {"left out", "text", 5, null, true, 'c', new String[] {"a", "b"}, new File("/x"), new OfApp()};
    assertEquals(
        List.of("text", "5", "null", "true", "c", "[a, b]", "/x", OfApp.class.getName()), Texts.shown(values, 1));
  }

  /** A shown value is cut after 300 characters. */
  @Test
  public void shownValuesAreBounded() {
    assertEquals(List.of("x".repeat(300)), Texts.shown(new Object[] {"x".repeat(400)}, 0));
  }

  /** What a search has found is added, unless an argument shows it already. */
  @Test
  public void notesAreNotRepeated() {
    List<String> shown = new ArrayList<>(List.of("id=1234567"));
    Texts.note(shown, List.of("1234567", "other"));
    assertEquals(List.of("id=1234567", "other"), shown);
  }

  /** A value is found in texts, bytes, characters, lists, maps, arrays, and in these within each other. */
  @Test
  public void containersAreSearched() {
    byte[] bytes = VALUE.getBytes(StandardCharsets.US_ASCII);
    Object[] values = {
      VALUE, bytes, VALUE.toCharArray(), new StringBuilder(VALUE), List.of("x", VALUE), Map.of(VALUE, 1), Map.of("k", List.of(bytes)),
      new Object[] {new String[] {VALUE}}, URI.create("http://h/?q=" + VALUE), new ProcessBuilder("ping", VALUE),
      new DatagramPacket(bytes, bytes.length), Long.valueOf(VALUE),
    };
    for (Object value : values) {
      assertTrue(value.getClass().getName(), isFound(value));
    }
  }

  /** Neighbours in a list are not put together to a value. */
  @Test
  public void neighboursAreApart() {
    assertEquals(false, isFound(List.of("86408", "6031234567")));
  }

  /** Objects of the app are not asked: that would run its code. */
  @Test
  public void objectsOfTheAppAreNotAsked() {
    assertEquals(false, isFound(new Object[] {new OfApp(), List.of(new OfApp())}));
  }

  /** A list that contains itself ends. */
  @Test
  public void loopEnds() {
    List<Object> loop = new ArrayList<>();
    loop.add(loop);
    loop.add(VALUE);
    assertTrue(isFound(loop));
  }
}
