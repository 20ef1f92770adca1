#!/bin/bash
# Makes .cache/prometheus: prometheus and promtool of the Debian package, unpacked without root, for the tests.
# Does nothing if both are on PATH. Without a network it says so and ends well; the tests that need them are skipped.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here/../../.cache/prometheus}
package=prometheus

if command -v prometheus >/dev/null && command -v promtool >/dev/null; then
    exit 0
fi
if [ -x "$target/usr/bin/prometheus" ] && [ -x "$target/usr/bin/promtool" ]; then
    exit 0
fi
give_up() {
    rm -rf "$target"
    echo "Prometheus could not be set up ($1); the tests that need it will be skipped." >&2
    exit 0
}
command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
    give_up "this is not Debian; put prometheus and promtool on PATH"
echo "setting up Prometheus for the tests"
rm -rf "$target"
mkdir -p "$target/download"
cd "$target/download"
log=$target/download/apt.log
# As root apt would drop to a user that may not be able to write here; that is only a warning, and not a failure.
if ! apt-get -q download "$package" >"$log" 2>&1; then
    # The package lists may be missing or too old; refreshing them needs root.
    if [ "$(id -u)" -eq 0 ]; then
        apt-get -q update >>"$log" 2>&1 || true
        apt-get -q download "$package" >>"$log" 2>&1 || true
    fi
fi
deb=$(find . -maxdepth 1 -name "${package}_*.deb" | head -n 1)
if [ -z "$deb" ]; then
    tail -n 3 "$log" >&2
    give_up "apt-get download $package failed; is there a network?"
fi
dpkg -x "$deb" "$target" || give_up "the package cannot be unpacked"
cd "$target"
rm -rf "$target/download"
"$target/usr/bin/promtool" --version >/dev/null 2>&1 || give_up "promtool does not run on this machine"
