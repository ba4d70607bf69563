#!/usr/bin/env bash
# rootfs.sh: prints the path of a tar with Debian's part of the card. Made once (about ten minutes under emulation) and kept in
# ${XDG_CACHE_HOME:-~/.cache}/fern under a hash of what it is made from.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
. "$here/common.sh"

key=$(cat "$here/packages" "$here/rootfs.sh" "$here"/hooks/{essential,customize}.sh | sha256sum | cut -c1-16)
tar=$cache/rootfs-$key.tar
mkdir -p "$cache"
if [ -s "$tar" ]; then
  echo "$tar"
  exit
fi
[ "$(id -u)" = 0 ] || die "The root file system is made by root; run this as root (sudo ./dev image)."
emulate_arm64

# mmdebstrap works below this folder
TMPDIR=$(mktemp -d "$cache/rootfs.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
sources trixie trixie-updates trixie-security >"$TMPDIR/sources.list"

say "building the root file system from Debian's packages; this takes some ten minutes, once"
# Without recommended packages, manuals and translations. The daemon's Java is its own, so no alternatives miss their manuals.
# confold: essential.sh has written two configuration files before their packages come.
# INITRD: the kernel makes no initramfs when it is installed; customize.sh does
INITRD=No nice -n 10 mmdebstrap --quiet --mode=root --arch=arm64 --variant=minbase \
  --include="$(grep -v '^#' "$here/packages" | paste -sd,)" \
  --aptopt='Apt::Install-Recommends "false"' \
  --dpkgopt=force-unsafe-io --dpkgopt=force-confold --dpkgopt=force-confdef \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --essential-hook="$here/hooks/essential.sh \"\$1\"" --customize-hook="$here/hooks/customize.sh \"\$1\"" \
  trixie "$TMPDIR/rootfs.tar" "$TMPDIR/sources.list" >"$cache/rootfs.log" 2>&1 ||
  die "mmdebstrap failed; the end of $cache/rootfs.log says why:" "$(tail -n 15 "$cache/rootfs.log")"
mv "$TMPDIR/rootfs.tar" "$tar"
echo "$tar"
