#!/usr/bin/env bash
# The tests of the sandbox's own Java code, against what `make sandbox` has built; compiles nothing but the tests.
set -euo pipefail
cd "$(dirname "$0")"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if mvn -B -Dstyle.color=never compiler:testCompile surefire:test >"$log" 2>&1; then
    sed -n 's/^\[INFO\] \(Tests run: .*Skipped: [0-9]*\)$/\1/p' "$log"
else
    grep -E '^\[ERROR\]' "$log" || cat "$log"
    exit 1
fi
