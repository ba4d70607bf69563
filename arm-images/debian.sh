# Debian trixie's own packages, for the scripts beside this one: source it, then `debs FOLDER ARCH PACKAGE...`.
#
# apt fetches them, with its signatures and its own settings (proxies), but into a world of its own, so that the machine may
# be any Debian. Where from is read from the machine's apt at run time: the same servers, another suite.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/fern
suite=trixie
suites=("$suite" "$suite-updates")
world=$cache/apt
archs='"arm64"; "amd64";'
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# trixie_sources: the sources.list for it, out of what the machine's apt has from Debian.
trixie_sources() {
  local uri
  apt-get update --print-uris | sed -nE "s|^'([^']*)/dists/.*|\1|p" | sort -u | while read -r uri; do
    case $uri in
      *-security) echo "deb [signed-by=$keyring] $uri $suite-security main" ;;
      */debian) printf "deb [signed-by=$keyring] $uri %s main\n" "${suites[@]}" ;;
    esac
  done
}

# trixie_apt WORDS...: apt-get in a world of its own.
trixie_apt() {
  APT_CONFIG=$world/apt.conf apt-get "$@" </dev/null
}

# trixie_lists: makes that world, and asks the servers when the lists are older than a week. Without a network it goes on with what is there.
trixie_lists() {
  local dir=$world new
  mkdir -p "$dir"/state/lists/partial "$dir"/cache/archives/partial "$dir"/etc
  # the folder for packages may belong to another user than apt's own, so that one is not used
  cat >"$dir/apt.conf" <<CONF
#clear APT::Architectures;
APT::Architectures { $archs };
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::Etc::SourceList "$dir/etc/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "$dir/state";
Dir::State::status "$dir/state/status";
Dir::Cache "$dir/cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
CONF
  : >>"$dir/state/status"
  [ -z "$(find "$dir/fetched" -mtime -7 2>/dev/null)" ] || return 0
  new=$(trixie_sources)
  if [ -z "$new" ]; then
    echo "apt on this machine names no server of Debian's (.../debian, .../debian-security), so $suite's packages cannot be had" >&2
    return 1
  fi
  echo "$new" >"$dir/etc/sources.list"
  if trixie_apt update -qq -o APT::Update::Error-Mode=any >"$dir/log" 2>&1; then
    touch "$dir/fetched"
  elif [ -e "$dir/fetched" ]; then
    echo "Debian's servers do not answer; going on with the lists of $(date -r "$dir/fetched" +%F)" >&2
    touch "$dir/fetched"
  else
    cat "$dir/log" >&2
    return 1
  fi
}

# debs ARCH PACKAGE...: their newest .deb files, a path each line, fetched where they are missing. apt looks at their hashes.
debs() (
  arch=$1
  shift
  mkdir -p "$cache/debs"
  exec 9>"$cache/debs/lock"
  flock 9
  trixie_lists >&2
  # not in that folder: apt names only what it would fetch. A line: 'URI' NAME SIZE HASH
  cd /
  if ! wanted=$(trixie_apt download --print-uris "${@/%/:$arch}"); then
    echo "$suite does not have all of these for $arch: $*" >&2
    exit 1
  fi
  cd "$cache/debs"
  trixie_apt download -qq "${@/%/:$arch}" >&2
  awk -v dir="$PWD" '{ print dir "/" $2 }' <<<"$wanted"
)
