package dev.fern.pwm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Files of sysfs, of one value each.
class Attributes {
    String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    void write(Path file, String value) throws IOException {
        Files.writeString(file, value, StandardOpenOption.WRITE);
    }
}
