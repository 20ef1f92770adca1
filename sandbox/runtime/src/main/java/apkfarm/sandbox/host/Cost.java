package apkfarm.sandbox.host;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What this process has used so far. */
public final class Cost {
  private Cost() {}

  /** Returns processor seconds, and the largest resident memory in MB if Linux tells it. */
  public static Map<String, Object> soFar() {
    double cpu = 0;
    if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os) {
      cpu = os.getProcessCpuTime() / 1e9;
    }
    return Map.of("cpu_s", cpu, "peak_mb", peak());
  }

  private static long peak() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
        }
      }
    } catch (IOException | NumberFormatException untold) {
      return 0;
    }
    return 0;
  }
}
