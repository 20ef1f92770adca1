package apkfarm.sandbox.app;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

/** When messages are due that a queue is given. */
public class TurnsTest {
  private static final long NOW = 1_000_000;

  private final Turns turns = new Turns();

  private long last(int messages, long now) {
    long due = 0;
    for (int i = 0; i < messages; i++) {
      due = turns.turn("kind", now, now);
    }
    return due;
  }

  /** Messages without delay are due at once. */
  @Test
  public void fewAreDueAtOnce() {
    assertEquals(NOW, last(1_900, NOW));
  }

  /** A message that posts itself again and again waits for the next frame in the end. */
  @Test
  public void endlessOnesWait() {
    assertEquals(NOW + 16, last(3_000, NOW));
  }

  /** In the next frame one of them gets its turn, and the one after it waits again. */
  @Test
  public void oneTurnInAFrame() {
    last(3_000, NOW);
    assertEquals(NOW + 32, last(2, NOW + 16));
  }

  /** A queue that was left alone takes many again. */
  @Test
  public void manyAgainAfterARest() {
    last(3_000, NOW);
    assertEquals(NOW + 60_000, last(1_900, NOW + 60_000));
  }

  /** Messages of another kind do not wait for them. */
  @Test
  public void othersGoOn() {
    last(3_000, NOW);
    assertEquals(NOW, turns.turn("other", NOW, NOW));
  }

  /** A message with a delay keeps it. */
  @Test
  public void delaysStay() {
    last(3_000, NOW);
    assertEquals(NOW + 5, turns.turn("kind", NOW + 5, NOW));
  }
}
