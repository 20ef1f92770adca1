package org.apkfarm.sample.oldtarget;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;

/** Sends everything without encryption to a host name that can never exist (RFC 2606). */
final class Uploader {
    private static final String ADDRESS = "http://upload.old-sample.invalid/collect?kind=";

    private Uploader() {}

    static void send(String kind, String text) {
        try {
            HttpURLConnection connection = (HttpURLConnection) new URL(ADDRESS + kind).openConnection();
            connection.setDoOutput(true);
            OutputStream body = connection.getOutputStream();
            body.write(text.getBytes("UTF-8"));
            body.close();
            connection.getResponseCode();
        } catch (IOException unreachable) {
            // Nobody listens there, by intent.
        }
    }
}
