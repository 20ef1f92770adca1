package apkfarm.sandbox.app;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One search for planted values through the arguments of one call: what was found, and the text around it. */
final class Search {
  private static final int MAX_CHARACTERS = 1 << 16;
  private static final int AROUND = 60;
  private static final int MAX_EXCERPTS = 4;

  private final Needles needles;
  private final List<String> excerpts = new ArrayList<>();
  private int state;
  private int strewn = Needles.START;
  private int left = MAX_CHARACTERS;
  private long kinds;

  /** @param state where an earlier search of the same stream has ended */
  Search(Needles needles, int state) {
    this.needles = needles;
    this.state = state;
  }

  int state() {
    return state;
  }

  boolean isEmpty() {
    return kinds == 0;
  }

  boolean isFull() {
    return left <= 0;
  }

  List<String> kinds() {
    return needles.names(kinds);
  }

  List<String> excerpts() {
    return excerpts;
  }

  /** Forgets what came before: the next text is another value. */
  void next() {
    state = Needles.START;
    strewn = Needles.START;
  }

  /** Takes one character; returns the kinds whose values end here. */
  private long step(char c) {
    state = needles.step(state, c);
    if (!Needles.counts(c)) {
      return needles.at(state);
    }
    strewn = needles.step(strewn, c);
    return needles.at(state) | needles.strewn(strewn);
  }

  void character(char c) {
    left--;
    long here = step(c);
    if (here != 0 && (here & ~kinds) != 0) {
      kinds |= here;
      if (excerpts.size() < MAX_EXCERPTS) {
        excerpts.add("(written in pieces)");
      }
    }
  }

  void text(CharSequence text) {
    text(text, 0, text.length());
  }

  void text(CharSequence text, int from, int to) {
    int end = Math.min(Math.min(to, text.length()), from + left);
    for (int i = Math.max(0, from); i < end; i++) {
      long here = step(text.charAt(i));
      if (here != 0 && (here & ~kinds) != 0) {
        kinds |= here;
        excerpt(text.subSequence(Math.max(0, i - AROUND), Math.min(text.length(), i + AROUND / 2)).toString());
      }
    }
    left -= Math.max(0, end - from);
  }

  /** Reads bytes as characters of one byte. */
  void bytes(byte[] bytes, int from, int to) {
    int end = Math.min(Math.min(to, bytes.length), from + left);
    for (int i = Math.max(0, from); i < end; i++) {
      long here = step((char) (bytes[i] & 0xff));
      if (here != 0 && (here & ~kinds) != 0) {
        kinds |= here;
        int start = Math.max(0, i - AROUND);
        int length = Math.min(bytes.length, i + AROUND / 2) - start;
        excerpt(new String(bytes, start, length, StandardCharsets.UTF_8));
      }
    }
    left -= Math.max(0, end - from);
  }

  void bytes(ByteBuffer buffer) {
    ByteBuffer copy = buffer.duplicate();
    byte[] bytes = new byte[Math.min(copy.remaining(), Math.max(0, left))];
    copy.get(bytes);
    bytes(bytes, 0, bytes.length);
  }

  private void excerpt(String text) {
    if (excerpts.size() < MAX_EXCERPTS) {
      excerpts.add(text);
    }
  }
}
