package org.apkfarm.sample.connecteverywhere;

import android.app.Activity;
import android.os.Bundle;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    private static final String[] HOSTS = {
        "127.0.0.1", "::1", "8.8.8.8", "169.254.169.254", "10.0.0.1", "172.17.0.1", "192.168.1.1", "224.0.0.251"
    };
    private static final int[] PORTS = {47831, 22, 53, 80, 443, 5037, 6379, 8265};
    private static final byte[] MARK = "apkfarm-hostile-mark".getBytes(StandardCharsets.UTF_8);

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Thread(Main::connect, "connects").start();
    }

    private static void connect() {
        for (String host : HOSTS) {
            for (int port : PORTS) {
                stream(host, port);
                datagram(host, port);
            }
        }
        for (String path : new String[] {"/var/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/apkfarm-hostile-mark.sock"}) {
            local(path);
        }
    }

    private static void stream(String host, int port) {
        try (Socket socket = new Socket(java.net.Proxy.NO_PROXY)) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(host), port), 100);
            socket.getOutputStream().write(MARK);
        } catch (IOException nowhere) {
            // As it should be.
        }
    }

    private static void datagram(String host, int port) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(MARK, MARK.length, InetAddress.getByName(host), port));
        } catch (IOException nowhere) {
            // As it should be.
        }
    }

    /** Android has no such class; the machine below may. */
    private static void local(String path) {
        try {
            SocketAddress address = (SocketAddress)
                    Class.forName("java.net.UnixDomainSocketAddress").getMethod("of", String.class).invoke(null, path);
            java.nio.channels.SocketChannel.open(address).close();
        } catch (ReflectiveOperationException | IOException | RuntimeException nowhere) {
            // As it should be.
        }
    }
}
