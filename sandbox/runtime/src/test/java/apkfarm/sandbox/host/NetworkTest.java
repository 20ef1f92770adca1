package apkfarm.sandbox.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.After;
import org.junit.Test;

public final class NetworkTest {
  private static final long MINUTE = 60_000_000_000L;

  @After
  public void served() {
    Network.served();
    Network.onConnect((host, port, number) -> {});
  }

  /** No answer is on its way while nobody waits for one. */
  @Test
  public void nobodyWaits() {
    assertFalse(Network.isAnswering());
    assertFalse(Network.isWaiting(Thread.currentThread()));
  }

  /** An answer is on its way until a thread's deadline, and no longer than the thread waits. */
  @Test
  public void answerIsOnItsWayUntilItIsServed() {
    Network.waits(System.nanoTime() + MINUTE);
    assertTrue(Network.isAnswering());
    assertTrue(Network.isWaiting(Thread.currentThread()));
    Network.served();
    assertFalse(Network.isAnswering());
  }

  /** A thread that waits beyond its deadline does not keep time from going on. */
  @Test
  public void answerThatIsLateIsNotWaitedFor() {
    Network.waits(System.nanoTime() - 1);
    assertFalse(Network.isAnswering());
    assertTrue(Network.isWaiting(Thread.currentThread()));
  }

  /** One thread that is served does not end the waiting of another one. */
  @Test
  public void threadsWaitForThemselves() throws Exception {
    Network.waits(System.nanoTime() + MINUTE);
    Thread other = new Thread(() -> {
      Network.waits(System.nanoTime() + MINUTE);
      Network.served();
    });
    other.start();
    other.join();
    assertTrue(Network.isAnswering());
    assertFalse(Network.isWaiting(other));
  }

  /** Each connection is told with the next number. */
  @Test
  public void connectionsAreNumbered() {
    List<String> told = new ArrayList<>();
    Network.onConnect((host, port, number) -> told.add(host + ":" + port + " " + number));
    int first = Network.connected("a.example", 80);
    assertEquals(first + 1, Network.connected("b.example", 443));
    assertEquals(List.of("a.example:80 " + first, "b.example:443 " + (first + 1)), told);
  }
}
