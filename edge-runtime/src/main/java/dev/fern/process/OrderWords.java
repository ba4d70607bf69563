package dev.fern.process;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An [Order] as texts, and back. Whoever reads them does not trust them: what makes no sense is refused here, what is
/// not
/// allowed by [Allowed].
final class OrderWords {
    private static final int MOST_MEMORY_MB = 1 << 20;

    private final String[] words;
    private int at;

    private OrderWords(String[] words) {
        this.words = words;
    }

    static List<String> of(Order order) {
        var words = new ArrayList<String>();
        words.add(order.name());
        words.add(order.root().toString());
        words.add(String.valueOf(order.wholeImage()));
        words.add(order.workingDir());
        words.add(String.valueOf(order.memoryMb()));
        words.add(String.valueOf(order.places().size()));
        order.places().forEach((place, source) -> words.addAll(List.of(place, source.toString())));
        words.add(String.valueOf(order.command().size()));
        words.addAll(order.command());
        // a variable with NUL in it does not exist, and would be cut here
        var env = new TreeMap<>(order.env());
        env.entrySet().removeIf(one -> (one.getKey() + one.getValue()).indexOf('\0') >= 0);
        words.add(String.valueOf(env.size()));
        env.forEach((name, value) -> words.addAll(List.of(name, value)));
        return words;
    }

    /// @throws Frame.BadFrameException if these are no order
    static Order read(List<String> texts) throws Frame.BadFrameException {
        var words = new OrderWords(texts.toArray(String[]::new));
        var order = words.order();
        if (words.at != words.words.length) {
            throw new Frame.BadFrameException("an order with something behind it");
        }
        return order;
    }

    private Order order() throws Frame.BadFrameException {
        var name = next();
        var root = path(next());
        boolean wholeImage = next().equals("true");
        var workingDir = next();
        int memoryMb = number(MOST_MEMORY_MB);
        var places = new TreeMap<String, Path>();
        for (int i = number(words.length); i > 0; i--) {
            places.put(next(), path(next()));
        }
        var command = new ArrayList<String>();
        for (int i = number(words.length); i > 0; i--) {
            command.add(next());
        }
        Map<String, String> env = new TreeMap<>();
        for (int i = number(words.length); i > 0; i--) {
            env.put(next(), next());
        }
        return new Order(name, root, wholeImage, places, command, env, workingDir, memoryMb);
    }

    private String next() throws Frame.BadFrameException {
        if (at == words.length) {
            throw new Frame.BadFrameException("an order that is not whole");
        }
        return words[at++];
    }

    private int number(int most) throws Frame.BadFrameException {
        var word = next();
        if (!word.matches("[0-9]{1,7}") || Integer.parseInt(word) > most) {
            throw new Frame.BadFrameException("an order with a number that makes no sense");
        }
        return Integer.parseInt(word);
    }

    private static Path path(String word) throws Frame.BadFrameException {
        try {
            return Path.of(word);
        } catch (InvalidPathException e) {
            throw new Frame.BadFrameException("an order with a path that is none");
        }
    }
}
