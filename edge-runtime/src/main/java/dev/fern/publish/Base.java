package dev.fern.publish;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which image a function's own is built on, and what starts it there, as the fn CLI has it (fn/cli, langs/).
final class Base {
    /// The FDK that this Fern was built with.
    private static final String JAVA_FDK = "1.0.212";

    /// What starts a Java function: the base image's own (fdk-java, images/runtime).
    static final List<String> JAVA_ENTRYPOINT = List.of(
            "java",
            "-XX:-UsePerfData",
            "-XX:+UseSerialGC",
            "-Xshare:on",
            "-Djava.awt.headless=true",
            "-Djava.library.path=/function/runtime/lib",
            "-cp",
            "/function/app/*:/function/runtime/*:/function/app:/function/app/resources",
            "com.fnproject.fn.runtime.EntryPoint");

    private Base() {}

    /// The name of it: empty if there is none, null for what runs without one.
    ///
    /// @param kind what the code is: `java`, `wasm` and so on
    /// @param runtime of the func.yaml, such as `java17` or `python3.11`
    /// @param runImage what the func.yaml says itself; empty if nothing
    static @Nullable String of(String kind, String runtime, String runImage) {
        if (kind.equals("wasm")) {
            return null;
        }
        if (!runImage.isEmpty()) {
            return runImage;
        }
        var version = runtime.startsWith(kind) ? runtime.substring(kind.length()) : "";
        return switch (kind) {
            case "java", "kotlin" -> "fnproject/fn-java-fdk:" + java(version);
            case "node" -> "fnproject/node:" + otherwise(version, "24");
            case "python" -> "fnproject/python:" + otherwise(version, "3.12");
            case "go" -> "fnproject/go:" + otherwise(version, "1.24");
            case "ruby" -> "fnproject/ruby:" + otherwise(version, "3.3");
            default -> "";
        };
    }

    private static String java(String version) {
        return version.equals("8") ? JAVA_FDK : "jre" + otherwise(version, "21") + "-" + JAVA_FDK;
    }

    private static String otherwise(String version, String standard) {
        return version.isEmpty() ? standard : version;
    }
}
