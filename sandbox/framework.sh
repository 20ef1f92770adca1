#!/usr/bin/env bash
# Make the copy of Android's framework that the sandbox runs on: calls that no shadow can stand in for are direct.
set -euo pipefail
cd "$(dirname "$0")/runtime/target"
jar=$(basename lib/android-all-instrumented-*.jar)
[ "framework/$jar" -nt "lib/$jar" ] && [ -z "$(find classes/apkfarm/sandbox/{prepare,app,host/Neutral.class} -newer "framework/$jar")" ] && exit 0
java -cp "classes:lib/*" apkfarm.sandbox.prepare.DirectCalls "lib/$jar" "framework/$jar" \
    lib/shadows-framework-*.jar lib/robolectric-*.jar lib/nativeruntime-[0-9]*.jar classes
