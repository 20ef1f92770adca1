package com.igexin.sample;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;

/** Sends the identifier to a host name that can never exist (RFC 2606). */
final class Reporter {
    private static final String ADDRESS = "https://collect.push-sample.invalid/v1/device";

    private Reporter() {}

    static void report(String imei) {
        try {
            HttpURLConnection connection = (HttpURLConnection) new URL(ADDRESS).openConnection();
            connection.setDoOutput(true);
            try (OutputStream body = connection.getOutputStream()) {
                body.write(("imei=" + imei).getBytes(StandardCharsets.UTF_8));
            }
            connection.getResponseCode();
        } catch (IOException unreachable) {
            // Nobody listens there, by intent.
        }
    }
}
