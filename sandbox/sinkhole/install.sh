#!/bin/bash
# Makes target/env: mitmproxy in an environment of its own, every file checked against a hash.
# Without a network it says so and ends with 0: the dynamic suite then runs its apps with no network at all.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$here/target
python=${PYTHON:-python3}
wanted=$(cat "$here/requirements.txt" "$here/build-requirements.txt" | sha256sum)

if [ -f "$target/.installed" ] && [ "$(cat "$target/.installed")" = "$wanted" ]; then
    exit 0
fi
echo "setting up the network sinkhole"
rm -rf "$target"
mkdir -p "$target"
install() {
    "$target/env/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps "$@"
}
# pyperclip has no wheel; it is built with a setuptools that is checked too, and with nothing else.
if "$python" -m venv "$target/env" &&
    install --only-binary :all: --requirement "$here/build-requirements.txt" &&
    install --only-binary :all: --no-binary pyperclip --no-build-isolation --use-pep517 \
        --requirement "$here/requirements.txt"; then
    "$target/env/bin/python" -m compileall -q "$target/env/lib" || true # A faster start; some files are for other Pythons.
    printf '%s\n' "$wanted" > "$target/.installed"
else
    rm -rf "$target"
    echo "mitmproxy could not be installed (is there a network?); apps will be run with no network at all." >&2
fi
