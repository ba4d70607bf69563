package dev.fern.e2e;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.lang.module.ModuleFinder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Rooms, arrows between them and the libraries each names, as one line a fact: `edge-runtime: dispatch`,
/// `dispatch -> journal`, `mqtt : org.eclipse.paho`. A room is a package below the base with all that is below it; what
/// is in the base itself is the room `root`.
final class House {
    /// `ROOM [(PACKAGE)] [-> ROOM, ROOM] [: LIBRARY, LIBRARY]`
    private static final Pattern ROOM =
            Pattern.compile("(\\w+|\\*)(?: +\\(([\\w.]+)\\))?(?: +-> +([\\w, ]+?))?(?: +: +([\\w., ]+))?");

    private static final Set<String> JDK = ModuleFinder.ofSystem().findAll().stream()
            .flatMap(module -> module.descriptor().packages().stream())
            .collect(Collectors.toUnmodifiableSet());

    private final SortedSet<String> facts = new TreeSet<>();
    /// The prefixes of packages each room may name; `*` stands for every room.
    private final Map<String, Set<String>> libraries = new TreeMap<>();
    /// Packages outside of the base that belong to a room.
    private final Map<String, String> annexes = new TreeMap<>();

    private House() {}

    /// What a page says in its block of that kind, such as three back-ticks and `rooms`.
    static House onPage(String markdown) {
        int start = markdown.indexOf("```rooms\n");
        if (start < 0) {
            throw new IllegalArgumentException("there is no block ```rooms");
        }
        var house = new House();
        var module = "";
        var block = markdown.substring(start + 9, markdown.indexOf("```", start + 9));
        for (var line :
                block.lines().map(String::strip).filter(l -> !l.isEmpty()).toList()) {
            if (line.startsWith("module ")) {
                module = line.substring(7);
            } else {
                house.read(module, line);
            }
        }
        return house;
    }

    private void read(String module, String line) {
        var form = ROOM.matcher(line);
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + line + "' is not ROOM (PACKAGE) -> ROOMS : LIBRARIES");
        }
        var room = form.group(1);
        if (!room.equals("*")) {
            facts.add(module + ": " + room);
        }
        if (form.group(2) instanceof String annex) {
            annexes.put(annex, room);
        }
        for (var target : names(form.group(3))) {
            facts.add(room + " -> " + target);
        }
        for (var library : names(form.group(4))) {
            facts.add(room + " : " + library);
            libraries.computeIfAbsent(room, _ -> new TreeSet<>()).add(library);
        }
    }

    private static Set<String> names(@Nullable String list) {
        return list == null ? Set.of() : Set.of(list.strip().split(" *, *"));
    }

    /// What the bytecode says, in the page's words where it has some.
    ///
    /// @param modules their classes, by name
    static House inCode(String base, Map<String, JavaClasses> modules, House page) {
        var house = new House();
        var owners = new LinkedHashMap<String, String>();
        modules.forEach((module, classes) -> classes.forEach(type -> {
            var room = page.room(base, type);
            owners.put(type.getName(), room);
            house.facts.add(module + ": " + room);
        }));
        modules.values()
                .forEach(classes -> classes.forEach(type -> {
                    var from = page.room(base, type);
                    for (var dependency : type.getDirectDependenciesFromSelf()) {
                        var target = dependency.getTargetClass().getBaseComponentType();
                        var to = owners.get(target.getName());
                        if (to != null && !to.equals(from)) {
                            house.facts.add(from + " -> " + to);
                        } else if (to == null && !target.isPrimitive() && !JDK.contains(target.getPackageName())) {
                            house.facts.add(page.library(from, target.getPackageName()));
                        }
                    }
                }));
        return house;
    }

    private String room(String base, JavaClass type) {
        var name = type.getPackageName();
        if (name.equals(base)) {
            return "root";
        }
        if (name.startsWith(base + ".")) {
            return name.substring(base.length() + 1).split("\\.")[0];
        }
        return annexes.getOrDefault(name, name);
    }

    private String library(String room, String packageName) {
        for (var owner : Set.of(room, "*")) {
            for (var prefix : libraries.getOrDefault(owner, Set.of())) {
                if (packageName.equals(prefix) || packageName.startsWith(prefix + ".")) {
                    return owner + " : " + prefix;
                }
            }
        }
        return room + " : " + packageName;
    }

    SortedSet<String> facts() {
        return facts;
    }
}
