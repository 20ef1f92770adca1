package apkfarm.sandbox.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.Test;

public final class SearchTest {
  private static final Needles NEEDLES =
      new Needles(Map.of("imei", List.of("864086031234567"), "name", List.of("\u5f20\u4e09\u4e30"), "city", List.of("Xi'an-West")));

  private static Search search() {
    return new Search(NEEDLES, Needles.START);
  }

  /** A value that is written in two pieces is found by a search that goes on where the first one has ended. */
  @Test
  public void valueInPiecesIsFound() {
    Search first = search();
    first.text("imei=86408");
    Search second = new Search(NEEDLES, first.state());
    second.text("6031234567");
    assertTrue(first.isEmpty());
    assertEquals(List.of("imei"), second.kinds());
  }

  /** A value that is written character by character is found. */
  @Test
  public void valueInCharactersIsFound() {
    Search search = search();
    "xXi'an-Westx".chars().forEach(c -> search.character((char) c));
    assertEquals(List.of("city"), search.kinds());
    assertEquals(List.of("(written in pieces)"), search.excerpts());
  }

  /** Two pieces that are different values are not put together. */
  @Test
  public void nextValueBeginsAnew() {
    Search search = search();
    search.text("86408");
    search.next();
    search.text("6031234567");
    assertTrue(search.isEmpty());
  }

  /** A Chinese value is found as text, and in the bytes of its UTF-8. */
  @Test
  public void textAndBytesAreSearched() {
    Search text = search();
    text.text("\u6211\u662f\u5f20\u4e09\u4e30");
    Search bytes = search();
    byte[] content = "\u6211\u662f\u5f20\u4e09\u4e30".getBytes(StandardCharsets.UTF_8);
    bytes.bytes(content, 0, content.length);
    assertEquals(List.of("name"), text.kinds());
    assertEquals(List.of("name"), bytes.kinds());
    assertEquals(List.of("\u6211\u662f\u5f20\u4e09\u4e30"), bytes.excerpts());
  }

  /** Only the part of the bytes that is given is searched, and a range beyond the end ends with the bytes. */
  @Test
  public void rangeOfBytesIsSearched() {
    byte[] content = "__864086031234567".getBytes(StandardCharsets.US_ASCII);
    Search part = search();
    part.bytes(content, 3, content.length);
    Search beyond = search();
    beyond.bytes(content, 2, 1_000);
    assertTrue(part.isEmpty());
    assertFalse(beyond.isEmpty());
  }

  /** A buffer is searched from its position, and left where it is. */
  @Test
  public void bufferIsLeftWhereItIs() {
    ByteBuffer buffer = ByteBuffer.wrap("__864086031234567".getBytes(StandardCharsets.US_ASCII)).position(2);
    Search search = search();
    search.bytes(buffer);
    assertEquals(List.of("imei"), search.kinds());
    assertEquals(2, buffer.position());
  }

  /** The text around a value is told, and not all of it. */
  @Test
  public void excerptIsTheTextAround() {
    Search search = search();
    search.text("a".repeat(500) + " 864086031234567 " + "b".repeat(500));
    assertEquals(List.of("a".repeat(45) + " 864086031234567 " + "b".repeat(28)), search.excerpts());
  }

  /** A value that is found again is told once. */
  @Test
  public void valueIsToldOnce() {
    Search search = search();
    search.text("864086031234567 864086031234567");
    assertEquals(1, search.excerpts().size());
  }

  /** A search ends after 65536 characters in all. */
  @Test
  public void searchIsBounded() {
    Search search = search();
    search.text("x".repeat(1 << 16));
    assertTrue(search.isFull());
    search.next();
    search.text("864086031234567");
    search.bytes("864086031234567".getBytes(StandardCharsets.US_ASCII), 0, 15);
    assertTrue(search.isEmpty());
  }
}
