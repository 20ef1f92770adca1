package apkfarm.sandbox.host;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;

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

  private static List<String> devices() throws Exception {
    return Files.readAllLines(Path.of("/proc/net/dev")).stream()
        .filter(line -> line.contains(":"))
        .map(line -> line.substring(0, line.indexOf(':')).trim())
        .toList();
  }
}
