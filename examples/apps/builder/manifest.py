"""Writes the manifest and the label of a tiny app, whose folder holds neither."""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from builder.spec import Stamp

_TEMPLATE = """\
<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android"
    package={package}
    android:versionCode="1"
    android:versionName="1.0">
{permissions}    <application
        android:label="@string/app_name"{application}
        android:theme="@android:style/Theme.Material.Light"
        android:usesCleartextTraffic="true">
{launcher}{components}    </application>
</manifest>
"""
_LAUNCHER = """\
        <activity android:name={name} android:exported="true">
            <intent-filter>
                <action android:name="android.intent.action.MAIN" />
                <category android:name="android.intent.category.LAUNCHER" />
            </intent-filter>
        </activity>
"""
_PLAIN = re.compile(r"[A-Za-z0-9 \u3400-\u9fff]")


def manifest(stamp: Stamp) -> str:
    """Return AndroidManifest.xml."""
    asked = (name if "." in name else f"android.permission.{name}" for name in stamp.permissions)
    return _TEMPLATE.format(
        package=quoteattr(stamp.package),
        permissions="".join(f"    <uses-permission android:name={quoteattr(name)} />\n" for name in asked),
        application=f"\n        android:name={quoteattr(stamp.application)}" if stamp.application else "",
        launcher=_LAUNCHER.format(name=quoteattr(stamp.launcher)) if stamp.launcher else "",
        components=stamp.components,
    )


def strings(stamp: Stamp) -> str:
    """Return the resource file with the label; characters that mean something to aapt or XML are escaped."""
    label = "".join(char if _PLAIN.match(char) else f"\\u{ord(char):04x}" for char in stamp.label)
    return f'<resources><string name="app_name">{label}</string></resources>\n'
