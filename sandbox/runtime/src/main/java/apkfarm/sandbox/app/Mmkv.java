package apkfarm.sandbox.app;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The native half of Tencent's MMKV, a store of keys and values that many Chinese apps keep all their settings in: what was
 * put in comes out again, until the app's data is gone. Files, encryption and expiry are left out.
 *
 * <p>Methods and their arguments: github.com/Tencent/MMKV, MMKV.java of 1.0 to 2.2.
 */
final class Mmkv {
  private static final String OWNER = "com.tencent.mmkv.MMKV.";
  private static final String DEFAULT = "mmkv.default";
  private static final int PAGE = 4096;

  private static final Map<String, Long> HANDLES = new HashMap<>();
  private static final Map<Long, Map<String, Object>> STORES = new HashMap<>();

  private Mmkv() {}

  /** Returns the answer to a native method, or {@link Hook#PROCEED} if it is not one of these. */
  static synchronized Object answer(String member, Object[] values) {
    if (!member.startsWith(OWNER)) {
      return Hook.PROCEED;
    }
    String name = member.substring(OWNER.length());
    switch (name) {
      case "getDefaultMMKV":
        return handle(DEFAULT);
      case "getMMKVWithID":
      case "getMMKVWithIDAndSize":
        return handle(String.valueOf(values[0]));
      case "checkProcessMode":
      case "isFileValid":
        return true;
      case "pageSize":
        return PAGE;
      case "jniInitialize":
      case "setLogLevel":
      case "setCallbackHandler":
      case "setWantsContentChangeNotify":
      case "onExit":
        return null;
      default:
        return values.length == 0 ? Hook.PROCEED : ofStore(name, values);
    }
  }

  private static long handle(String id) {
    return HANDLES.computeIfAbsent(id, ignored -> HANDLES.size() + 1L);
  }

  /** The object comes first; then its handle, where the method has it as an argument, and the key. */
  private static Object ofStore(String name, Object[] values) {
    boolean given = values.length > 1 && values[1] instanceof Long;
    Map<String, Object> store =
        STORES.computeIfAbsent(given ? (Long) values[1] : handleOf(values[0]), ignored -> new LinkedHashMap<>());
    Object[] rest = Arrays.copyOfRange(values, given ? 2 : 1, values.length);
    String key = rest.length > 0 && rest[0] instanceof String text ? text : null;
    String plain = name.endsWith("_2") ? name.substring(0, name.length() - 2) : name; // With an expiry.
    if (plain.startsWith("encode") && rest.length > 1) {
      if (rest[1] == null) {
        store.remove(key);
      } else {
        store.put(key, rest[1]);
      }
      return true;
    }
    if (plain.startsWith("decode")) {
      return decoded(plain, store.get(key), rest.length > 1 ? rest[1] : null);
    }
    switch (plain) {
      case "containsKey":
        return store.containsKey(key);
      case "count":
        return (long) store.size();
      case "totalSize":
      case "actualSize":
        return (long) PAGE;
      case "allKeys":
        return store.isEmpty() ? null : store.keySet().toArray(new String[0]);
      case "removeValueForKey":
        store.remove(key);
        return null;
      case "removeValuesForKeys":
        store.keySet().removeAll(rest[0] instanceof String[] keys ? Arrays.asList(keys) : Arrays.asList());
        return null;
      case "clearAll":
        store.clear();
        return null;
      case "sync":
      case "trim":
      case "close":
      case "lock":
      case "unlock":
      case "clearMemoryCache":
      case "checkContentChangedByOuterProcess":
        return null;
      case "tryLock":
      case "enableAutoKeyExpire":
      case "disableAutoKeyExpire":
        return true;
      default:
        return Hook.PROCEED;
    }
  }

  /** A store does not know its types: a number comes out as what is asked for. */
  private static Object decoded(String name, Object kept, Object without) {
    Object fits =
        switch (name) {
          case "decodeString" -> kept instanceof String ? kept : without;
          case "decodeStringSet" -> kept instanceof String[] ? kept : null;
          case "decodeBytes" -> kept instanceof byte[] ? kept : null;
          case "decodeBool" -> kept instanceof Boolean ? kept : kept instanceof Number n ? (Object) (n.longValue() != 0) : without;
          default -> kept instanceof Number ? kept : without;
        };
    return fits == null && isNumber(name) ? 0 : fits;
  }

  private static boolean isNumber(String name) {
    return name.matches("decode(Int|Long|Float|Double)");
  }

  private static Long handleOf(Object object) {
    try {
      Field field = object.getClass().getDeclaredField("nativeHandle");
      field.setAccessible(true);
      return field.getLong(object);
    } catch (ReflectiveOperationException | RuntimeException another) {
      return 0L;
    }
  }
}
