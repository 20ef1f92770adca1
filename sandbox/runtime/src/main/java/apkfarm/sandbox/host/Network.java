package apkfarm.sandbox.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends every connection of this JVM to the sinkhole, if there is one, and answers every name. */
public final class Network {
  static final Path SOCKET = Path.of("/in/sink/app.sock");
  /** What an app is told about its own end of a connection. */
  static final InetAddress LOCAL = local();

  private static final Path AUTHORITY = Path.of("/in/sink/ca.pem");
  private static final Map<Thread, Long> WAITING = new ConcurrentHashMap<>();
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static volatile Listener listener = (host, port, number) -> {};

  /** Is told of each connection that goes out, on the thread that opens it. */
  public interface Listener {
    /**
     * Called before the connection is made.
     *
     * @param host name if the app looked one up, else the address
     * @param number counts the connections of this run; the network log of the worker has the same number
     */
    void connected(String host, int port, int number);
  }

  private Network() {}

  /** Called once, before any code of the app runs. */
  static void install() throws IOException, ReflectiveOperationException, GeneralSecurityException {
    Names.install();
    if (Files.exists(AUTHORITY)) { // The socket comes with the app.
      Trust.install(AUTHORITY);
      Socket.setSocketImplFactory(SinkSocket::new);
    }
  }

  /** Sets who is told of connections. */
  public static void onConnect(Listener told) {
    listener = told;
  }

  /** Notes that this thread waits for an answer; simulated time stands still until {@code deadline}. */
  static void waits(long deadline) {
    WAITING.put(Thread.currentThread(), deadline);
  }

  /** Notes that it has got one, or has given up. */
  static void served() {
    WAITING.remove(Thread.currentThread());
  }

  /** Whether a thread waits for an answer. */
  public static boolean isWaiting(Thread thread) {
    return WAITING.containsKey(thread);
  }

  /** Whether an answer is still on its way: what real time that takes is chance, and no time of the app's. */
  public static boolean isAnswering() {
    long now = System.nanoTime();
    for (long deadline : WAITING.values()) {
      if (now - deadline < 0) {
        return true;
      }
    }
    return false;
  }

  static int connected(String host, int port) {
    int number = NUMBER.incrementAndGet();
    listener.connected(host, port, number);
    return number;
  }

  static int nextLocalPort() {
    return 32_768 + NUMBER.get() % 28_000;
  }

  private static InetAddress local() {
    try {
      return InetAddress.getByAddress(new byte[] {(byte) 192, (byte) 168, 1, 100});
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
