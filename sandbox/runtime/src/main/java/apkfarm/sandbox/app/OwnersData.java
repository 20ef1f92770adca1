package apkfarm.sandbox.app;

import android.content.ContentValues;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Contacts, call log, messages, calendar and photos of the phone's owner: one planted row each, whichever columns are asked. */
final class OwnersData extends PhoneProvider {
  static final List<String> AUTHORITIES =
      List.of("com.android.contacts", "contacts", "call_log", "sms", "mms", "mms-sms", "com.android.calendar", "media", "icc");

  /** What a query without a list of columns gets, by kind. */
  private static final Map<String, String> COLUMNS =
      Map.of(
          "contacts", "_id display_name name lookup contact_id raw_contact_id has_phone_number number mimetype"
              + " data1 data2 data3 data4 photo_id photo_uri starred",
          "call_log", "_id number name date duration type new countryiso geocoded_location",
          "sms", "_id thread_id address person date date_sent protocol read status type subject body service_center",
          "calendar", "_id calendar_id title description eventLocation dtstart dtend allDay name account_name",
          "media", "_id _data _display_name title mime_type _size date_added date_modified datetaken width height"
              + " duration artist artist_id album album_id bucket_id bucket_display_name relative_path");

  /** Asked here too, since loaders query from the framework's own code; photos of its own every app may list. */
  private static final Map<String, String> PERMISSIONS =
      Map.of(
          "contacts", "READ_CONTACTS", "call_log", "READ_CALL_LOG", "sms", "READ_SMS", "calendar", "READ_CALENDAR");

  private static final Set<String> ONES = Set.of("type", "read", "data2", "status", "new", "width", "height");

  private final Map<String, String> canaries;
  private final String authority;

  OwnersData(Map<String, String> canaries, String authority) {
    this.canaries = canaries;
    this.authority = authority;
  }

  @Override
  public Cursor query(Uri uri, String[] projection, String selection, String[] arguments, String order) {
    String permission = "android.permission." + PERMISSIONS.get(kind());
    if (PERMISSIONS.containsKey(kind()) && !Session.get().holds(permission)) {
      throw new SecurityException("Permission Denial: opening provider " + authority + " requires " + permission);
    }
    String[] columns =
        projection == null || projection.length == 0 ? COLUMNS.get(kind()).split(" ") : named(projection);
    MatrixCursor cursor = new Rows(columns);
    Object[] row = new Object[columns.length];
    for (int i = 0; i < columns.length; i++) {
      row[i] = value(columns[i]);
    }
    cursor.addRow(row);
    return cursor;
  }

  /** A phone pastes the columns into SQL: apps name two of them in one text. */
  static String[] named(String[] projection) {
    return Arrays.stream(projection)
        .flatMap(text -> text == null || text.contains("(") ? Stream.of(text) : Arrays.stream(text.trim().split("\\s*,\\s*")))
        .toArray(String[]::new);
  }

  /** A cursor that reads texts as numbers as SQLite does: what is no number is zero. */
  private static final class Rows extends MatrixCursor {
    Rows(String[] columns) {
      super(columns);
    }

    private double number(int column) {
      try {
        return isNull(column) ? 0 : Double.parseDouble(getString(column));
      } catch (NumberFormatException text) {
        return 0;
      }
    }

    @Override
    public short getShort(int column) {
      return (short) getLong(column);
    }

    @Override
    public int getInt(int column) {
      return (int) getLong(column);
    }

    @Override
    public long getLong(int column) {
      return (long) number(column);
    }

    @Override
    public float getFloat(int column) {
      return (float) number(column);
    }

    @Override
    public double getDouble(int column) {
      return number(column);
    }
  }

  private String kind() {
    return switch (authority) {
      case "call_log" -> "call_log";
      case "sms", "mms", "mms-sms" -> "sms";
      case "com.android.calendar" -> "calendar";
      case "media" -> "media";
      default -> "contacts";
    };
  }

  /** The first part of the planted value is a name, the last one a number, where there are two. */
  private Object value(String column) {
    String canary = canaries.getOrDefault(kind(), "");
    String first = Answers.part(canary, true);
    String last = Answers.part(canary, false);
    String name = column.toLowerCase(Locale.ROOT);
    if (name.equals("_id") || name.endsWith("_id") || name.startsWith("has_") || ONES.contains(name)) {
      return 1;
    }
    if (name.startsWith("date") || name.startsWith("dt") || name.equals("duration") || name.equals("_size")) {
      return Time.now() - 86_400_000L;
    }
    if (name.equals("data1") || name.contains("number") || name.equals("data4") || name.equals("address")) {
      return last;
    }
    if (name.equals("mimetype") || name.equals("mime_type")) {
      return kind().equals("media") ? "image/jpeg" : "vnd.android.cursor.item/phone_v2";
    }
    return name.equals("_data") ? "/storage/emulated/0/DCIM/Camera/" + first + ".jpg" : first;
  }

  @Override
  public Uri insert(Uri uri, ContentValues values) {
    return uri;
  }
}
