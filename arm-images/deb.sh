#!/usr/bin/env bash
# deb.sh [arm64|amd64|all]...: Fern's Debian packages, into target/. `./dev image deb` runs it, after the build.
#
# Nothing is emulated and nothing is done as root: a runtime for the other architecture is linked out of Debian's own JDK
# (jmods), and the rest is jars and text. The same input gives the same bytes.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
. arm-images/debian.sh
umask 022

# What Fern and its jars name (jdeps), what Java's own providers add, and what functions may expect of a Java without a
# screen: java.se without desktop and RMI. jcmd is for whoever looks for a mistake on a device.
modules=java.base,java.instrument,java.logging,java.management,java.naming,java.net.http,java.prefs,java.scripting
modules+=,java.security.jgss,java.security.sasl,java.sql,java.transaction.xa,java.xml,java.xml.crypto
modules+=,jdk.charsets,jdk.crypto.ec,jdk.httpserver,jdk.jcmd,jdk.management,jdk.net,jdk.nio.mapmode,jdk.unsupported,jdk.zipfs

version=$(sed -n 's|^  <version>\(.*\)</version>|\1|p' pom.xml | head -1)
# the time of every file: that of the last commit
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}"
export SOURCE_DATE_EPOCH
parts=arm-images/package

# runtime ARCH: the folder with its linked Java, made once for each JDK and list of modules.
runtime() {
  local arch=$1 jdk key dir
  jdk=$(debs "$arch" openjdk-25-jdk-headless)
  key=$(echo "$(basename "$jdk") $modules $(java -version 2>&1)" | sha256sum)
  dir=$cache/jre/$arch-${key:0:16}
  if [ ! -d "$dir" ]; then

    rm -rf "$cache/jre/$arch"-*
    mkdir -p "$dir.new"
    dpkg-deb -x "$jdk" "$dir.new/jdk"
    # not --strip-debug: this machine's objcopy knows no arm64; Debian's libraries are stripped. Not zip-6: xz does better without
    jlink --module-path "$(echo "$dir".new/jdk/usr/lib/jvm/*/jmods)" --add-modules "$modules" --strip-java-debug-attributes \
      --no-header-files --no-man-pages --compress zip-0 --output "$dir.new/jre" >&2
    rm -rf "$dir.new/jre/legal"
    mv "$dir.new/jre" "$dir"
    rm -rf "$dir.new"
  fi
  echo "$dir"
}

# jars ARCH ROOT: unpacked inside, as xz packs classes of all jars together better than each jar does by itself. And SQLite's
# jar has its library for 20 systems, of which the package's own stays.
jars() {
  local -A native=([amd64]=x86_64 [arm64]=aarch64)
  python3 - "$2/usr/lib/fern/lib" "org/sqlite/native/Linux/${native[$1]}/" <<'PYTHON'
import pathlib, sys, zipfile

lib, own = sys.argv[1:]
kept = 0
for jar in sorted(pathlib.Path(lib).rglob("*.jar")):
    with zipfile.ZipFile(jar) as old, zipfile.ZipFile(f"{jar}.new", "w", zipfile.ZIP_STORED) as new:
        for entry in old.infolist():
            if not entry.filename.startswith("org/sqlite/native/") or entry.filename.startswith(own):
                kept += entry.filename.startswith(own) and entry.filename.endswith(".so")
                plain = zipfile.ZipInfo(entry.filename, entry.date_time)
                plain.external_attr = entry.external_attr
                new.writestr(plain, old.read(entry))
    pathlib.Path(f"{jar}.new").rename(jar)
if kept != 1:
    sys.exit(f"{kept} libraries of SQLite for {own} are in {lib}")
PYTHON
}

# texts PACKAGE ROOT: copyright, changelog, and why lintian is not right, where Debian wants them.
texts() {
  local doc=$2/usr/share/doc/$1
  mkdir -p "$doc" "$2/usr/share/lintian/overrides"
  cp "$parts/$1.lintian" "$2/usr/share/lintian/overrides/$1"
  cp "$parts/copyright" "$doc/"
  printf 'fern (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md in the source for what changed.\n\n -- Fern <fern@localhost>  %s\n' \
    "$version" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"
}

