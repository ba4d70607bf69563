package dev.fern.e2e.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A machine that QEMU emulates.
enum Board {
    /// No Raspberry Pi, but the same processor: quick, and with a network that is no USB stick.
    VIRT("ttyAMA0", "") {
        @Override
        List<String> options(Card card) {
            var options = new ArrayList<>(virtual());
            options.addAll(List.of(
                    "-drive",
                    "if=none,id=card,format=raw,file=" + card.file(),
                    "-device",
                    "virtio-blk-pci,drive=card",
                    "-device",
                    "virtio-rng-pci"));
            return options;
        }

        @Override
        String networkCard() {
            return "virtio-net-pci";
        }
    },
    /// A Raspberry Pi 3B as far as QEMU has it: no video core, no radio, no input of a pin. Those drivers would wait
    /// for them.
    RASPI3B("ttyS1,115200", "audit=0 modprobe.blacklist=vc4,brcmfmac,hci_uart") {
        @Override
        List<String> options(Card card) throws IOException, InterruptedException {
            return List.of(
                    "-M",
                    "raspi3b",
                    "-m",
                    "1G",
                    "-dtb",
                    card.take("bcm2837-rpi-3-b.dtb").toString(),
                    "-drive",
                    "if=sd,format=raw,file=" + card.file(),
                    "-usb");
        }

        @Override
        String networkCard() {
            return "usb-net";
        }
    };

    /// What is at the other end of its network port.
    enum Wires {
        ALL,
        /// Somebody who logs in, and nothing that it could ask: no broker, registry, Fn server, clock.
        IN,
        NONE
    }

    /// The emulator's command begins so.
    static final List<String> QEMU = List.of("qemu-system-aarch64", "-accel", "tcg,thread=multi");

    private final String console;
    private final String words;

    Board(String console, String words) {
        this.console = console;
        this.words = words;
    }

    /// A machine with the processor of a Pi 4, and nothing in it yet.
    static List<String> virtual() {
        return List.of("-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024");
    }

    abstract List<String> options(Card card) throws IOException, InterruptedException;

    abstract String networkCard();

    /// The command that boots it from the card, as the firmware would: kernel, initrd and command line are the card's.
    ///
    /// @param port of this machine that is its port 22, where there is a network
    /// @param wires what of the world it reaches through its network port
    /// @param more for the kernel
    List<String> command(Card card, int port, Wires wires, String more) throws IOException, InterruptedException {
        var command = new ArrayList<>(QEMU);
        command.addAll(options(card));
        command.addAll(List.of("-display", "none", "-monitor", "none", "-no-reboot"));
        // the Pi's console is its second line
        command.addAll(this == RASPI3B ? List.of("-serial", "null", "-serial", "stdio") : List.of("-serial", "stdio"));
        var line = card.commandLine().replaceAll("console=\\S+ ?", "");
        command.addAll(List.of(
                "-kernel", card.take("vmlinuz*").toString(),
                "-initrd", card.take("initrd.img*").toString(),
                "-append", line + " console=" + console + " " + words + " " + more));
        if (wires == Wires.NONE) {
            command.addAll(List.of("-nic", "none"));
        } else {
            command.addAll(List.of(
                    "-device", networkCard() + ",netdev=net",
                    "-netdev",
                            "user,id=net,restrict=" + (wires == Wires.ALL ? "off" : "on") + ",hostfwd=tcp:127.0.0.1:"
                                    + port + "-:22"));
        }
        return command;
    }
}
