import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Takes without end what the argument names, past every bound of the JVM; run by the tests in place of an app. */
public final class Hog {
  private Hog() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "processes" -> processes();
      case "files" -> files();
      case "output" -> output();
      case "outside" -> outside(arguments);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** Starts processes until it may not; they stay. */
  private static void processes() throws Exception {
    int started = 0;
    String refused = "";
    try {
      for (; started < 2_000; started++) {
        new ProcessBuilder("/usr/bin/sleep", "600").start();
      }
    } catch (Throwable limit) {
      refused = limit.getClass().getName();
    }
    System.out.println("{\"type\":\"hog\",\"count\":" + started + ",\"refused\":\"" + refused + "\"}");
    Thread.sleep(600_000);
  }

  /** Fills the folder in memory, then the memory of other processes; nothing that the JVM counts. */
  private static void files() throws Exception {
    long written = 0;
    String refused = "";
    try (FileOutputStream out = new FileOutputStream("/tmp/big")) {
      byte[] zeros = new byte[1 << 20];
      for (; written < 4L << 30; written += zeros.length) {
        out.write(zeros);
      }
    } catch (java.io.IOException limit) {
      refused = limit.getMessage();
    }
    System.out.println("{\"type\":\"hog\",\"count\":" + (written >> 20) + ",\"refused\":\"" + refused + "\"}");
    List<Process> children = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      children.add(new ProcessBuilder("/usr/bin/perl", "-e", "$x = 'x' x (1 << 30); sleep 600").start());
    }
    for (Process child : children) {
      child.waitFor();
    }
    System.out.println("{\"type\":\"children\",\"codes\":\"" + children.stream().map(Process::exitValue).toList() + "\"}");
    Thread.sleep(600_000);
  }

  private static void output() throws Exception {
    byte[] line = ("{\"type\":\"event\",\"op\":\"" + "x".repeat(60_000) + "\"}\n").getBytes();
    for (long written = 0; written < 1L << 30; written += line.length) {
      System.out.write(line);
    }
  }

  /** Looks for what it should not find, and writes where it may not. */
  private static void outside(String[] arguments) throws Exception {
    List<String> seen = new ArrayList<>();
    for (String place : List.of("/root", "/home", "/etc/passwd", "/etc/hostname", "/var", "/sys", "/run")) {
      if (Files.exists(Path.of(place))) {
        seen.add(place);
      }
    }
    for (String place : List.of("/x", "/usr/x", "/in/x", "/runtime/x", "/sink/x", "/dev/x", "/proc/sys/kernel/core_pattern")) {
      try (FileOutputStream opened = new FileOutputStream(place, true)) { // Opened only: the last one is the machine's.
        seen.add("wrote " + place);
      } catch (java.io.IOException refused) {
        // As it should be.
      }
    }
    Process nested = new ProcessBuilder("/usr/bin/unshare", "--user", "/usr/bin/true").start();
    if (arguments.length > 1 && nested.waitFor() == 0) {
      seen.add("made a namespace");
    }
    long others = Files.list(Path.of("/proc")).filter(path -> path.getFileName().toString().matches("[0-9]+")).count();
    System.out.println("{\"type\":\"hog\",\"count\":" + others + ",\"refused\":\"" + String.join(" ", seen) + "\"}");
  }
}
