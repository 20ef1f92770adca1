package apkfarm.sandbox.host;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tables of the job: which members are sensitive, what the phone answers, where values leave. Each is a list of
 * entries with a space between, of cells with a semicolon between, each cell URL-encoded.
 */
public final class Rules {
  private Rules() {}

  /**
   * A call that is told.
   *
   * @param argument text that one of the arguments must be or begin with; empty if every call counts
   * @param needs permissions, of each set one
   */
  public record Sensitive(String member, String argument, List<Set<String>> needs) {
    public boolean accepts(List<String> arguments) {
      return argument.isEmpty() || arguments.stream().anyMatch(text -> begins(text, argument));
    }
  }

  /**
   * What the phone answers.
   *
   * @param kind key of the planted value; empty if the answer needs none
   * @param how name of the shape that the caller expects
   * @param refused what is answered without the permission
   */
  public record Plant(String member, String argument, String kind, String how, String refused) {
    public boolean accepts(List<String> arguments) {
      return argument.isEmpty() || arguments.stream().anyMatch(text -> begins(text, argument));
    }
  }

  /**
   * A call by which a value can leave the app.
   *
   * @param kind log, file, net and so on
   * @param self whether the object itself is searched for planted values
   * @param arguments positions of the arguments that are searched; null for all
   */
  public record Sink(String member, String kind, boolean self, Set<Integer> arguments) {}

  static Map<String, List<Sensitive>> sensitive(String table) {
    Map<String, List<Sensitive>> found = new HashMap<>();
    for (String[] cells : entries(table, 3)) {
      List<Set<String>> needs = new ArrayList<>();
      for (String need : cells[2].split(",")) {
        if (!need.isEmpty()) {
          needs.add(Set.of(need.split("\\|")));
        }
      }
      add(found, cells[0], new Sensitive(cells[0], cells[1], needs));
    }
    return found;
  }

  static Map<String, List<Plant>> plants(String table) {
    Map<String, List<Plant>> found = new HashMap<>();
    for (String[] cells : entries(table, 5)) {
      add(found, cells[0], new Plant(cells[0], cells[1], cells[2], cells[3], cells[4]));
    }
    return found;
  }

  static Map<String, Sink> sinks(String table) {
    Map<String, Sink> found = new HashMap<>();
    for (String[] cells : entries(table, 3)) {
      boolean self = false;
      Set<Integer> positions = new HashSet<>();
      for (String cell : cells[2].split(",")) {
        if (cell.equals("this")) {
          self = true;
        } else if (!cell.equals("*")) {
          positions.add(Integer.parseInt(cell));
        }
      }
      boolean all = List.of(cells[2].split(",")).contains("*");
      found.put(cells[0], new Sink(cells[0], cells[1], self, all ? null : positions));
    }
    return found;
  }

  /** Returns the texts of a list with spaces between. */
  /** Returns the second cell of each entry by the first. */
  static Map<String, String> pairs(String table) {
    Map<String, String> found = new HashMap<>();
    for (String[] cells : entries(table, 2)) {
      found.put(cells[0], cells[1]);
    }
    return found;
  }

  static List<String> texts(String list) {
    List<String> found = new ArrayList<>();
    for (String text : list.split(" ")) {
      if (!text.isEmpty()) {
        found.add(decoded(text));
      }
    }
    return found;
  }

  private static <T> void add(Map<String, List<T>> map, String member, T row) {
    map.computeIfAbsent(member, k -> new ArrayList<>()).add(row);
  }

  static List<String[]> entries(String table, int cells) {
    List<String[]> found = new ArrayList<>();
    for (String entry : table.split(" ")) {
      String[] parts = entry.split(";", -1);
      if (parts.length == cells) {
        for (int i = 0; i < cells; i++) {
          parts[i] = decoded(parts[i]);
        }
        found.add(parts);
      } else if (!entry.isEmpty()) {
        throw new IllegalArgumentException("An entry of the job has " + parts.length + " cells, not " + cells);
      }
    }
    return found;
  }

  private static String decoded(String cell) {
    return URLDecoder.decode(cell, StandardCharsets.UTF_8);
  }

  /** Whether a text is the beginning, or goes on after a boundary of words. */
  private static boolean begins(String text, String beginning) {
    if (!text.startsWith(beginning)) {
      return false;
    }
    if (text.length() == beginning.length() || !Character.isLetterOrDigit(beginning.charAt(beginning.length() - 1))) {
      return true;
    }
    char next = text.charAt(beginning.length());
    return !Character.isLetterOrDigit(next) && next != '_';
  }
}
