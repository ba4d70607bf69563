#!/bin/sh
# Runs in mmdebstrap when all packages are configured: $1 is the new root. It makes what the kernel and the firmware boot.
set -eu
root=$1
# the initramfs checks the root file system with the tools of the type that stands here
cat >"$root/etc/fstab" <<'F'
LABEL=rootfs  /               ext4   rw,noatime,commit=60,errors=remount-ro                     0 1
# read-only, so that no power cut can hurt what boots; apt opens it (/etc/apt/apt.conf.d/50card)
LABEL=BOOT    /boot/firmware  vfat   ro,noatime,nofail,umask=0077,utf8                          0 2
# logs and what is temporary stay off the card
tmpfs         /tmp            tmpfs  rw,nosuid,nodev,size=25%,mode=1777                         0 0
tmpfs         /var/log        tmpfs  rw,nosuid,nodev,noexec,size=16M,mode=0755                  0 0
F
# cards of a Pi and USB sticks; virtio is what the boot test has
cat >"$root/etc/initramfs-tools/modules" <<'M'
ext4
mmc_block
sdhci-iproc
sdhci-brcmstb
bcm2835
bcm2835_dma
usb-storage
uas
xhci-pci
dwc2
phy-generic
clk-raspberrypi
reset-raspberrypi
gpio-raspberrypi-exp
raspberrypi-power
raspberrypi-cpufreq
virtio_pci
virtio_mmio
virtio_blk
virtio_net
M
echo 'update_initramfs=yes' >"$root/etc/initramfs-tools/update-initramfs.conf"
chroot "$root" sh -ec '
  kernel=$(ls /lib/modules | sort -V | tail -n 1)
  update-initramfs -c -k "$kernel"
  DEB_MAINT_PARAMS=configure /etc/kernel/postinst.d/z50-raspi-firmware'
test -s "$root/boot/firmware/cmdline.txt"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/etc/ssh/ssh_host_*
