package dev.fern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceIdTest {
    @TempDir
    Path root;

    @Test
    void host_name_and_the_last_digits_of_the_serial_number() {
        new Device(root);

        assertThat(new DeviceId(root).standard()).isEqualTo("porch-1d1c36");
    }

    @Test
    void the_serial_number_may_be_under_sys() {
        new Device(root)
                .without("proc/device-tree/serial-number")
                .file("sys/firmware/devicetree/base/serial-number", "00000000abcdef01\0");

        assertThat(new DeviceId(root).standard()).isEqualTo("porch-cdef01");
    }

    @Test
    void without_a_serial_number_a_hash_of_the_machine_id_that_does_not_show_it() {
        new Device(root)
                .without("proc/device-tree/serial-number")
                .file("etc/machine-id", "4b1d0a9c0f5e4d3c8b7a69584736251f\n");

        assertThat(new DeviceId(root).standard()).matches("porch-[0-9a-f]{6}").isNotEqualTo("porch-36251f");
    }

    @Test
    void what_a_topic_cannot_hold_is_replaced() {
        new Device(root).file("proc/sys/kernel/hostname", "front/door +#1\n");

        assertThat(new DeviceId(root).standard()).isEqualTo("front-door---1-1d1c36");
    }

    @Test
    void a_machine_that_says_nothing_is_called_fern() {
        assertThat(new DeviceId(root).standard()).isEqualTo("fern");
    }
}
