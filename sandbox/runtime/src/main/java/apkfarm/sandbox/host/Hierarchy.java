package apkfarm.sandbox.host;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.objectweb.asm.ClassReader;

/**
 * Finds the member of the tables that a call site means: apps call what they have inherited on their own classes.
 *
 * <p>Classes are read, not loaded: loading would run the app's static initialisers in another order than Android does.
 */
final class Hierarchy {
  private static final int MAX_SUPERTYPES = 60;

  private final Map<String, Set<String>> owners = new HashMap<>();
  private final Map<String, String[]> ofApp;
  private final ZipFile framework;
  private final Map<String, List<String>> known = new HashMap<>();

  /**
   * @param members such as {@code java.lang.System.exit}
   * @param ofApp internal names of superclass and interfaces by internal name, of the app's own classes
   */
  Hierarchy(Set<String> members, Map<String, String[]> ofApp, ZipFile framework) {
    for (String member : members) {
      int dot = member.lastIndexOf('.');
      owners
          .computeIfAbsent(member.substring(dot + 1), k -> new HashSet<>())
          .add(member.substring(0, dot).replace('.', '/'));
    }
    this.ofApp = ofApp;
    this.framework = framework;
  }

  /** Returns the Java member that a call means, or null if it is in no table. */
  String member(String owner, String name) {
    Set<String> declaring = owners.get(name);
    if (declaring == null) {
      return null;
    }
    if (declaring.contains(owner)) {
      return java(owner, name);
    }
    if (name.equals("<init>")) {
      return null; // The constructor of a subclass calls this one itself.
    }
    for (String type : supertypes(owner)) {
      if (declaring.contains(type)) {
        return java(type, name);
      }
    }
    return null;
  }

  private static String java(String owner, String name) {
    return owner.replace('/', '.') + "." + name;
  }

  private synchronized List<String> supertypes(String owner) {
    List<String> found = known.get(owner);
    if (found == null) {
      found = walk(owner);
      known.put(owner, found);
    }
    return found;
  }

  /** Nearest first. */
  private List<String> walk(String owner) {
    Set<String> seen = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(owner));
    while (!open.isEmpty() && seen.size() < MAX_SUPERTYPES) {
      for (String type : direct(open.poll())) {
        if (!type.equals("java/lang/Object") && seen.add(type)) {
          open.add(type);
        }
      }
    }
    return new ArrayList<>(seen);
  }

  private String[] direct(String type) {
    try (InputStream content = open(type)) {
      if (content == null) {
        return ofApp.getOrDefault(type, new String[0]);
      }
      ClassReader reader = new ClassReader(content);
      String[] interfaces = reader.getInterfaces();
      if (reader.getSuperName() == null) {
        return interfaces;
      }
      String[] found = new String[interfaces.length + 1];
      found[0] = reader.getSuperName();
      System.arraycopy(interfaces, 0, found, 1, interfaces.length);
      return found;
    } catch (IOException | IllegalArgumentException unreadable) {
      return new String[0];
    }
  }

  /** The framework's class wins over the app's of the same name, as when it is loaded. */
  private InputStream open(String type) throws IOException {
    ZipEntry entry = framework.getEntry(type + ".class");
    if (entry != null) {
      return framework.getInputStream(entry);
    }
    return ofApp.containsKey(type) ? null : ClassLoader.getSystemResourceAsStream(type + ".class");
  }
}
