package org.apkfarm.sample.replaceproxy;

import android.app.Activity;
import android.os.Bundle;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Does it when its first screen is made. */
public final class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        for (String name : new String[] {"socksProxyHost", "socksProxyPort", "http.proxyHost", "https.proxyHost"}) {
            System.clearProperty(name);
        }
        System.setProperty("java.net.useSystemProxies", "false");
        java.net.ProxySelector.setDefault(null);
        new Thread(Main::connect, "past").start();
    }

    private static void connect() {
        try (Socket socket = new Socket(java.net.Proxy.NO_PROXY)) {
            socket.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {8, 8, 8, 8}), 53), 500);
            socket.getOutputStream().write(1);
        } catch (IOException nowhere) {
            // As it should be.
        }
    }
}
