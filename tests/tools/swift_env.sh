#!/bin/bash
# Makes .cache/swift: OpenStack Swift in an environment of its own, the real S3 server of the tests.
# Without a network it says so and ends well; the tests that need it are then skipped with a reason.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here/../../.cache/swift}
requirements=$here/swift-requirements.txt
python=${PYTHON:-python3}

if [ -f "$target/.installed" ] && cmp -s "$requirements" "$target/.installed"; then
    exit 0
fi
echo "setting up the Swift S3 server for the tests"
rm -rf "$target"
mkdir -p "$(dirname "$target")"
if "$python" -m venv "$target" &&
    "$target/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
        --requirement "$requirements"; then
    cp "$requirements" "$target/.installed"
else
    rm -rf "$target"
    echo "Swift could not be installed (is there a network?); the tests that need it will be skipped." >&2
fi
