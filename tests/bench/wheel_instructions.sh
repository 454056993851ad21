#!/bin/sh
# Counts the instructions of one timer operation with 1,000 pending, the measuring loop included,
# and fails if the wheel's are over its targets.
#
# Usage: tests/bench/wheel_instructions.sh BENCH     (BENCH: a release build of bench_timer_wheel)
set -eu

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
  echo "usage: $0 BENCH, where BENCH is the built bench_timer_wheel" >&2
  exit 2
fi
if ! command -v valgrind >/dev/null; then
  echo "$0: valgrind is missing: apt-get install valgrind" >&2
  exit 2
fi
bench=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# instructions OPERATION RIVAL: prints instructions an operation.
instructions() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "--toggle-collect=*measured_$1<*" \
    "$bench" --instructions "$1" "$2" >"$work/operations" 2>"$work/log" || {
    cat "$work/log" >&2
    exit 2
  }
  awk -v operations="$(cat "$work/operations")" \
    '/Collected :/ { printf "%.1f", $NF / operations; found = 1 } END { exit !found }' "$work/log"
}

printf '%-10s %10s %10s %10s %10s\n' 'with 1,000' schedule cancel reschedule life
for rival in wheel heap multimap queue libevent; do
  printf '%-10s' "$rival"
  for operation in schedule cancel reschedule life; do
    count=$(instructions "$operation" "$rival")
    printf ' %10s' "$count"
    if [ "$rival" = wheel ]; then
      echo "$operation $count" >>"$work/wheel"
    fi
  done
  printf '\n'
done

awk '
  BEGIN { target["schedule"] = 55; target["cancel"] = 20; target["reschedule"] = 65 }
  $1 in target {
    ok = $2 <= target[$1]
    failed += !ok
    ++seen
    printf "wheel %-10s %5.1f instructions  <= %d  %s\n", $1, $2, target[$1], ok ? "ok" : "FAILED"
  }
  END { exit failed > 0 || seen != 3 }' "$work/wheel"
