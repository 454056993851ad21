#!/bin/sh
# Counts the instructions of one message of a call: both sides' decode, engine, timers and encode.
#
# Usage: tests/bench/engine_instructions.sh BENCH     (BENCH: a release build of bench_engine)
set -eu

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
  echo "usage: $0 BENCH, where BENCH is the built bench_engine" >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

valgrind --tool=callgrind --callgrind-out-file=/dev/null "--toggle-collect=*measured_calls*" \
  "$1" --instructions >"$work/messages" 2>"$work/log" || {
  cat "$work/log" >&2
  exit 2
}
awk -v messages="$(cat "$work/messages")" '
  /Collected :/ { printf "%.0f instructions a message\n", $NF / messages; found = 1 }
  END { exit !found }' "$work/log"
