#!/bin/sh
# Counts the instructions of one unit of work: those below FUNCTION in `BENCH --instructions`, which
# prints how many units there were.
#
# Usage: tests/bench/instructions.sh BENCH FUNCTION UNIT [MOST]     (BENCH: a release build;
#        MOST: a target; exit 1 if it is missed)
set -eu

if [ $# -lt 3 ] || [ ! -x "$1" ]; then
  echo "usage: $0 BENCH FUNCTION UNIT [MOST], where BENCH is a built benchmark" >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

valgrind --tool=callgrind --callgrind-out-file=/dev/null "--toggle-collect=*$2*" \
  "$1" --instructions >"$work/units" 2>"$work/log" || {
  cat "$work/log" >&2
  exit 2
}
awk -v units="$(cat "$work/units")" -v unit="$3" -v most="${4:-0}" '
  /Collected :/ { each = $NF / units; found = 1 }
  END {
    if (!found) exit 2
    printf "%.0f instructions a %s\n", each, unit
    if (most == 0) exit 0
    printf "  %-66s %8.0f  <= %6.0f  %s\n", "instructions a " unit, each, most,
      each <= most ? "PASS" : "MISS"
    exit each <= most ? 0 : 1
  }' "$work/log"
