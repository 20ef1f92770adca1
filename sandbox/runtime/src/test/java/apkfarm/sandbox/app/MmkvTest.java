package apkfarm.sandbox.app;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;

import org.junit.Test;

public final class MmkvTest {
  /** As the app's half is: the native half reads the field. */
  private static final class Store {
    private final long nativeHandle;

    Store(String id) {
      nativeHandle = (Long) ask("getMMKVWithID", id, 1, null, null);
    }

    Object call(String name, Object... values) {
      Object[] all = new Object[values.length + 2];
      all[0] = this;
      all[1] = nativeHandle;
      System.arraycopy(values, 0, all, 2, values.length);
      return ask(name, all);
    }
  }

  private static Object ask(String name, Object... values) {
    return Mmkv.answer("com.tencent.mmkv.MMKV." + name, values);
  }

  /** What was put in comes out, from every object that has the same name, and from no other. */
  @Test
  public void valuesComeOutAgain() {
    Store one = new Store("settings");
    assertEquals(true, one.call("encodeString", "user", "zhang"));
    assertEquals(true, one.call("encodeSet_2", "tags", new String[] {"a"}, 60));
    assertEquals("zhang", new Store("settings").call("decodeString", "user", "nobody"));
    assertEquals("nobody", new Store("others").call("decodeString", "user", "nobody"));
    assertArrayEquals(new String[] {"a"}, (String[]) one.call("decodeStringSet", "tags"));
    assertEquals(2L, one.call("count"));
    assertArrayEquals(new String[] {"user", "tags"}, (String[]) ask("allKeys", one));
  }

  /** A key without a value has what is given for it. */
  @Test
  public void missingValuesHaveTheirDefault() {
    Store store = new Store("missing");
    assertEquals(true, store.call("decodeBool", "agreed", true));
    assertEquals(7, store.call("decodeInt", "count", 7));
    assertNull(store.call("decodeBytes", "bytes"));
    assertEquals(false, store.call("containsKey", "count"));
    assertNull(ask("allKeys", store));
  }

  /** Null takes a key out, as removing it does; clearing takes out all. */
  @Test
  public void valuesCanBeTakenOut() {
    Store store = new Store("taken");
    store.call("encodeInt", "a", 1);
    store.call("encodeInt", "b", 0);
    store.call("encodeString", "c", "text");
    assertEquals(false, store.call("decodeBool", "b", true));
    store.call("encodeString", "c", null);
    store.call("removeValueForKey", "a");
    assertArrayEquals(new String[] {"b"}, (String[]) ask("allKeys", store));
    ask("clearAll", store);
    assertEquals(0L, store.call("count"));
  }

  /** What it does not know is answered as any native method is, and told. */
  @Test
  public void whatItDoesNotKnowIsLeft() {
    assertSame(Hook.PROCEED, ask("createNB", 16));
    assertSame(Hook.PROCEED, new Store("x").call("writeValueToNB", "key", 1L, 2));
    assertSame(Hook.PROCEED, Mmkv.answer("com.example.Store.getDefaultMMKV", new Object[0]));
  }
}
