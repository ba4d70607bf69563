package dev.fern.gpio;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What we say of the kernel's interface is what its header says, by a C compiler.
class UapiTest {
    private static final List<StructLayout> STRUCTS =
            List.of(Uapi.CHIP_INFO, Uapi.CONFIG, Uapi.REQUEST, Uapi.LINE_INFO, Uapi.VALUES, Uapi.EVENT);

    private final Map<String, Long> ours = new LinkedHashMap<>();

    UapiTest() {
        for (var struct : STRUCTS) {
            var name = "struct " + struct.name().orElseThrow();
            ours.put("sizeof(" + name + ")", struct.byteSize());
            for (var member : struct.memberLayouts()) {
                var at = member.name().orElseThrow();
                ours.put(
                        "offsetof(" + name + ", " + at + ")",
                        struct.byteOffset(MemoryLayout.PathElement.groupElement(at)));
            }
        }
        var config = "struct gpio_v2_line_config";
        ours.put("offsetof(" + config + ", attrs[1].attr.id)", Uapi.at(1, "id"));
        ours.put("offsetof(" + config + ", attrs[1].attr.values)", Uapi.at(1, "values"));
        ours.put("offsetof(" + config + ", attrs[1].attr.debounce_period_us)", Uapi.at(1, "values"));
        ours.put("offsetof(" + config + ", attrs[1].mask)", Uapi.at(1, "mask"));
        ours.put("GPIO_GET_CHIPINFO_IOCTL", Uapi.GET_CHIPINFO);
        ours.put("GPIO_V2_GET_LINEINFO_IOCTL", Uapi.GET_LINEINFO);
        ours.put("GPIO_V2_GET_LINE_IOCTL", Uapi.GET_LINE);
        ours.put("GPIO_V2_LINE_SET_CONFIG_IOCTL", Uapi.SET_CONFIG);
        ours.put("GPIO_V2_LINE_GET_VALUES_IOCTL", Uapi.GET_VALUES);
        ours.put("GPIO_V2_LINE_SET_VALUES_IOCTL", Uapi.SET_VALUES);
        ours.put("GPIO_V2_LINE_FLAG_USED", Uapi.FLAG_USED);
        ours.put("GPIO_V2_LINE_FLAG_INPUT", Uapi.FLAG_INPUT);
        ours.put("GPIO_V2_LINE_FLAG_OUTPUT", Uapi.FLAG_OUTPUT);
        ours.put("GPIO_V2_LINE_FLAG_EDGE_RISING", Uapi.FLAG_EDGE_RISING);
        ours.put("GPIO_V2_LINE_FLAG_EDGE_FALLING", Uapi.FLAG_EDGE_FALLING);
        ours.put("GPIO_V2_LINE_FLAG_BIAS_PULL_UP", Uapi.FLAG_BIAS_PULL_UP);
        ours.put("GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN", Uapi.FLAG_BIAS_PULL_DOWN);
        ours.put("GPIO_V2_LINE_FLAG_BIAS_DISABLED", Uapi.FLAG_BIAS_DISABLED);
        ours.put("GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES", (long) Uapi.ATTR_OUTPUT_VALUES);
        ours.put("GPIO_V2_LINE_ATTR_ID_DEBOUNCE", (long) Uapi.ATTR_DEBOUNCE);
        ours.put("GPIO_V2_LINE_EVENT_RISING_EDGE", (long) Uapi.EVENT_RISING_EDGE);
        ours.put("GPIO_V2_LINES_MAX * 16", (long) Uapi.MOST_EVENTS);
    }

    @Test
    void structures_and_numbers_are_those_of_the_kernels_header(@TempDir Path folder) throws Exception {
        var source = Files.writeString(
                folder.resolve("uapi.c"),
                ours.keySet().stream()
                        .map(what -> "  printf(\"%lld\\n\", (long long)(" + what + "));\n")
                        .collect(Collectors.joining(
                                "",
                                "#include <linux/gpio.h>\n#include <stddef.h>\n#include <stdio.h>\n#include <sys/ioctl.h>\nint main(void) {\n",
                                "}\n")));
        var program = folder.resolve("uapi").toString();
        run("clang", "-o", program, source.toString());

        var theirs = run(program).lines().map(Long::valueOf).toList();

        assertThat(theirs).hasSameSizeAs(ours.values());
        var all = new LinkedHashMap<String, Long>();
        ours.keySet().forEach(what -> all.put(what, theirs.get(all.size())));
        assertThat(ours).isEqualTo(all);
    }

    private static String run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
