package dev.fern.process;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// How a Java function gets a process of its own: with the JVM that runs this daemon, the function's jars, and the
/// official FDK, unmodified. The FDK listens with native code that only its base image has; a class of ours that is
/// on the class path before it does that with the JDK (`com.fnproject.fn.runtime.ntv.UnixSocketNative`).
///
/// @param fdk the folder with the FDK's jars, and with what only a process needs in `process` below it
/// @param socket the folder with that class of ours
record JavaHome(Path fdk, Path socket) {
    private static final String ENTRY_POINT = "com.fnproject.fn.runtime.EntryPoint";
    private static final Pattern HANDLER =
            Pattern.compile("[\\p{javaJavaIdentifierPart}.]+::\\p{javaJavaIdentifierPart}+");

    /// Whether these words of an image start the Java FDK.
    boolean means(List<String> words) {
        return HANDLER.matcher(words.getLast().strip()).matches() && (words.size() == 1 || words.contains(ENTRY_POINT));
    }

    List<String> command(Fn fn, Bundle bundle, List<String> words, Map<String, Path> places)
            throws InvalidDefinitionException {
        if (!Files.isDirectory(bundle.root().resolve("function/app"))) {
            throw new InvalidDefinitionException(
                    "the image of " + fn.name() + " names " + words.getLast()
                            + " and has no Java code in /function/app",
                    "build the image again and deploy it");
        }
        var home = Path.of(System.getProperty("java.home")).toAbsolutePath();
        if (!Files.isExecutable(home.resolve("bin/java"))) {
            throw new InvalidDefinitionException(
                    "there is no java in " + home + " that could run " + fn.name() + " in a process of its own",
                    "install a JRE, or set the annotation fern/layers to all");
        }
        if (!home.startsWith("/usr")) {
            places.put(home.toString(), home);
        }
        places.put("/.fern/fdk", fdk.toAbsolutePath());
        places.put("/.fern/socket", socket.toAbsolutePath());
        var command = new ArrayList<String>();
        command.add(home.resolve("bin/java").toString());
        command.addAll(flags(fn.memoryMb()));
        command.addAll(List.of(
                "-cp",
                "/.fern/socket:/function/app/*:/.fern/fdk/*:/.fern/fdk/process/*:"
                        + "/function/app:/function/app/resources",
                ENTRY_POINT,
                words.getLast().strip()));
        return command;
    }

    /// Those of the official image, and what a JVM would find out in a container: how much memory there is.
    private static List<String> flags(int memoryMb) {
        return List.of(
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Djava.awt.headless=true",
                "-XX:MaxRAM=" + memoryMb + "m");
    }
}
