package apkfarm.sandbox.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The inside of a {@link java.net.Socket} that ends in the sinkhole, whatever address it is connected to.
 *
 * <p>The connection goes over a Unix-domain socket, whose first line says where the app wanted to go. Only loopback
 * addresses are connected in truth: an app may talk to itself. In contrast to a SOCKS proxy, an app that asks for
 * {@code Proxy.NO_PROXY} ends here too, and no property tells of it.
 */
final class SinkSocket extends SocketImpl {
  /** Options as numbers that change nothing here, and what they are at first. */
  private static final Map<Integer, Object> DEFAULTS =
      Map.of(
          SocketOptions.TCP_NODELAY, false,
          SocketOptions.SO_KEEPALIVE, false,
          SocketOptions.SO_LINGER, -1,
          SocketOptions.SO_REUSEADDR, false,
          SocketOptions.SO_OOBINLINE, false,
          SocketOptions.SO_RCVBUF, 131_072,
          SocketOptions.SO_SNDBUF, 131_072,
          SocketOptions.IP_TOS, 0,
          SocketOptions.SO_REUSEPORT, false);

  /** The sinkhole is started by the first connection, which takes seconds; afterwards it answers at once. */
  private static final long ADMISSION_NANOS = 20_000_000_000L;
  /** A push service may never say anything. */
  private static final long ANSWER_NANOS = 1_000_000_000L;
  /** What was asked is answered; on a busy machine a certificate takes its time. */
  private static final long ASKED_NANOS = 4_000_000_000L;

  private final Map<Integer, Object> options = new ConcurrentHashMap<>(DEFAULTS);
  private volatile SocketChannel channel;
  private volatile Selector readable;
  private volatile boolean closed;
  private volatile int timeout;
  /** Whether something was sent since the last answer. */
  private volatile boolean asked;

  @Override
  protected void create(boolean stream) throws IOException {
    if (!stream) {
      throw new IOException("Only stream sockets");
    }
  }

  @Override
  protected void connect(String name, int to) throws IOException {
    connect(new InetSocketAddress(name, to), 0);
  }

  @Override
  protected void connect(InetAddress to, int toPort) throws IOException {
    connect(new InetSocketAddress(to, toPort), 0);
  }

