package dev.fern.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/// `http.listen`, read.
///
/// @param host as written, an IPv6 address without brackets
/// @param address what it stands for
/// @param port 0 takes a free one
record ListenAddress(String host, InetAddress address, int port) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^:\\[\\]]+)):(\\d{1,5})");

    static ListenAddress parse(String listen) {
        var form = FORM.matcher(listen);
        int port = form.matches() ? Integer.parseInt(form.group(3)) : -1;
        if (port < 0 || port > 65_535) {
            throw new CannotListenException(
                    "http.listen " + listen + " is no HOST:PORT", "write one such as 127.0.0.1:8080 or [::1]:8080");
        }
        var host = form.group(1) == null ? form.group(2) : form.group(1);
        try {
            return new ListenAddress(host, InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new CannotListenException(
                    "http.listen " + listen + " names a host that is unknown here",
                    "give an address of this device, or 0.0.0.0 for all of them");
        }
    }

    boolean isLoopback() {
        return address.isLoopbackAddress();
    }
}
