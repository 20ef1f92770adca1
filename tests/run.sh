#!/usr/bin/env bash
# Everything that must hold, in the order of its cost; one summary at the end.
#   tests/run.sh            all of it
#   tests/run.sh --static   without the tests
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
failed=()
step() {
    local name=$1
    shift
    local start=$SECONDS
    if "$@"; then
        printf 'ok    %-12s %4d s\n' "$name" "$((SECONDS - start))"
    else
        printf 'FAIL  %-12s %4d s   (%s)\n' "$name" "$((SECONDS - start))" "$*"
        failed+=("$name")
    fi
}
step format ruff format --quiet --check .
step lint ruff check --quiet .
step types mypy
step layers lint-imports --no-logo
step docstrings interrogate --quiet farm workers tests dashboards examples benchmarks
if command -v cargo-fmt >/dev/null; then
    step rustfmt cargo fmt --check --manifest-path native/Cargo.toml
    step rustfmt-fuzz cargo fmt --check --manifest-path native/fuzz/Cargo.toml
fi
if [ "${1:-}" != "--static" ]; then
    if [ -e sandbox/runtime/target/.built ] && command -v mvn >/dev/null && command -v javac >/dev/null; then
        step java-tests sandbox/test.sh
    fi
    if command -v cargo >/dev/null; then
        step native cargo test --quiet --locked --manifest-path native/Cargo.toml
        if command -v c++ >/dev/null; then
            step fuzz native/fuzz/run.sh -runs=20000
        fi
    fi
    step tests pytest -q
fi
if [ ${#failed[@]} -gt 0 ]; then
    echo "failed: ${failed[*]}"
    exit 1
fi
echo "all good"