  @Override
  protected void connect(SocketAddress to, int limit) throws IOException {
    if (!(to instanceof InetSocketAddress target)) {
      throw new IllegalArgumentException("Unsupported address type");
    }
    if (target.isUnresolved()) {
      throw new UnknownHostException(target.getHostString());
    }
    port = target.getPort();
    address = target.getAddress();
    boolean inside = address.isLoopbackAddress() || address.isAnyLocalAddress();
    SocketChannel opened = inside ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      if (inside) {
        opened.connect(target);
        localport = ((InetSocketAddress) opened.getLocalAddress()).getPort();
      } else {
        localport = Network.nextLocalPort();
        String host = host(target);
        int number = Network.connected(host, port);
        opened.connect(UnixDomainSocketAddress.of(Network.SOCKET));
        opened.write(ByteBuffer.wrap((number + " " + port + " " + host + "\n").getBytes(StandardCharsets.UTF_8)));
      }
      opened.configureBlocking(false);
      readable = Selector.open();
      opened.register(readable, SelectionKey.OP_READ);
      channel = opened;
      if (!inside && read(ByteBuffer.allocate(1), ADMISSION_NANOS) < 0) {
        throw new ConnectException("Connection refused");
      }
    } catch (IOException failed) {
      opened.close();
      throw inside ? failed : new ConnectException("Connection refused");
    }
    if (closed) {
      close();
    }
  }

  /** The name that the app gave the address, if it is one; it may also have made the address itself. */
  private static String host(InetSocketAddress target) {
    String given = target.getHostString();
    boolean named = !given.equals(target.getAddress().getHostAddress()) && Names.isName(given);
    return named ? given : Names.hostOf(target.getAddress());
  }

  @Override
  protected InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] bytes, int from, int count) throws IOException {
        return SinkSocket.this.read(ByteBuffer.wrap(bytes, from, count), asked ? ASKED_NANOS : ANSWER_NANOS);
      }

      @Override
      public int available() throws IOException {
        return SinkSocket.this.available();
      }

      @Override
      public void close() throws IOException {
        SinkSocket.this.close();
      }
    };
  }

  @Override
  protected OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int count) throws IOException {
        SinkSocket.this.write(ByteBuffer.wrap(bytes, from, count));
      }

      @Override
      public void close() throws IOException {
        SinkSocket.this.close();
      }
    };
  }

  /**
   * Reads what comes.
   *
   * @param patience how long simulated time stands still for it
   */
  private int read(ByteBuffer into, long patience) throws IOException {
    if (!into.hasRemaining()) {
      return 0;
    }
    long start = System.nanoTime();
    Network.waits(start + patience);
    boolean interrupted = false; // A socket is deaf to interrupts, a selector is not.
    try {
      for (int got = open().read(into); ; got = open().read(into)) {
        if (got != 0) {
          asked = false;
          return got;
        }
        long left = timeout - (System.nanoTime() - start) / 1_000_000;
        if (timeout > 0 && left <= 0) {
          throw new SocketTimeoutException("Read timed out");
        }
        readable.select(timeout > 0 ? left : 0);
        readable.selectedKeys().clear();
        interrupted |= Thread.interrupted();
      }
    } catch (SocketException | SocketTimeoutException told) {
      throw told;
    } catch (IOException | ClosedSelectorException broken) {
      throw new SocketException(closed ? "Socket closed" : "Connection reset");
    } finally {
      Network.served();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void write(ByteBuffer from) throws IOException {
    asked = true;
    try {
      while (open().write(from) >= 0 && from.hasRemaining()) {
        try (Selector writable = Selector.open()) {
          open().register(writable, SelectionKey.OP_WRITE);
          writable.select(100); // Looks again now and then whether the socket is still open.
        }
      }
    } catch (SocketException told) {
      throw told;
    } catch (IOException broken) {
      throw new SocketException(closed ? "Socket closed" : "Broken pipe");
    }
  }

  private SocketChannel open() throws SocketException {
    SocketChannel now = channel;
    if (closed || now == null) {
      throw new SocketException(closed ? "Socket closed" : "Socket is not connected");
    }
    return now;
  }

  @Override
  protected int available() throws IOException {
    return 0; // Allowed by the contract, and what a channel can tell.
  }

  @Override
  protected void close() throws IOException {
    closed = true;
    try (Selector waiting = readable;
        SocketChannel last = channel) {
      // Both are closed, and a thread that reads wakes up.
    }
  }

  @Override
  protected void shutdownInput() throws IOException {
    open().shutdownInput();
  }

  @Override
  protected void shutdownOutput() throws IOException {
    open().shutdownOutput();
  }

  @Override
  protected void sendUrgentData(int data) throws IOException {
    write(ByteBuffer.wrap(new byte[] {(byte) data}));
  }

  @Override
  protected void bind(InetAddress host, int to) {
    localport = to; // Where a connection comes from makes no difference here.
  }

  @Override
  protected void listen(int backlog) throws IOException {
    throw new SocketException("Not a server socket");
  }

  @Override
  protected void accept(SocketImpl into) throws IOException {
    throw new SocketException("Not a server socket");
  }

  @Override
  public void setOption(int option, Object value) throws SocketException {
    if (option == SocketOptions.SO_TIMEOUT) {
      timeout = (Integer) value;
    } else if (option == SocketOptions.SO_LINGER && Boolean.FALSE.equals(value)) {
      options.put(option, -1);
    } else {
      options.put(option, value);
    }
  }

  @Override
  public Object getOption(int option) throws SocketException {
    return switch (option) {
      case SocketOptions.SO_TIMEOUT -> timeout;
      case SocketOptions.SO_BINDADDR -> Network.LOCAL;
      default -> options.get(option);
    };
  }

  @Override
  protected Set<SocketOption<?>> supportedOptions() {
    return Set.of(
        StandardSocketOptions.TCP_NODELAY, StandardSocketOptions.SO_KEEPALIVE, StandardSocketOptions.SO_LINGER);
  }

  @Override
  protected <T> void setOption(SocketOption<T> option, T value) {
    // None of them means anything here.
  }

  @Override
  @SuppressWarnings("unchecked")
  protected <T> T getOption(SocketOption<T> option) {
    return (T) (option.type() == Boolean.class ? Boolean.FALSE : Integer.valueOf(-1));
  }
}
