package org.apkfarm.sample.kit;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;

/** Sends a body to a host whose name can never exist (RFC 2606). */
public final class Web {
    private static final String HOST = "collect.golden-sample.invalid";

    private Web() {}

    /** Sends on a thread of its own; `scheme` is http or https. */
    public static void post(String scheme, byte[] body) {
        new Thread(() -> send(scheme, body), "sample-sender").start();
    }

    private static void send(String scheme, byte[] body) {
        try {
            URL address = new URL(scheme + "://" + HOST + "/v1/device");
            HttpURLConnection connection = (HttpURLConnection) address.openConnection();
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
            connection.getResponseCode();
        } catch (IOException unreachable) {
            // Nobody listens there, by intent.
        }
    }
}
