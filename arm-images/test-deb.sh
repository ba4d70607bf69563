#!/usr/bin/env bash
# Builds the packages, and installs and runs the one for arm64 in a small Debian of that kind, emulated (qemu-user). What was
# tested once, and is the same byte for byte, is not tested again: then the answers of that time are shown.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. arm-images/debian.sh

pass() { echo "PASS $*" | tee -a "$said"; }
fail() {
  echo "FAIL $*" >&2
  exit 1
}
# is WHAT COMMAND...: what must be so
is() { "${@:2}" && pass "$1" || fail "$1 (${*:2})"; }

inputs() {
  {
    find target/fern/lib arm-images systemd -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    sha256sum fern pom.xml
  } | sha256sum | cut -c1-16
}
stamp=$cache/tested/deb-$(inputs)
if [ -e "$stamp" ]; then
  echo "these packages were tested on $(date -r "$stamp" +%F); nothing has changed since"
  cat "$stamp"
  exit
fi

if [ "$(id -u)" != 0 ]; then
  echo "the test of the packages installs one, as root, in a folder: sudo $0" >&2
  exit 1
fi
# mounts are for this script and go with it
[ "${1:-}" = inside ] || exec unshare --mount --propagation private "$0" inside

work=$(mktemp -d)
said=$work/said
daemon=
end() {
  [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
  wait
  umount "$work"/*/{proc,dev} 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap end EXIT

# --- building ----------------------------------------------------------------------------------------------------------------

version=$(sed -n 's|^  <version>\(.*\)</version>|\1|p' pom.xml | head -1)
deb=target/fern_${version}_arm64.deb
sum() { sha256sum "target/fern_${version}_$1.deb" | cut -d' ' -f1; }

# how tightly they are packed says nothing about the bytes in them; deb.sh looks at the size of those that are
FERN_XZ=0 arm-images/deb.sh amd64 >"$work/log" 2>&1 || fail "amd64 is built: $(<"$work/log")"
first=$(sum amd64)
FERN_XZ=0 arm-images/deb.sh amd64 >"$work/log" 2>&1
is "the same input gives the same bytes" [ "$first" = "$(sum amd64)" ]
FERN_XZ=0 arm-images/deb.sh arm64 >"$work/log" 2>&1 || fail "arm64 is built: $(<"$work/log")"
foreign() { find "target/package/fern-$1" -type f -exec file {} + | grep ELF | grep -v "$2"; }
is "amd64 has nothing of other machines" test -z "$(foreign amd64 x86-64)"
is "arm64 has nothing of other machines" test -z "$(foreign arm64 aarch64)"

# --- a Debian of few packages, for each -----------------------------------------------------------------------------------------

parts=(libc6 libstdc++6 libgcc-s1 gcc-14-base zlib1g bash dash coreutils grep sed findutils util-linux libtinfo6 libselinux1
  libpcre2-8-0 libacl1 libattr1 libgmp10 libssl3t64 libzstd1 libcap2 systemd-standalone-sysusers systemd-standalone-tmpfiles
  libcrypt1 libmount1 libblkid1 libaudit1 libcap-ng0 libsystemd0 libseccomp2)

# debian ARCH ROOT
debian() {
  local root=$2 folder one
  mapfile -t debs < <(debs "$1" "${parts[@]}")
  [ ${#debs[@]} = ${#parts[@]} ] || fail "the packages of a small Debian are there"
  mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{proc,dev,tmp,etc,run} "$root"/var/{lib/dpkg/info,lib/dpkg/updates,cache,log}
  for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done
  for one in "${debs[@]}"; do
    dpkg-deb --fsys-tarfile "$one" | tar -C "$root" -x --keep-directory-symlink --exclude './usr/share/*'
    { dpkg-deb -f "$one" && printf 'Status: install ok installed\n\n'; } >>"$root/var/lib/dpkg/status"
  done
  ln -sf dash "$root/usr/bin/sh"
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  mount --bind /proc "$root/proc"
  mount --bind /dev "$root/dev"
}
# inside WORDS...: in $root
export QEMU_CPU=cortex-a72
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/bin:/usr/sbin LANG=C.UTF-8 QEMU_CPU="$QEMU_CPU" FERN_AOT=off "$@"; }

# --- amd64 -------------------------------------------------------------------------------------------------------------------

root=$work/amd64
debian amd64 "$root"
dpkg-deb -x "target/fern_${version}_amd64.deb" "$root"
is "the one for amd64 runs" [ "$(inside fern --version)" = "fern $version" ]

# --- arm64, emulated ---------------------------------------------------------------------------------------------------------

[ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
[ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || update-binfmts --enable qemu-aarch64
root=$work/arm64
debian arm64 "$root"
dpkg_() { FERN_AOT=off dpkg --root="$root" --force-not-root --no-triggers "$@" >"$work/log" 2>&1 || fail "dpkg $*: $(<"$work/log")"; }
dpkg --root="$root" --add-architecture arm64
dpkg_ -i "$deb"
is "it is installed" [ "$(dpkg-query --root="$root" -W -f '${db:Status-Status}' fern:arm64)" = installed ]
is "it has made its user and groups" grep -qE '^fern:' "$root/etc/passwd"
is "the daemon may use pins and the launcher" grep -qE '^fern-process:x:[0-9]+:fern$' "$root/etc/group"
is "the emulated command says its version" [ "$(inside fern --version)" = "fern $version" ]
is "its configuration makes sense" inside fern check /etc/fern/fern.yaml

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
install -d -m 711 "$root/var/lib/fern"
chroot "$root" /usr/bin/chown fern:fern /var/lib/fern
chroot --userspec=fern:fern "$root" /usr/bin/env -i PATH=/usr/bin LANG=C.UTF-8 QEMU_CPU="$QEMU_CPU" \
  FERN_HTTP_LISTEN="127.0.0.1:$port" /usr/bin/fern run >"$work/daemon" 2>&1 &
daemon=$!
for _ in $(seq 600); do
  curl -sf -o "$work/live" "http://127.0.0.1:$port/health/live" && break
  kill -0 "$daemon" 2>/dev/null || fail "the daemon runs: $(<"$work/daemon")"
  sleep 0.2
done
is "the emulated daemon answers" test -e "$work/live"
kill "$daemon"
wait "$daemon" || true
daemon=

echo "# mine" >>"$root/etc/fern/fern.yaml"
# the same again with another number, up and down
dpkg-deb -R "$deb" "$work/next" && sed -i "s/^Version: .*/Version: $version+1/" "$work/next/DEBIAN/control"
dpkg-deb -Znone --root-owner-group -b "$work/next" "$work/next.deb" >/dev/null
kept() { grep -q '^# mine' "$root/etc/fern/fern.yaml" && [ -e "$root/var/lib/fern/calls.db" ]; }
dpkg_ -i "$work/next.deb"
is "an upgrade keeps configuration and state" kept
dpkg_ -i "$deb"
is "a downgrade keeps them" kept
dpkg_ -r fern:arm64
is "so does a removal, and nothing else" kept
is "nothing of it is left under /usr" test ! -e "$root/usr/lib/fern"
dpkg_ -P fern:arm64
is "a purge leaves nothing" test -z "$(find "$root/etc/fern" "$root/var/lib/fern" "$root/var/cache/fern" 2>/dev/null)"

mkdir -p "${stamp%/*}"
find "${stamp%/*}" -name 'deb-*' -delete
cp "$said" "$stamp"
