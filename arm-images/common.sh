# What the scripts of this folder share. Sourced by them, after `here` is set.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/fern

say() { printf '%s\n' "$@" >&2; }

die() {
  say "$@"
  exit 1
}

# Lets this machine's kernel run arm64 programs, through qemu-user.
emulate_arm64() {
  arch-test arm64 >/dev/null 2>&1 && return
  [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  update-binfmts --enable qemu-aarch64 || true
  arch-test arm64 >/dev/null ||
    die "This machine does not run arm64 programs. As root: apt install qemu-user-static binfmt-support; update-binfmts --enable"
}

# sources SUITE...: sources.list lines for suites of Debian, from the mirrors that this machine's own apt uses.
sources() {
  local suite archive
  for suite in "$@"; do
    case $suite in
      *-security) archive='-security' ;;
      *) archive='' ;;
    esac
    # 'URI/dists/SUITE/InRelease' NAME 0
    archive=$(apt-get update --print-uris 2>/dev/null |
      sed -nE "s#^'(.*)/dists/[a-z]+$archive/InRelease'.*#\1#p" | head -n 1)
    [ -n "$archive" ] ||
      die "apt on this machine has no mirror of Debian for $suite: it is looked up in /etc/apt."
    echo "deb $archive $suite main non-free-firmware"
  done
}
