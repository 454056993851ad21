#!/bin/sh
# Builds the tests of this folder against libgpiod 2 of the next Debian in TREE, and runs them. Its
# packages are unpacked there and not installed. Where they can't be had, that is one skipped test.
#
# usage: libgpiod2.sh TREE
set -eu
tree=$1
mkdir -p "$tree/packages"
directory=$(cd "$tree/packages" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
root=$directory/root

skip() {
  echo "skipped: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
}

# apt with nothing of this system's but its keys.
apt_next() {
  tool=$1
  shift
  "$tool" -qq -o "Dir::Etc::SourceList=$directory/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$directory/lists" -o "Dir::Cache=$directory/cache" \
    -o "Dir::State::status=$directory/status" -o APT::Sandbox::User=root "$@"
}

if [ ! -f "$root/usr/include/gpiod.h" ]; then
  command -v apt-get >/dev/null || skip "no apt"
  mkdir -p "$directory/lists/partial" "$directory/cache/archives/partial"
  : >"$directory/status"
  key=/usr/share/keyrings/debian-archive-keyring.gpg
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | sed -n 1p)
  [ -n "$mirror" ] || skip "no package source of this Debian"
  echo "deb [signed-by=$key] $mirror trixie main" >"$directory/sources.list"
  apt_next apt-get update >/dev/null 2>&1 || skip "no package lists of Debian 13"
  (cd "$directory" && apt_next apt-get download libgpiod-dev libgpiod3 >/dev/null 2>&1) ||
    skip "no libgpiod of Debian 13"
  for package in "$directory"/libgpiod*.deb; do
    dpkg-deb -x "$package" "$root"
  done
fi
pkgconfig=$(dirname "$(find "$root" -name libgpiod.pc)")
sed -i "s#^prefix=.*#prefix=$root/usr#" "$pkgconfig/libgpiod.pc"
export PKG_CONFIG_PATH="$pkgconfig"
cmake -S "$source" -B "$tree" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
  -DDOORCALL_GPIO=ON >"$directory/configure.log" 2>&1 || {
  cat "$directory/configure.log"
  exit 1
}
cmake --build "$tree" --target hardware_tests
DOORCALL_GPIO_LIBRARY="libgpiod 2" exec "$tree/bin/hardware_tests"
