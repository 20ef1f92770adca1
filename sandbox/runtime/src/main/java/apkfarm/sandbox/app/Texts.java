package apkfarm.sandbox.app;

import android.accounts.Account;
import android.app.Notification;
import android.content.ClipData;
import android.content.ComponentName;
import android.content.ContentValues;
import android.content.Intent;
import android.location.Location;
import android.net.Uri;
import android.os.BaseBundle;
import android.text.Spanned;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.DatagramPacket;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.json.JSONArray;
import org.json.JSONObject;

/**
 * The texts that an argument is made of.
 *
 * <p>Only values of known types are asked: {@code toString} of all others could be the app's own code.
 */
final class Texts {
  private static final int MAX_TEXT = 300;
  private static final int MAX_DEPTH = 6;
  private static final int MAX_ITEMS = 200;

  private static final String FOLDER = "/tmp/robolectric-";
  private static final Pattern DATA = Pattern.compile("/tmp/robolectric-[^/]*/([\\w.]+)-dataDir");
  private static final Pattern FOLDERS = Pattern.compile("/tmp/robolectric-[^/\\s]*");

  private Texts() {}

  /** Returns the arguments as an event tells them. */
  static List<String> shown(Object[] values, int from) {
    List<String> texts = new ArrayList<>();
    for (int i = from; i < values.length; i++) {
      texts.add(shown(values[i]));
    }
    return texts;
  }

  private static String shown(Object value) {
    String text;
    if (value instanceof String[] array) {
      text = Arrays.toString(array);
    } else if (isPlain(value)) {
      text = String.valueOf(value);
    } else {
      text = value.getClass().getName();
    }
    text = neutral(text);
    return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
  }

  /** Names the app's folder as a phone does: the sandbox's own has another name in each run. */
  static String neutral(String text) {
    return text.contains(FOLDER) ? FOLDERS.matcher(DATA.matcher(text).replaceAll("/data/data/$1")).replaceAll("/data") : text;
  }

  /** Adds what a search has found, unless an argument shows it already. */
  static void note(List<String> shown, List<String> notes) {
    for (String note : notes) {
      String text = neutral(note);
      if (shown.stream().noneMatch(other -> other.contains(text))) {
        shown.add(text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text);
      }
    }
  }

  private static boolean isPlain(Object value) {
    return value == null
        || value instanceof Number && value.getClass().getName().startsWith("java.")
        || value instanceof String
        || value instanceof Boolean
        || value instanceof Character
        || value instanceof StringBuilder
        || value instanceof StringBuffer
        || value instanceof Intent
        || value instanceof Uri
        || value instanceof URL
        || value instanceof URI
        || value instanceof File && value.getClass() == File.class
        || value instanceof ComponentName
        || value instanceof Location
        || value instanceof Account
        || value instanceof JSONObject
        || value instanceof JSONArray
        || value instanceof Spanned && value.getClass().getName().startsWith("android.");
  }

  /** Searches a value and what is in it. */
  static void search(Object value, Search search) {
    search(value, search, 0);
  }

  private static void search(Object value, Search search, int depth) {
    if (value == null || depth > MAX_DEPTH || search.isFull()) {
      return;
    }
    search.next();
    if (value instanceof String text) {
      search.text(text);
    } else if (value instanceof byte[] bytes) {
      search.bytes(bytes, 0, bytes.length);
    } else if (value instanceof char[] characters) {
      search.text(CharBuffer.wrap(characters));
    } else if (value instanceof ByteBuffer buffer) {
      search.bytes(buffer);
    } else if (value instanceof Intent intent) {
      intent(intent, search, depth);
    } else if (value instanceof BaseBundle bundle) {
      items(bundle.keySet(), bundle::get, search, depth);
    } else if (value instanceof ContentValues values) {
      items(values.keySet(), values::get, search, depth);
    } else if (value instanceof Object[] array) {
      each(Arrays.asList(array), search, depth);
    } else if (value instanceof Iterable<?> list && isLibrary(value)) {
      each(list, search, depth);
    } else if (value instanceof Map<?, ?> map && isLibrary(value)) {
      each(map.keySet(), search, depth);
      each(map.values(), search, depth);
    } else if (value instanceof ClipData clip) {
      for (int i = 0; i < Math.min(MAX_ITEMS, clip.getItemCount()); i++) {
        ClipData.Item item = clip.getItemAt(i);
        each(Arrays.asList(item.getText(), item.getHtmlText(), item.getUri(), item.getIntent()), search, depth);
      }
    } else if (value instanceof Notification notification) {
      each(Arrays.asList(notification.tickerText, notification.extras), search, depth);
    } else if (value instanceof DatagramPacket packet) {
      search.bytes(packet.getData(), packet.getOffset(), packet.getOffset() + packet.getLength());
    } else if (value instanceof URLConnection connection) {
      search.text(connection.getURL().toString());
    } else if (value instanceof ProcessBuilder builder) {
      each(builder.command(), search, depth);
    } else if (isPlain(value)) {
      search.text(value.toString());
    } else if (value.getClass().getName().startsWith("org.apache.http.")) {
      request(value, search, depth);
    }
  }

  private static void intent(Intent intent, Search search, int depth) {
    each(
        Arrays.asList(
            intent.getAction(), intent.getDataString(), intent.getType(), intent.getExtras(), intent.getClipData()),
        search,
        depth);
  }

  /** What Android's old HTTP client is about to send; it comes with the app or with the sandbox. */
  private static void request(Object request, Search search, int depth) {
    for (String part : new String[] {"getURI", "getRequestLine", "getAllHeaders", "getName", "getValue", "getEntity"}) {
      try {
        Object value = request.getClass().getMethod(part).invoke(request);
        if (part.equals("getEntity") && value != null
            && Boolean.TRUE.equals(value.getClass().getMethod("isRepeatable").invoke(value))) {
          try (InputStream body = (InputStream) value.getClass().getMethod("getContent").invoke(value)) {
            search(body.readNBytes(1 << 16), search, depth + 1);
          }
        } else if (!part.equals("getEntity")) {
          search(value, search, depth + 1);
        }
      } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException | IOException none) {
        continue; // Another sort of object of that library, or a body that cannot be read now.
      }
    }
  }

  private interface Lookup {
    Object get(String key);
  }

  private static void items(Iterable<String> keys, Lookup lookup, Search search, int depth) {
    int count = 0;
    for (String key : keys) {
      if (++count > MAX_ITEMS) {
        return;
      }
      search(key, search, depth + 1);
      search(lookup.get(key), search, depth + 1);
    }
  }

  private static void each(Iterable<?> values, Search search, int depth) {
    int count = 0;
    for (Object value : values) {
      if (++count > MAX_ITEMS) {
        return;
      }
      search(value, search, depth + 1);
    }
  }

  private static boolean isLibrary(Object value) {
    String name = value.getClass().getName();
    return name.startsWith("java.util.") || name.startsWith("android.");
  }
}
