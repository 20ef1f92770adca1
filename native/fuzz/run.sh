#!/usr/bin/env bash
# Fuzz the byte readers: build the targets, make the seeds, run one target after the other; what fails is told and kept.
#   native/fuzz/run.sh -runs=20000                    what the tests do: so many inputs, however long it takes
#   native/fuzz/run.sh -max_total_time=300 dex plan   five minutes for each of these targets; what is found is kept
# Any Rust will do, as the flags for coverage are stable ones; the flags are those of cargo-fuzz without a sanitizer.
set -euo pipefail
cd "$(dirname "$0")/../.."
option=${1:?how long, as -runs=N or -max_total_time=SECONDS}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(archive inflate mutf8 dex plan)
work=$PWD/native/fuzz/target
triple=$(rustc -vV | sed -n 's/^host: //p')
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
flags="$flags -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing"
RUSTFLAGS="$flags" cargo build --quiet --release --locked --target "$triple" --manifest-path native/fuzz/Cargo.toml
rm -rf "$work/seeds"
.venv/bin/python -m tests.hostile.seeds "$work/seeds"
for target in "${targets[@]}"; do
    # What was found before is a start for a long run, but would make a short one depend on it.
    corpus=$work/corpus/$target
    if [[ $option == -runs=* ]]; then
        corpus=$work/fresh/$target
        rm -rf "$corpus"
    fi
    mkdir -p "$corpus" "$work/found"
    log=$work/$target.log
    if ! "$work/$triple/release/$target" "$option" -seed=1 -max_len=32768 -timeout=10 -rss_limit_mb=1024 \
        -malloc_limit_mb=512 -print_final_stats=1 -artifact_prefix="$work/found/$target-" \
        "$corpus" "$work/seeds/$target" >"$log" 2>&1; then
        grep -a -B1 -A4 -m1 'panicked\|ERROR: libFuzzer' "$log" || tail -n 20 "$log"
        echo "fuzzing $target failed; the whole log is $log, the input is below $work/found" >&2
        exit 1
    fi
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, coverage $(grep -ao 'cov: [0-9]*' "$log" | tail -n 1 | cut -c6-)"
done
