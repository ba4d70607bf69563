#!/bin/sh
# Runs in mmdebstrap before the packages of `packages` are unpacked: $1 is the new root.
set -eu
root=$1
mkdir -p "$root/etc/initramfs-tools/conf.d" "$root/etc/default" "$root/boot/firmware"
# an initramfs takes minutes under emulation: none here, one at the end
echo 'update_initramfs=no' >"$root/etc/initramfs-tools/update-initramfs.conf"
printf 'MODULES=list\nCOMPRESS=zstd\nCOMPRESSLEVEL=1\n' >"$root/etc/initramfs-tools/conf.d/card"
# The hook of raspi-firmware looks at the machine it runs on, which is not the one that boots. CMA=0: its own comment says that
# the default of 64 MB keeps a Pi 4 from booting.
printf 'ROOTPART=LABEL=rootfs\nCMA=0\nCONSOLES="ttyS1,115200 tty0"\n' >"$root/etc/default/raspi-firmware"
# the last word counts: systemd checks the root file system before it is writable; the initramfs has no fsck for it
echo ro >"$root/etc/default/raspi-extra-cmdline"
