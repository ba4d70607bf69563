package dev.fern.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A request that a real Fn server got, and what it answered.
///
/// @param line where it stands in the log, for the test's messages
/// @param target path and query
/// @param host what the client called the server
/// @param answer the body, perhaps cut off
record Exchange(int line, String method, String target, String host, String body, int status, String answer) {
    private static final Pattern REQUEST = Pattern.compile("(GET|POST|PUT|DELETE|HEAD) (/\\S*) ?(.*)");
    private static final Pattern ANSWER = Pattern.compile(" {3}-> (\\d{3}) (.*)");
    private static final Pattern CUT = Pattern.compile("(.*)\\.\\.\\.\\((\\d+) bytes\\)");

    static List<String> lines(String file) {
        try (var in = Exchange.class.getResourceAsStream("/recorded/" + file)) {
            if (in == null) {
                throw new AssertionError("no " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The form of fn-api-probe.log: a request and `-> STATUS BODY` in the next line.
    static List<Exchange> probe() {
        var lines = lines("fn-api-probe.log");
        var exchanges = new ArrayList<Exchange>();
        for (int i = 0; i + 1 < lines.size(); i++) {
            var request = REQUEST.matcher(lines.get(i));
            var answer = ANSWER.matcher(lines.get(i + 1));
            if (request.matches() && answer.matches()) {
                exchanges.add(new Exchange(
                        i + 1,
                        request.group(1),
                        request.group(2),
                        "127.0.0.1:18081",
                        restored(request.group(3)),
                        Integer.parseInt(answer.group(1)),
                        answer.group(2)));
            }
        }
        return exchanges;
    }

    /// The form of fn-cli-session-http.log: `>>> METHOD TARGET`, headers, `BODY`; `<<< STATUS`, headers, `BODY`.
    static List<Exchange> session() {
        var exchanges = new ArrayList<Exchange>();
        var request = new String[] {"", ""};
        var lines = lines("fn-cli-session-http.log");
        int at = 0;
        int status = 0;
        var host = "";
        var body = "";
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i);
            if (line.startsWith(">>> ")) {
                at = i + 1;
                request = line.substring(4).split(" ");
                status = 0;
                body = "";
            } else if (line.startsWith("<<< ")) {
                status = Integer.parseInt(line.substring(4).strip());
            } else if (line.startsWith("    Host: ")) {
                host = line.substring(10);
            } else if (line.startsWith("    BODY ") && status == 0) {
                body = line.substring(9);
            } else if (line.startsWith("    BODY ")) {
                exchanges.add(new Exchange(at, request[0], request[1], host, body, status, line.substring(9)));
            }
        }
        return exchanges;
    }

    /// The log shows the first 200 characters of a body that is long because one thing is repeated.
    private static String restored(String body) {
        var cut = CUT.matcher(body);
        if (!cut.matches()) {
            return body;
        }
        var start = cut.group(1);
        int size = Integer.parseInt(cut.group(2));
        var whole = new StringBuilder();
        int keys = start.indexOf("\"k0\": 0");
        if (keys < 0) {
            var end = "\"}}";
            whole.append(start);
            whole.append(start.substring(start.length() - 1).repeat(size - start.length() - end.length()));
            whole.append(end);
        } else {
            whole.append(start, 0, keys).append("\"k0\": 0");
            for (int i = 1; whole.length() < size - 2; i++) {
                whole.append(", \"k").append(i).append("\": ").append(i);
            }
            whole.append("}}");
        }
        if (whole.length() != size || !whole.toString().startsWith(start)) {
            throw new AssertionError("cannot restore " + start);
        }
        return whole.toString();
    }

    String path() {
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    Map<String, List<String>> query() {
        return query(target);
    }

    static Map<String, List<String>> query(String target) {
        int question = target.indexOf('?');
        var query = new HashMap<String, List<String>>();
        if (question >= 0) {
            for (var pair : target.substring(question + 1).split("&")) {
                var sides = pair.split("=", 2);
                query.computeIfAbsent(sides[0], _ -> new ArrayList<>()).add(sides[1]);
            }
        }
        return query;
    }

    @Override
    public String toString() {
        return "line " + line + ": " + method + " " + target + " " + (body.length() > 100 ? "..." : body);
    }
}
