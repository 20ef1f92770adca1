package apkfarm.sandbox.host;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Talks to the network in the ways in which apps do; run by the tests in place of an app, behind the same walls. */
public final class NetClient {
  private NetClient() {}

  /** Each argument is one thing to do; what came of it is one line. */
  public static void main(String[] arguments) throws Exception {
    Network.install();
    for (String argument : arguments) {
      String[] words = argument.split(" ", 4);
      long start = System.nanoTime();
      String said;
      try {
        said = act(words);
      } catch (Exception failed) {
        said = failed.getClass().getName() + ": " + failed.getMessage();
      }
      long millis = (System.nanoTime() - start) / 1_000_000;
      System.out.println(words[0] + "\t" + said.replace('\n', '|') + "\t" + millis);
    }
  }

  private static String act(String[] words) throws Exception {
    return switch (words[0]) {
      case "http" -> http(words, (HttpURLConnection) new URL(words[2]).openConnection());
      case "direct" -> http(words, (HttpURLConnection) new URL(words[2]).openConnection(Proxy.NO_PROXY));
      case "name" -> InetAddress.getByName(words[1]).toString();
      case "raw" -> raw(new Socket(words[1], Integer.parseInt(words[2])), words[3]);
      case "tls" -> raw(
          SSLSocketFactory.getDefault().createSocket(words[1], Integer.parseInt(words[2])), words[3]);
      case "listen" -> raw(new Socket(words[1], Integer.parseInt(words[2])), "");
      case "timeout" -> timeout(words);
      case "udp" -> udp(words);
      case "channel" -> String.valueOf(
          SocketChannel.open(new InetSocketAddress(words[1], Integer.parseInt(words[2]))).isConnected());
      case "self" -> self();
      case "authorities" -> authorities();
      case "pinned" -> pinned((HttpsURLConnection) new URL(words[1]).openConnection());
      case "devices" -> String.join(",", devices());
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  /** Words: method, address, body in base64. */
  private static String http(String[] words, HttpURLConnection connection) throws Exception {
    connection.setRequestMethod(words[1]);
    if (words.length > 3) {
      connection.setDoOutput(true);
      try (OutputStream out = connection.getOutputStream()) {
        out.write(Base64.getDecoder().decode(words[3]));
      }
    }
    try (InputStream in = connection.getInputStream()) {
      return connection.getResponseCode() + " " + connection.getContentType() + " " + new String(in.readAllBytes());
    }
  }

  private static String raw(Socket socket, String text) throws Exception {
    try (socket) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(text.getBytes());
      return "answer " + socket.getInputStream().readAllBytes().length;
    }
  }

  private static String timeout(String[] words) throws Exception {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(words[1], Integer.parseInt(words[2])), 5_000);
      socket.setSoTimeout(100);
      return String.valueOf(socket.getInputStream().read());
    }
  }

  private static String udp(String[] words) throws Exception {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName(words[1]), Integer.parseInt(words[2])));
      return "sent";
    }
  }

  /** An app that talks to a server of its own. */
  private static String self() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      try (Socket client = new Socket("localhost", server.getLocalPort()); Socket accepted = server.accept()) {
        accepted.getOutputStream().write(42);
        return String.valueOf(client.getInputStream().read());
      }
    }
  }

  private static String authorities() throws Exception {
    KeyStore store = KeyStore.getInstance("AndroidCAStore");
    store.load(null);
    TrustManagerFactory factory = TrustManagerFactory.getInstance("X509");
    factory.init((KeyStore) null);
    X509TrustManager manager = (X509TrustManager) factory.getTrustManagers()[0];
    return store.size() + " " + manager.getAcceptedIssuers().length;
  }

  /** Trusts nobody but a certificate that it knows. */
  private static String pinned(HttpsURLConnection connection) throws Exception {
    X509TrustManager nobody =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("pinned");
          }

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {nobody}, null);
    connection.setSSLSocketFactory(context.getSocketFactory());
    return String.valueOf(connection.getResponseCode());
  }

  private static List<String> devices() throws Exception {
    return Files.readAllLines(Path.of("/proc/net/dev")).stream()
        .filter(line -> line.contains(":"))
        .map(line -> line.substring(0, line.indexOf(':')).trim())
        .toList();
  }
}
