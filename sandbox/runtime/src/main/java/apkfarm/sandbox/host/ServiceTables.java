package apkfarm.sandbox.host;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * What Google's and vendors' services are and answer, as the tables of the job say; nothing at all on a phone without them.
 */
public record ServiceTables(List<Pack> packages, List<Call> calls, List<Row> rows, List<Value> values) {
  /** Stands for the planted value of a row's kind. */
  public static final String PLANTED = "*";

  /**
   * A package that is installed.
   *
   * @param certificate that it is signed with, DER; empty if none is known
   */
  public record Pack(String name, String versionName, long versionCode, byte[] certificate) {}

  /**
   * A call of a service that apps bind.
   *
   * @param service class of the service; empty if it is found by its action only
   * @param action of the intent; empty if it is found by its class only
   * @param descriptor that callers write first
   * @param argument text that the call must carry; empty if every call counts
   * @param texts how many strings it carries
   * @param answer {@code text}, {@code true}, {@code false}, {@code null} or {@code nothing}
   * @param kind key of the planted value; empty if none is answered
   */
  public record Call(
      String owner,
      String service,
      String action,
      String descriptor,
      int code,
      String method,
      String argument,
      int texts,
      String answer,
      String kind) {
    /** Class of the service as the app is told it. */
    public String className() {
      return service.isEmpty() ? descriptor : service;
    }
  }

  /**
   * A row that a content provider answers.
   *
   * @param path of the address, or its beginning if it ends with {@code _}; empty for any
   * @param argument first argument of the selection; empty for any
   * @param operation name of the query in an event
   */
  public record Row(
      String owner,
      String authority,
      String path,
      String argument,
      String permission,
      String operation,
      Map<String, String> columns,
      String kind,
      boolean isDecimal) {
    /** Whether a query is for this row. */
    public boolean answers(String asked, String[] arguments) {
      boolean here = path.isEmpty() || (path.endsWith("_") ? asked.startsWith(path) : asked.equals(path));
      boolean wanted = argument.isEmpty() || arguments != null && arguments.length > 0 && argument.equals(arguments[0]);
      return here && wanted;
    }
  }

  /**
   * A setting or property.
   *
   * @param form {@code setting} or {@code property}
   */
  public record Value(String form, String name, String text, String kind) {}

  /** Whether this phone has the services. */
  public boolean arePresent() {
    return !packages.isEmpty();
  }

  static ServiceTables read(Properties values) {
    List<Pack> packages = new ArrayList<>();
    for (String[] cells : Rules.entries(values.getProperty("services.packages", ""), 4)) {
      packages.add(new Pack(cells[0], cells[1], Long.parseLong(cells[2]), HexFormat.of().parseHex(cells[3])));
    }
    List<Call> calls = new ArrayList<>();
    for (String[] cells : Rules.entries(values.getProperty("services.calls", ""), 10)) {
      calls.add(new Call(cells[0], cells[1], cells[2], cells[3], Integer.parseInt(cells[4]), cells[5], cells[6],
          Integer.parseInt(cells[7]), cells[8], cells[9]));
    }
    List<Row> rows = new ArrayList<>();
    for (String[] cells : Rules.entries(values.getProperty("services.rows", ""), 9)) {
      rows.add(new Row(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], columns(cells[6]), cells[7],
          cells[8].equals("decimal")));
    }
    List<Value> left = new ArrayList<>();
    for (String[] cells : Rules.entries(values.getProperty("services.values", ""), 4)) {
      left.add(new Value(cells[0], cells[1], cells[2], cells[3]));
    }
    return new ServiceTables(packages, calls, rows, left);
  }

  private static Map<String, String> columns(String cell) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String column : cell.split(",")) {
      int equals = column.indexOf('=');
      found.put(column.substring(0, equals), column.substring(equals + 1));
    }
    return found;
  }
}
