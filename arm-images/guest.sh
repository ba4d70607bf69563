#!/usr/bin/env bash
# guest.sh FUNCTIONS OUT: a Linux for arm64 of few files, which lives in RAM: what the package fern_*_arm64.deb has, the folder
# FUNCTIONS, and a kernel whose pins are simulated (gpio-sim, which that of the card does not have). Writes OUT/kernel and OUT/initrd.
set -euo pipefail
shopt -s inherit_errexit
functions=$(readlink -f "$1")
out=$(readlink -f "$2")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. arm-images/debian.sh
suites+=("$suite-backports")
world=$cache/apt-backports

package=$PWD/target/package/fern-arm64
[ -x "$package/usr/lib/fern/fern" ] || arm-images/deb.sh arm64 >&2

# newest NAME: the package of that name with the highest version in it, among trixie's and its backports
newest() {
  APT_CONFIG=$world/apt.conf apt-cache pkgnames "$1" | grep -E '[0-9]-cloud-arm64$' | sort -V | tail -n 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
trixie_lists
mapfile -t parts < <(debs arm64 busybox-static bash libtinfo6 libc6 libgcc-s1 libstdc++6 zlib1g)
mapfile -t linux < <(debs arm64 "$(newest linux-binary-)" "$(newest linux-modules-)")
mkdir -p "$root"/usr/{bin,sbin,lib} "$root"/{proc,sys,dev,run,tmp,etc,modules} "$work/linux"
for folder in bin sbin lib; do ln -s "usr/$folder" "$root/$folder"; done
for deb in "${parts[@]}"; do
  dpkg-deb --fsys-tarfile "$deb" | tar -C "$root" -x --keep-directory-symlink --exclude './usr/share/*' --exclude '*/gconv/*'
done
for deb in "${linux[@]}"; do dpkg-deb -x "$deb" "$work/linux"; done

ln -s busybox "$root/usr/bin/sh"
cp -a "$package/usr/lib/fern" "$root/usr/lib/"
cp -r "$functions" "$root/functions"
install -m 755 arm-images/guest/init "$root/init"
while read -r module; do
  xz -dc "$module" >"$root/modules/$(basename "$module" .xz)"
done < <(find "$work/linux" -name 'configfs.ko.xz' -o -name 'dev-sync-probe.ko.xz' -o -name 'gpio-sim.ko.xz')
[ -e "$root/modules/gpio-sim.ko" ] || { echo "Debian's newest kernel has no gpio-sim: ${linux[*]}" >&2; exit 1; }

cp "$(find "$work/linux" -name 'vmlinuz*' -type f | head -n 1)" "$out/kernel"
(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio --null --create --format=newc --quiet --owner=0:0) >"$out/initrd"