# close PACKAGE ARCH ROOT: control files, times, and the archive.
close() {
  local package=$1 arch=$2 root=$3 size deb
  mkdir -p "$root/DEBIAN"
  size=$(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f1)
  sed -e "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size/" "$parts/$package.control" >"$root/DEBIAN/control"
  (cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  (cd "$root" && find etc -type f -printf '/%p\n' 2>/dev/null || true) | LC_ALL=C sort >"$root/DEBIAN/conffiles"
  [ -s "$root/DEBIAN/conffiles" ] || rm "$root/DEBIAN/conffiles"
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  deb=target/${package}_${version}_$arch.deb
  dpkg-deb --root-owner-group -Zxz -z"${FERN_XZ:-6}" --build "$root" "$deb.new" >&2
  mv "$deb.new" "$deb"
  # without FERN_XZ it is meant for a device
  if [ -z "${FERN_XZ:-}" ]; then
    [ "$(stat -c %s "$deb")" -lt 25000000 ] || { echo "$deb has more than 25 MB" >&2; return 1; }
    ! command -v lintian >/dev/null || lintian --allow-root --fail-on error,warning "$deb"
  fi
  printf '%s  %d KB\n' "$deb" $(($(stat -c %s "$deb") / 1024))
}

# fern ARCH: the daemon, its Java, its units.
fern() {
  local arch=$1 root=target/package/fern-$1 home jre
  home=$root/usr/lib/fern
  jre=$(runtime "$arch")
  rm -rf "$root"
  mkdir -p "$home" "$root"/{etc/fern,usr/{bin,share/man/man1,share/bash-completion/completions}} \
    "$root"/usr/lib/{systemd/system,sysusers.d,tmpfiles.d,udev/rules.d}
  cp fern "$home/"
  cp -rL target/fern/lib "$home/lib"
  rm -rf "$home/lib/javascript" "$home/lib/publish"
  jars "$arch" "$root"
  cp -r "$jre" "$home/jre"
  # what `fern aot` makes is no part of the package
  ln -s /var/cache/fern/aot "$home/aot"
  ln -s ../lib/fern/fern "$root/usr/bin/fern"
  cp systemd/*.service systemd/*.socket "$root/usr/lib/systemd/system/"
  cp "$parts/sysusers" "$root/usr/lib/sysusers.d/fern.conf"
  cp "$parts/tmpfiles" "$root/usr/lib/tmpfiles.d/fern.conf"
  cp "$parts/udev" "$root/usr/lib/udev/rules.d/60-fern.rules"
  install -m 644 "$parts/fern.yaml" "$root/etc/fern/fern.yaml"
  mkdir -p "$root/etc/fern/functions"
  install -d -m 700 "$root/etc/fern/secrets"
  gzip -9n <"$parts/fern.1" >"$root/usr/share/man/man1/fern.1.gz"
  completion >"$root/usr/share/bash-completion/completions/fern"
  texts fern "$root"
  find "$root" -type f -not -path '*/bin/*' -exec chmod 644 {} +
  chmod 755 "$home/fern" "$home/jre/lib/jspawnhelper" "$home"/jre/bin/*
  mkdir "$root/DEBIAN"
  install -m 755 "$parts"/{postinst,prerm,postrm} "$root/DEBIAN/"
  install -m 644 "$parts/triggers" "$root/DEBIAN/"
  close fern "$arch" "$root"
}

# What a shell completes, from the commands themselves.
completion() {
  java -XX:TieredStopAtLevel=1 -cp "$(echo target/fern/lib/*.jar | tr ' ' :)" dev.fern.cli.Completion |
    sed '1{/^#!/d}' # it is read, not run
}

# JavaScript: for every architecture, into the folder where `fern` looks.
javascript() {
  local root=target/package/fern-javascript
  rm -rf "$root"
  mkdir -p "$root/usr/lib/fern/lib"
  cp -rL target/fern/lib/javascript "$root/usr/lib/fern/lib/"
  find "$root" -type f -exec chmod 644 {} +
  texts fern-javascript "$root"
  close fern-javascript all "$root"
}

[ $# -gt 0 ] || set -- arm64 amd64 all
for arch in "$@"; do
  case $arch in
    arm64 | amd64) fern "$arch" ;;
    all) javascript ;;
    *)
      echo "usage: ./dev image deb [arm64|amd64|all]...   (all: fern-javascript, for every architecture)" >&2
      exit 2
      ;;
  esac
done
