package apkfarm.sandbox.host;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.net.InetAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.Test;

public final class NamesTest {
  /** The same name has the same address each time, and the address knows its name. */
  @Test
  public void nameHasOneAddress() throws Exception {
    InetAddress address = Names.of("api.example.com");
    assertEquals("api.example.com", address.getHostName());
    assertArrayEquals(address.getAddress(), Names.of("api.example.com").getAddress());
    assertEquals("api.example.com", Names.hostOf(InetAddress.getByAddress(address.getAddress())));
  }

  /** Addresses are out of 198.18.0.0/16, which is reserved for tests. */
  @Test
  public void addressesAreReserved() throws Exception {
    assertTrue(Names.of("reserved.example").getHostAddress().startsWith("198.18."));
  }

  /** Two names have two addresses, even if their hashes are equal. */
  @Test
  public void namesOfEqualHashDiffer() throws Exception {
    assertEquals("Aa.example".hashCode(), "BB.example".hashCode());
    assertNotEquals(Names.of("Aa.example").getHostAddress(), Names.of("BB.example").getHostAddress());
    assertEquals("Aa.example", Names.hostOf(InetAddress.getByAddress(Names.of("Aa.example").getAddress())));
  }

  /** No name has the first address, nor the last one, which those beyond the bound share, even if its hash says so. */
  @Test
  public void firstAndLastAddressAreKeptFree() throws Exception {
    for (int end : new int[] {0, 0xFFFF}) {
      String name = IntStream.iterate(0, i -> i + 1).mapToObj(i -> "n" + i).filter(n -> (n.hashCode() & 0xFFFF) == end).findFirst().orElseThrow();
      byte[] address = Names.of(name).getAddress();
      assertNotEquals(end, (address[2] & 0xFF) << 8 | address[3] & 0xFF);
    }
  }

  /** The machine itself stays the machine itself, however it is written. */
  @Test
  public void localhostIsLoopback() throws Exception {
    assertTrue(Names.of("localhost").isLoopbackAddress());
    assertTrue(Names.of("LocalHost").isLoopbackAddress());
  }

  /** What is no name is not found: it is empty, too long, or would break the line that it is written to. */
  @Test
  public void whatIsNoNameIsNotFound() {
    for (String text : new String[] {"", "a b", "a\nb", "a\u0000", "a\u007f", "x".repeat(254)}) {
      assertThrows(UnknownHostException.class, () -> Names.of(text));
    }
  }

  /** The longest name is a name. */
  @Test
  public void longestNameIsFound() throws Exception {
    assertTrue(Names.of("x".repeat(253)).getHostAddress().startsWith("198.18."));
  }

  /** An address that no name was answered with is its own name. */
  @Test
  public void unknownAddressIsItsOwnName() throws Exception {
    assertEquals("203.0.113.9", Names.hostOf(InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 9})));
    assertEquals("198.18.0.0", Names.hostOf(InetAddress.getByAddress(new byte[] {(byte) 198, 18, 0, 0})));
  }

  /** Beyond ten thousand names all others share one address: names without end cost no memory without end. */
  @Test
  public void namesAreBounded() throws Exception {
    URL classes = Names.class.getProtectionDomain().getCodeSource().getLocation();
    Set<Object> addresses = new HashSet<>();
    Set<Object> late = new HashSet<>();
    try (URLClassLoader fresh = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
      var of = fresh.loadClass(Names.class.getName()).getMethod("of", String.class);
      for (int i = 0; i < 10_050; i++) {
        (i < 10_000 ? addresses : late).add(((InetAddress) of.invoke(null, "h" + i + ".example")).getHostAddress());
      }
      assertTrue(addresses.contains(((InetAddress) of.invoke(null, "h7.example")).getHostAddress()));
    }
    assertEquals(10_000, addresses.size());
    assertEquals(Set.of("198.18.255.255"), late);
  }
}
