package apkfarm.sandbox.host;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;

/**
 * Answers every look-up of a name with an address of its own, out of 198.18.0.0/16, which RFC 2544 reserves for tests.
 *
 * <p>It takes the place of the JDK's own name service, so that names looked up inside the JDK, as
 * {@code new InetSocketAddress(host, port)} does, are answered too. No name leaves the machine.
 */
public final class Names {
  private static final int FIRST = 198 << 24 | 18 << 16;
  private static final int MASK = 0xFFFF;
  /** Beyond this many names all others share the last address: an app may ask for names without end. */
  private static final int MAX_NAMES = 10_000;
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final Map<String, Integer> ADDRESSES = new HashMap<>();
  private static final Map<Integer, String> NAMES = new HashMap<>();

  private Names() {}

  /** Takes the place of the JDK's name service; needs {@code --add-opens java.base/java.net=ALL-UNNAMED}. */
  static void install() throws ReflectiveOperationException {
    Field service = InetAddress.class.getDeclaredField("nameService");
    service.setAccessible(true);
    Class<?> type = Class.forName("java.net.InetAddress$NameService");
    InvocationHandler handler = Names::answer;
    service.set(null, Proxy.newProxyInstance(null, new Class<?>[] {type}, handler));
  }

  private static Object answer(Object proxy, Method method, Object[] arguments) throws UnknownHostException {
    return switch (method.getName()) {
      case "lookupAllHostAddr" -> new InetAddress[] {of((String) arguments[0])};
      case "getHostByAddr" -> nameOf((byte[]) arguments[0]);
      default -> null;
    };
  }

  /** Returns the address of a name; the same name has the same address in every run, but for rare collisions. */
  public static InetAddress of(String name) throws UnknownHostException {
    if (!isName(name)) {
      throw new UnknownHostException(name);
    }
    if (name.equalsIgnoreCase("localhost") || name.equalsIgnoreCase("ip6-localhost")) {
      return InetAddress.getByAddress(name, LOOPBACK);
    }
    int address = FIRST | number(name);
    return InetAddress.getByAddress(
        name,
        new byte[] {(byte) (address >> 24), (byte) (address >> 16), (byte) (address >> 8), (byte) address});
  }

  /** Whether a text could be looked up: an app may ask for anything, and the answer is written to a line. */
  static boolean isName(String text) {
    return !text.isEmpty() && text.length() <= 253 && text.chars().allMatch(c -> c > ' ' && c != 0x7F);
  }

  private static synchronized int number(String name) {
    Integer known = ADDRESSES.get(name);
    if (known != null) {
      return known;
    }
    if (ADDRESSES.size() >= MAX_NAMES) {
      return MASK;
    }
    int number = name.hashCode() & MASK;
    while (number == 0 || number == MASK || NAMES.containsKey(number)) {
      number = number + 1 & MASK;
    }
    ADDRESSES.put(name, number);
    NAMES.put(number, name);
    return number;
  }

  /** Returns the name that was answered with an address, or the address itself as text. */
  static String hostOf(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4 && (bytes[0] & 0xFF) == 198 && bytes[1] == 18) {
      synchronized (Names.class) {
        String name = NAMES.get((bytes[2] & 0xFF) << 8 | bytes[3] & 0xFF);
        if (name != null) {
          return name;
        }
      }
    }
    return address.getHostAddress();
  }

  private static String nameOf(byte[] address) throws UnknownHostException {
    InetAddress asked = InetAddress.getByAddress(address);
    String name = asked.isLoopbackAddress() ? "localhost" : hostOf(asked);
    if (name.equals(asked.getHostAddress())) {
      throw new UnknownHostException(name);
    }
    return name;
  }
}
