package apkfarm.sandbox.app;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds planted values in text: all needles at once, one table look-up per character (Aho and Corasick's automaton).
 *
 * <p>A search is a state and can be gone on with later, so that a value is found that was written in pieces.
 */
final class Needles {
  /** Before any character was seen. */
  static final int START = 0;

  /** A shorter text stands in the data of every app by chance. */
  private static final int SHORTEST = 6;

  /** One that is found with other characters strewn in must be longer: letters and digits of any text are looked at. */
  private static final int SHORTEST_STREWN = 12;

  private static final int MAX_KINDS = 64;

  private final List<String> kinds = new ArrayList<>();
  private final char[] letters = new char[Character.MAX_VALUE + 1];
  private int width = 1; // Letter 0: in no needle.
  private int[] next;
  private int[] back;
  private long[] found;
  private long[] strewn;
  private int states = 1;

  /** @param needles texts by kind of planted value */
  Needles(Map<String, List<String>> needles) {
    List<char[]> texts = new ArrayList<>();
    List<Integer> of = new ArrayList<>();
    int room = 1;
    for (Map.Entry<String, List<String>> entry : new TreeMap<>(needles).entrySet()) {
      if (kinds.size() == MAX_KINDS) {
        throw new IllegalArgumentException("too many kinds of planted values");
      }
      for (String needle : entry.getValue()) {
        // As written in bytes, too: bytes are searched as characters of one byte.
        String bytes = new String(needle.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        for (String text : needle.equals(bytes) ? new String[] {needle} : new String[] {needle, bytes}) {
          if (bytes.length() >= SHORTEST) {
            texts.add(text.toCharArray());
            of.add(kinds.size());
            room += text.length();
          }
        }
      }
      kinds.add(entry.getKey());
    }
    for (char[] text : texts) {
      for (char c : text) {
        if (letters[c] == 0) {
          letters[c] = (char) width++;
        }
      }
    }
    next = new int[room * width];
    back = new int[room];
    found = new long[room];
    strewn = new long[room];
    for (int i = 0; i < texts.size(); i++) {
      add(texts.get(i), 1L << of.get(i));
    }
    link();
  }

  private void add(char[] text, long kind) {
    int state = START;
    for (char c : text) {
      int at = state * width + letters[c];
      if (next[at] == 0) {
        next[at] = states++;
      }
      state = next[at];
    }
    found[state] |= kind;
    if (text.length >= SHORTEST_STREWN && isPlain(text)) {
      strewn[state] |= kind;
    }
  }

  private static boolean isPlain(char[] text) {
    for (char c : text) {
      if (!counts(c)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a character is part of a value, and not something that was put between. */
  static boolean counts(char c) {
    return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  /** Lets every state go on with the longest end of what was read that is the beginning of a needle. */
  private void link() {
    Deque<Integer> open = new ArrayDeque<>();
    for (int letter = 1; letter < width; letter++) {
      if (next[letter] != 0) {
        open.add(next[letter]);
      }
    }
    while (!open.isEmpty()) {
      int state = open.poll();
      found[state] |= found[back[state]];
      strewn[state] |= strewn[back[state]];
      for (int letter = 1; letter < width; letter++) {
        int at = state * width + letter;
        int other = next[back[state] * width + letter];
        if (next[at] == 0) {
          next[at] = other;
        } else {
          back[next[at]] = other;
          open.add(next[at]);
        }
      }
    }
    next = Arrays.copyOf(next, states * width);
    found = Arrays.copyOf(found, states);
    strewn = Arrays.copyOf(strewn, states);
    back = null;
  }

  /** Returns the state after one more character. */
  int step(int state, char c) {
    return next[state * width + letters[c]];
  }

  /** Returns the kinds that end in a state, one bit each. */
  long at(int state) {
    return found[state];
  }

  /** As {@link #at}, of a search that was shown only the characters that {@link #counts count}. */
  long strewn(int state) {
    return strewn[state];
  }

  /** Returns the names of kinds, in order. */
  List<String> names(long bits) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < kinds.size(); i++) {
      if ((bits & 1L << i) != 0) {
        names.add(kinds.get(i));
      }
    }
    return names;
  }
}
