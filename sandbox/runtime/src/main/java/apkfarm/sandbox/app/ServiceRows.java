package apkfarm.sandbox.app;

import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import apkfarm.sandbox.host.ServiceTables;
import java.util.List;
import java.util.Map;

/** Content providers of the phone's identifier services: one row for a query of the tables, none for any other. */
final class ServiceRows extends PhoneProvider {
  private static final int HEXADECIMAL = 16;

  private final List<ServiceTables.Row> rows;
  private final Map<String, String> canaries;

  /**
   * @param rows of one authority, at least one
   * @param canaries planted values by kind
   */
  ServiceRows(List<ServiceTables.Row> rows, Map<String, String> canaries) {
    this.rows = rows;
    this.canaries = canaries;
  }

  @Override
  public Cursor query(Uri uri, String[] projection, String selection, String[] arguments, String order) {
    for (ServiceTables.Row row : rows) {
      if (row.answers(String.valueOf(uri.getPath()), arguments)) {
        return answer(row);
      }
    }
    return new MatrixCursor(rows.get(0).columns().keySet().toArray(new String[0]));
  }

  private Cursor answer(ServiceTables.Row row) {
    if (!row.permission().isEmpty() && !Session.get().holds(row.permission())) {
      throw new SecurityException(
          "Permission Denial: opening provider " + row.authority() + " requires " + row.permission());
    }
    String planted = canaries.get(row.kind());
    if (planted != null) {
      Events.tell("api", row.operation(), List.of(), Events.Details.NONE);
    }
    MatrixCursor cursor = new MatrixCursor(row.columns().keySet().toArray(new String[0]));
    MatrixCursor.RowBuilder values = cursor.newRow();
    for (String value : row.columns().values()) {
      values.add(value.equals(ServiceTables.PLANTED) ? spelled(planted, row.isDecimal()) : value);
    }
    return cursor;
  }

  private static String spelled(String planted, boolean isDecimal) {
    return isDecimal && planted != null
        ? Long.toString(Long.parseUnsignedLong(planted, HEXADECIMAL))
        : planted;
  }
}
