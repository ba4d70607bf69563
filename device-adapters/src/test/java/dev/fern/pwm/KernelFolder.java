package dev.fern.pwm;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A folder that behaves as /sys/class/pwm does where drivers/pwm/core.c and sysfs.c say no.
final class KernelFolder extends Attributes {
    final Path root;
    final List<String> writes = new ArrayList<>();
    /// How often files of a fresh channel may not be written yet: udev is slow.
    int locked;

    KernelFolder(Path root) {
        this.root = root;
    }

    Path chip(int number, int channels) throws IOException {
        var chip = Files.createDirectories(root.resolve("pwmchip" + number));
        Files.writeString(chip.resolve("npwm"), channels + "\n");
        return chip;
    }

    Path channel(Path chip, int number, String period, String duty, String enable) throws IOException {
        var folder = Files.createDirectories(chip.resolve("pwm" + number));
        Files.writeString(folder.resolve("period"), period);
        Files.writeString(folder.resolve("duty_cycle"), duty);
        Files.writeString(folder.resolve("enable"), enable);
        return folder;
    }

    @Override
    void write(Path file, String value) throws IOException {
        writes.add(root.relativize(file) + "=" + value);
        var folder = file.getParent() == null ? root : file.getParent();
        switch (String.valueOf(file.getFileName())) {
            case "export" -> channel(folder, Integer.parseInt(value), "0", "0", "0");
            case "unexport" -> {
                for (var name : List.of("period", "duty_cycle", "enable")) {
                    Files.delete(folder.resolve("pwm" + value).resolve(name));
                }
                Files.delete(folder.resolve("pwm" + value));
            }
            default -> {
                if (locked > 0) {
                    locked--;
                    throw new AccessDeniedException(file.toString());
                }
                set(folder, String.valueOf(file.getFileName()), value);
            }
        }
    }

    private void set(Path folder, String name, String value) throws IOException {
        long period = Long.parseLong(name.equals("period") ? value : read(folder.resolve("period")));
        long duty = Long.parseLong(name.equals("duty_cycle") ? value : read(folder.resolve("duty_cycle")));
        if (period == 0 || duty > period) {
            throw new FileSystemException(folder.resolve(name).toString(), null, "Invalid argument");
        }
        Files.writeString(folder.resolve(name), value);
    }

    String state(String channel) throws IOException {
        var folder = root.resolve(channel);
        return Files.isDirectory(folder)
                ? read(folder.resolve("duty_cycle")) + " of " + read(folder.resolve("period"))
                        + (read(folder.resolve("enable")).equals("1") ? " on" : " off")
                : "none";
    }
}
