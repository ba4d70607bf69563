package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Options;
import dev.fern.Problem;
import dev.fern.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
    @TempDir
    Path folder;

    @Test
    void a_function_by_its_folder_or_its_file() throws IOException {
        var file = Files.writeString(folder.resolve("func.yaml"), "schema_version: 20180708\nname: a\n");

        assertThat(new Shell().fern("check", folder.toString()))
                .isEqualTo(new Shell.Ran(0, "", file + ": nothing is wrong\n"));

        Files.writeString(file, "schema_version: 20180708\nmemory: 1GB\n");
        assertThat(new Shell().fern("check", file.toString()))
                .isEqualTo(new Shell.Ran(
                        1, file + ":2: memory: '1GB' makes no sense; give a whole number from 1 to 8192\n", ""));
    }

    @Test
    void what_the_rooms_know_stands_at_its_annotation_and_is_not_said_twice() throws IOException {
        var file = Files.writeString(folder.resolve("func.yaml"), """
                schema_version: 20180708
                name: a
                annotations:
                  fern/on/door: "gpio:door"
                  fern/to/alarm: "mqtt:alarm?qos=7&colour=red"
                """);
        var rooms = new PlayedInspection();
        rooms.function.put("fern/on/door", new Problem("there is no pin door", "name another"));
        rooms.function.put("fern/to/alarm", new Problem("the option is unknown", "remove it"));
        rooms.function.put("", new Problem("they contradict", "change one"));

        var ran = new Shell().inspection(rooms).fern("check", file.toString());

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out().lines())
                .containsExactly(
                        file + ":4: annotations.fern/on/door: there is no pin door; name another",
                        file + ":5: annotations.fern/to/alarm: option colour in mqtt:alarm?qos=7&colour=red is unknown;"
                                + " see docs/functions.md for what there is");
        Files.writeString(file, "schema_version: 20180708\nname: a\n");
        rooms.function.keySet().remove("fern/on/door");
        rooms.function.keySet().remove("fern/to/alarm");
        assertThat(new Shell().inspection(rooms).fern("check", file.toString()).out())
                .isEqualTo(file + ": annotations: they contradict; change one\n");
    }

    @Test
    void without_a_device_whatever_a_function_names_is_there() throws IOException {
        Files.writeString(folder.resolve("func.yaml"), """
                schema_version: 20180708
                annotations:
                  fern/on/a: ["mqtt:{label.site}/x?broker=plant", "gpio:door?pull=up", "gpio:53"]
                  fern/to/b: "mqtt:{var.bay}/x"
                """);
        var rooms = new PlayedInspection();

        assertThat(new Shell()
                        .inspection(rooms)
                        .fern("check", folder.toString())
                        .code())
                .isZero();

        var settings = Objects.requireNonNull(rooms.asked);
        assertThat(settings.device().labels()).containsOnlyKeys("site");
        assertThat(settings.vars()).containsOnlyKeys("bay");
        assertThat(settings.brokers()).containsOnlyKeys("plant");
        assertThat(settings.pins()).containsEntry("door", new Settings.Pin("52", Options.NONE));
    }

    @Test
    void the_device_is_the_one_beside_the_function_or_one_folder_up_or_the_one_that_is_named() throws IOException {
        var function = Files.createDirectories(folder.resolve("functions/a"));
        var file = Files.writeString(function.resolve("func.yaml"), "schema_version: 20180708\n");
        var rooms = new PlayedInspection();
        var shell = new Shell().inspection(rooms);
        for (var place : List.of("functions/", "functions/a/", "far-")) {
            var device = Files.writeString(
                    folder.resolve(place + "fern.yaml"), "functions: .\ndevice: {id: \"x" + place.length() + "\"}\n");
            var ran = place.equals("far-")
                    ? shell.fern("check", function.toString(), "--config", device.toString())
                    : shell.fern("check", function.toString());
            assertThat(ran)
                    .isEqualTo(new Shell.Ran(0, "", file + ": nothing is wrong for the device of " + device + "\n"));
            assertThat(Objects.requireNonNull(rooms.asked).device().id()).isEqualTo("x" + place.length());
        }
        Files.writeString(function.resolve("fern.yaml"), "functions: .\nclod: 1\n");
        assertThat(shell.fern("check", function.toString()).code()).isEqualTo(78);
    }

    @Test
    void a_configuration_under_any_name() throws IOException {
        var file = Files.writeString(folder.resolve("porch.yaml"), "cloud: {url: 'http://a'}\n");

        assertThat(new Shell().fern("check", file.toString()))
                .isEqualTo(new Shell.Ran(0, "", file + ": nothing is wrong\n"));

        Files.writeString(file, "cloud: {url: 'http://a', every: soon}\n");
        var ran = new Shell().fern("check", file.toString());
        assertThat(ran.code()).isEqualTo(78);
        assertThat(ran.out()).startsWith(file + ":1: cloud.every: 'soon' makes no sense;");
    }

    @Test
    void a_folder_without_a_function() {
        assertThat(new Shell().fern("check", folder.toString()))
                .isEqualTo(new Shell.Ran(1, "", "fern: there is no func.yaml in " + folder + "\n"));
    }

    @Test
    void a_file_that_is_not_there() {
        assertThat(new Shell().fern("check", folder + "/func.yaml").code()).isEqualTo(1);
        assertThat(new Shell().fern("check", folder + "/fern.yaml").code()).isEqualTo(78);
    }
}
