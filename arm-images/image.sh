#!/usr/bin/env bash
# image.sh: makes target/fern-VERSION-arm64.img, the same packed (.img.xz), and target/os_list.json for Raspberry Pi Imager, out of
# Debian's packages, Fern's and the files of overlay/. No loop devices, and no mounts but those of a chroot of its own.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
. "$here/common.sh"
target=$here/../target
cd "$target"

shopt -s nullglob
packages=(fern_*_arm64.deb fern-javascript_*_all.deb)
[ ${#packages[@]} = 2 ] || die "target/ needs one fern_*_arm64.deb and one fern-javascript_*_all.deb: ./dev image deb makes them."
version=${packages[0]#fern_}
version=${version%_arm64.deb}
name=fern-$version-arm64
tar=$("$here/rootfs.sh")
[ "$(id -u)" = 0 ] || die "The files of the card belong to root; run this as root (sudo ./dev image)."
emulate_arm64

work=$(mktemp -d "$PWD/image.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
boot_mb=256
start_mb=4

say "unpacking Debian's part"
mkdir "$root"
tar -C "$root" --numeric-owner --xattrs --xattrs-include='*' -xf "$tar"

say "installing Fern"
tar -C "$here/overlay" --owner=0 --group=0 --mode='go-w' -cf - . | tar -C "$root" -xf - --no-same-owner --keep-directory-symlink
cp "${packages[@]}" "$root/root/"
# in a mount and process name space of its own: what is mounted there ends with it
unshare --mount --pid --fork --kill-child --propagation private \
  /bin/sh "$here/hooks/install.sh" "$root" >"$work/install.log" 2>&1 ||
  die "Fern's packages could not be installed:" "$(tail -n 20 "$work/install.log")"
cp "$work/install.log" image-install.log
compgen -G "$root/var/cache/fern/aot/*.aot" >/dev/null || say "the card has no AOT caches; target/image-install.log says why"

say "writing the file systems"
mkdir "$work/boot"
cp -a "$root/boot/firmware/." "$work/boot/"
cp "$root/usr/lib/fern-card/README.txt" "$work/boot/"
find "$root/boot/firmware" -mindepth 1 -delete
truncate -s ${boot_mb}M "$work/boot.vfat"
mkfs.vfat -F 32 -n BOOT "$work/boot.vfat" >/dev/null
mcopy -i "$work/boot.vfat" -s "$work"/boot/* ::/
root_mb=$(($(du -sm --apparent-size "$root" | cut -f1) * 115 / 100 + 200))
truncate -s ${root_mb}M "$work/root.ext4"
# lazy_itable_init=0: else the kernel writes the rest of the inode tables at the first starts
mke2fs -q -t ext4 -L rootfs -E lazy_itable_init=0 -d "$root" "$work/root.ext4"
e2fsck -fn "$work/root.ext4" >"$work/fsck.log" 2>&1 || die "the new file system is not clean:" "$(cat "$work/fsck.log")"

# MBR: the boot ROM of a Pi 3 and a Zero 2 W reads nothing else
truncate -s $((start_mb + boot_mb + root_mb))M "$work/$name.img"
sfdisk --quiet "$work/$name.img" <<P
label: dos
start=${start_mb}MiB, size=${boot_mb}MiB, type=c, bootable
start=$((start_mb + boot_mb))MiB, size=${root_mb}MiB, type=83
P
dd if="$work/boot.vfat" of="$work/$name.img" bs=1M seek=$start_mb conv=notrunc,sparse status=none
dd if="$work/root.ext4" of="$work/$name.img" bs=1M seek=$((start_mb + boot_mb)) conv=notrunc,sparse status=none
rm -f fern-*-arm64.img fern-*-arm64.img.xz os_list.json
mv "$work/$name.img" .

say "packing it"
nice xz -T0 -3 --keep "$name.img"
size() { stat -c %s "$1"; }
sum() { sha256sum "$1" | cut -d' ' -f1; }
cat >os_list.json <<J
{
  "os_list": [
    {
      "name": "Fern $version (64 bit)",
      "description": "Fn functions at the edge, without containers: Debian trixie with Fern and mosquitto",
      "icon": "",
      "url": "file://$(readlink -f "$name.img.xz")",
      "release_date": "$(date -u +%F)",
      "extract_size": $(size "$name.img"),
      "extract_sha256": "$(sum "$name.img")",
      "image_download_size": $(size "$name.img.xz"),
      "image_download_sha256": "$(sum "$name.img.xz")",
      "devices": ["pi3-64bit", "pi4-64bit"],
      "architecture": "armv8"
    }
  ]
}
J
say "target/$name.img.xz: $(($(size "$name.img.xz") / 1000000)) MB packed, $(($(size "$name.img") / 1000000)) MB on the card"
