# shellcheck shell=sh
# Sourced by unpack and sources: apt in a directory of its own, so that the system's packages,
# architectures and lists stay as they are.

# own_apt_at DIR KIND RELEASE: what own_apt works in and on (KIND: deb or deb-src).
own_apt_at() {
  own_apt_dir=$1
  command -v apt-get >/dev/null ||
    own_apt_fails "there is no apt here; take the sysroot of an SDK instead (toolchains/README.md)"
  key=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -f "$key" ] ||
    own_apt_fails "$key is missing; install the package debian-archive-keyring"
  # shellcheck disable=SC2016  # $(SITE) is apt's
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' |
    grep -m 1 '/debian/*$' || echo http://deb.debian.org/debian)
  mkdir -p "$own_apt_dir/lists/partial" "$own_apt_dir/archives/partial"
  : >"$own_apt_dir/status"
  echo "$2 [signed-by=$key] $mirror $3 main" >"$own_apt_dir/sources.list"
}

# own_apt ARGUMENT...: as apt-get; ends the script if that fails.
own_apt() {
  apt-get -qq -o "Dir::Etc::SourceList=$own_apt_dir/sources.list" \
    -o Dir::Etc::SourceParts=/dev/null -o "Dir::State=$own_apt_dir" \
    -o "Dir::State::status=$own_apt_dir/status" -o "Dir::Cache=$own_apt_dir" \
    -o "Dir::Cache::archives=$own_apt_dir/archives" -o APT::Sandbox::User=root "$@" \
    >"$own_apt_dir/log" 2>&1 || {
    cat "$own_apt_dir/log" >&2
    own_apt_fails "Debian's packages can't be had; is $mirror reachable?"
  }
}

own_apt_fails() {
  echo "$0: $*" >&2
  exit 1
}
