package dev.fern.config;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads one YAML 1.2 document into a [Node], from the parser's events: so that lines are known, a second use of a key
/// is reported as such, and neither depth nor aliases can exhaust memory.
final class YamlReader {
    private static final int MOST_CHARACTERS = 1 << 20;
    private static final int DEEPEST = 32;

    private final Problems problems;
    private final Iterator<Event> events;

    private YamlReader(String text, Problems problems) {
        this.problems = problems;
        var settings = LoadSettings.builder().setCodePointLimit(MOST_CHARACTERS).build();
        events = new Parse(settings).parseString(text).iterator();
    }

    /// The document's root; an empty mapping if there is nothing in it. Null if it cannot be read, which is reported.
    static @Nullable Node read(String text, Problems problems) {
        try {
            return new YamlReader(text, problems).document();
        } catch (Unreadable e) {
            problems.add(e.line, e.path, e.why, e.whatToDo);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            problems.add(line, "", "this is no YAML: " + e.getProblem(), "correct the line, or the one before it");
        } catch (YamlEngineException e) {
            problems.add(0, "", "this is no YAML: " + e.getMessage(), "write it as UTF-8 text");
        }
        return null;
    }

    private Node document() {
        Node root = null;
        while (events.hasNext()) {
            var event = events.next();
            if (event instanceof DocumentStartEvent && root != null) {
                throw new Unreadable(line(event), "", "there is a second document", "remove the line ---");
            }
            if (event instanceof NodeEvent) {
                root = node(event, line(event), "", 0);
            }
        }
        return root == null || root instanceof Node.Scalar scalar && scalar.isNull() ? Node.Mapping.EMPTY : root;
    }

    private Node node(Event event, int line, String path, int depth) {
        if (depth > DEEPEST) {
            throw new Unreadable(line, path, "this is nested too deep", "write at most " + DEEPEST + " levels");
        }
        return switch (event) {
            case ScalarEvent scalar -> new Node.Scalar(scalar.getValue(), scalar.isPlain(), line);
            case SequenceStartEvent _ -> listing(line, path, depth);
            case MappingStartEvent _ -> mapping(line, path, depth);
            default -> throw new Unreadable(line, path, "aliases (*name) are not supported", "write the value out");
        };
    }

    private Node listing(int line, String path, int depth) {
        var items = new ArrayList<Node>();
        for (var event = next(); !(event instanceof CollectionEndEvent); event = next()) {
            items.add(node(event, line(event), path + "[" + items.size() + "]", depth + 1));
        }
        return new Node.Listing(items, line);
    }

    private Node mapping(int line, String path, int depth) {
        var entries = new LinkedHashMap<String, Node>();
        for (var event = next(); !(event instanceof CollectionEndEvent); event = next()) {
            int keyLine = line(event);
            if (!(event instanceof ScalarEvent key)) {
                throw new Unreadable(keyLine, path, "a key is a list or a mapping", "write a word before the colon");
            }
            var keyPath = Problems.path(path, key.getValue());
            var first = entries.get(key.getValue());
            var value = node(next(), keyLine, keyPath, depth + 1);
            if (first == null) {
                entries.put(key.getValue(), value);
            } else {
                problems.add(keyLine, keyPath, "is there already, in line " + first.line(), "keep one of them");
            }
        }
        return new Node.Mapping(entries, line);
    }

    private Event next() {
        var event = events.next();
        if (event instanceof StreamEndEvent) {
            throw new YamlEngineException("it ends in the middle");
        }
        return event;
    }

    private static int line(Event event) {
        return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int line;
        private final String path;
        private final String why;
        private final String whatToDo;

        Unreadable(int line, String path, String why, String whatToDo) {
            super(why, null, false, false);
            this.line = line;
            this.path = path;
            this.why = why;
            this.whatToDo = whatToDo;
        }
    }
}
