#!/usr/bin/env bash
# The kernel of the tests: User Mode Linux (a Linux that is a process) with simulated pins (gpio-sim) and a simulated
# I2C bus (i2c-stub), which Debian's package of it does not have. Built once, from the source that Debian packages.
#
#   build.sh         builds it unless it is there, and says where it is
#   build.sh where   only says where
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
source=linux-source-6.1

# A new script, fragment or source is another kernel. The source's version counts, not the date of its package.
key=$(cat "$here/build.sh" "$here/config" | sha256sum | cut -c1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/fern/uml-$key
log=$folder/build.log

make_it() {
  local work=$folder/work
  rm -rf "$work"
  mkdir -p "$work"
  cd "$work"
  echo "fetching $source"
  # apt's own user may not write here; as root it says so, and works
  apt-get -qq download "$source" 2>/dev/null || { apt-get -qq update && apt-get -qq download "$source"; }
  echo "unpacking $source"
  # what no such kernel can have is more than half of it
  local others=() one
  for one in alpha arc arm arm64 csky hexagon ia64 loongarch m68k microblaze mips nios2 openrisc parisc powerpc riscv s390 \
    sh sparc xtensa; do
    others+=("--exclude=*/arch/$one/*.[chS]")
  done
  for one in gpu staging media scsi infiniband usb ata iio hwmon input mtd mmc crypto clk pinctrl soc phy regulator isdn \
    platform video power rtc spi thunderbolt edac; do
    others+=("--exclude=*/drivers/$one/*.[ch]")
  done
  for one in btrfs xfs f2fs ocfs2 nfs nfsd cifs ksmbd ext4 jfs reiserfs gfs2 ceph ntfs ntfs3 udf ubifs; do
    others+=("--exclude=*/fs/$one/*.[ch]")
  done
  dpkg-deb --fsys-tarfile "$source"_*.deb | tar xO "./usr/src/$source.tar.xz" | tar xJ --strip-components=1 \
    --wildcards --exclude='*/drivers/net/*/*.[ch]' --exclude='*/Documentation/*/*' --exclude='*/tools/testing/*' \
    --exclude='*.dts' --exclude='*.dtsi' --exclude='*/sound/*.[ch]' --exclude='*/samples/*.[ch]' "${others[@]}"
  rm "$source"_*.deb
  # gpio-sim asks for interrupts of its own at run time, which this architecture has room for, but does not say so
  sed -i 's/^#define UM_LAST_SIGNAL_IRQ.*/&\n#define NR_IRQS_LEGACY UM_LAST_SIGNAL_IRQ/' arch/um/include/asm/irq.h
  sed -i '0,/^config UML$/s//config UML\n\tselect SPARSE_IRQ/' arch/um/Kconfig
  # i2c-stub as part of the kernel instead of a module: its chips are named on the command line
  sed -i '/^config I2C_STUB$/,/^config /s/depends on m$/depends on I2C/' drivers/i2c/Kconfig
  echo "configuring"
  make -s ARCH=um KCONFIG_ALLCONFIG="$here/config" allnoconfig
  local wanted missing=()
  [ -f .config ]
  while read -r wanted; do
    grep -qxF "$wanted" .config || missing+=("$wanted")
  done < <(grep '^CONFIG' "$here/config")
  [ ${#missing[@]} = 0 ] || { echo "the kernel would not have: ${missing[*]}"; return 1; }
  echo "compiling"
  make -s ARCH=um -j"$(nproc)" linux
  strip linux
  mv linux "$folder/linux"
  cd /
  rm -rf "$work"
}

case ${1:-} in
  where)
    echo "$folder/linux"
    exit
    ;;
  make) # a process of its own, so that the first command that fails ends it
    make_it
    exit
    ;;
esac
mkdir -p "$folder"
# One at a time: whoever comes second waits for the first.
exec 9>"$folder/lock"
flock 9
if [ ! -x "$folder/linux" ]; then
  rm -f "$folder/failed"
  "$here/build.sh" make >"$log" 2>&1 </dev/null || {
    { tail -20 "$log"; echo "all of it: $log"; } >"$folder/failed"
    rm -rf "$folder/work"
    echo "the kernel of the tests could not be built:" >&2
    cat "$folder/failed" >&2
    exit 1
  }
fi
echo "$folder/linux"
