"""Whose fault it is that a component did not run."""

from __future__ import annotations

import pytest

from workers.dynamic.event import Phase
from workers.dynamic.faults import Fault, fault_of
from workers.dynamic.recorder import ComponentRun

OWN = "  com.example.Main.onCreate(Main.java:7)"
FRAMEWORK = "  android.app.Activity.performCreate(Activity.java:8591)"
DEFINED = {"com.example.Main", "android.zh.b.Web"}


def _fault(*trace: str, phase: Phase = Phase.COLD_START) -> Fault:
    """Return the fault of a failure with this trace."""
    run = ComponentRun(
        kind="activity", name="com.example.Main", step="start", ok=False, trace=trace, phase=phase, sim_ms=0
    )
    return fault_of(run, defined=DEFINED.__contains__)


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (("java.lang.NullPointerException: x", OWN, FRAMEWORK), Fault.APP),
        (("java.lang.SecurityException: denied", "  apkfarm.sandbox.app.Answers.refused(Answers.java:68)"), Fault.APP),
        (
            ("java.lang.RuntimeException: x", "  java.base/java.util.Objects.check(X.java:9)", OWN),
            Fault.APP,
        ),
        (("java.lang.RuntimeException: outer", FRAMEWORK, "java.lang.NullPointerException: x", OWN), Fault.APP),
        (("java.lang.ClassNotFoundException: com.example.Gone", FRAMEWORK), Fault.INPUT),
        (("java.lang.NoClassDefFoundError: com/example/lib/Split", OWN), Fault.INPUT),
        (
            ("java.lang.RuntimeException: x", OWN, "java.lang.ClassNotFoundException: com.example.Gone", FRAMEWORK),
            Fault.INPUT,
        ),
        (("java.lang.NoClassDefFoundError: Failed resolution of: Lcom/example/Gone;", OWN), Fault.INPUT),
        (("java.lang.NoClassDefFoundError: com/example/Main", FRAMEWORK), Fault.SANDBOX),
        (("java.lang.NoClassDefFoundError: android/net/wifi/BlockingOption", FRAMEWORK), Fault.SANDBOX),
        (("java.lang.ClassNotFoundException: android.support.v4.content.FileProvider", FRAMEWORK), Fault.INPUT),
        (("java.lang.VerifyError: x", OWN), Fault.SANDBOX),
        (("java.lang.InstantiationException: x", "  java.base/java.lang.Class.newInstance(X.java:9)"), Fault.APP),
        (("java.lang.NullPointerException: x", "  android.zh.b.Web.onCreate(Unknown Source)", FRAMEWORK), Fault.APP),
        (
            ("java.lang.IllegalArgumentException: View=Decor@1[Main] not attached to window manager", FRAMEWORK),
            Fault.APP,
        ),
        (
            (
                "java.lang.NullPointerException: Can't toast on a thread that has not called Looper.prepare()",
                FRAMEWORK,
                "  org.robolectric.shadows.ShadowToast.makeText(ShadowToast.java:37)",
                OWN,
            ),
            Fault.APP,
        ),
        (
            (
                'android.database.sqlite.SQLiteException: near "type": syntax error (code 1 SQLITE_ERROR): , while x',
                "  org.robolectric.nativeruntime.SQLiteConnectionNatives.nativePrepareStatement(Native Method)",
                OWN,
            ),
            Fault.APP,
        ),
        (
            (
                "java.lang.IllegalArgumentException: Receiver not registered: null",
                "  org.robolectric.shadows.ShadowInstrumentation.unregisterReceiver(ShadowInstrumentation.java:1)",
                FRAMEWORK,
                FRAMEWORK,
                FRAMEWORK,
                OWN,
            ),
            Fault.APP,
        ),
        (
            (
                "java.lang.ClassCastException: class a.AbsSavedState$1 cannot be cast to class X$SavedState (x",
                FRAMEWORK,
                FRAMEWORK,
                FRAMEWORK,
                FRAMEWORK,
                OWN,
            ),
            Fault.APP,
        ),
        (
            ("java.lang.IllegalStateException: x", "  org.robolectric.ShadowX.y(X.java:1)", OWN),
            Fault.SANDBOX,
        ),
        (("java.lang.UnsatisfiedLinkError: x", "  android.graphics.Foo.nInit(Native Method)", OWN), Fault.SANDBOX),
        (("java.lang.NullPointerException: x", FRAMEWORK, FRAMEWORK, FRAMEWORK, FRAMEWORK, OWN), Fault.SANDBOX),
        (("java.lang.IllegalArgumentException: x", "  android.os.Parcel.readException(Parcel.java:1)", OWN), Fault.APP),
        (("android.util.SuperNotCalledException: x", FRAMEWORK, FRAMEWORK), Fault.APP),
        (
            ("java.lang.NoSuchMethodException: com.example.Main.<init>()", "  java.base/java.lang.Class.get(X.java:9)"),
            Fault.APP,
        ),
        (
            (
                "java.lang.ClassCastException: class x",
                "  java.base/java.lang.Class.asSubclass(Class.java:3925)",
                "  apkfarm.x(X.java:1)",
            ),
            Fault.APP,
        ),
        (
            (
                "java.lang.IllegalArgumentException: Invalid message body",
                "  org.robolectric.shadows.ShadowSmsManager.sendTextMessage(ShadowSmsManager.java:1)",
                "  android.telephony.SmsManager.sendTextMessage(SmsManager.java:1)",
                OWN,
            ),
            Fault.APP,
        ),
        ((), Fault.SANDBOX),
        (("",), Fault.SANDBOX),
        (("  a frame without an error",), Fault.SANDBOX),
    ],
)
def test_the_fault_follows_from_the_innermost_cause(trace: tuple[str, ...], expected: Fault) -> None:
    """A missing class is the input's wherever it stands; frames of the sandbox are its own."""
    assert expected is _fault(*trace)


def test_missing_extras_of_a_forced_component_are_no_fault_of_the_sandbox() -> None:
    """Deep in the framework, but called by the app with the nulls that nobody gave it."""
    trace = ("java.lang.NullPointerException: x", *[FRAMEWORK] * 6, OWN)
    assert Fault.SANDBOX is _fault(*trace)
    assert Fault.INPUT is _fault(*trace, phase=Phase.FORCED)
    assert Fault.INPUT is _fault("java.lang.NullPointerException: x", OWN, phase=Phase.FORCED)
    assert Fault.APP is _fault("java.lang.ArithmeticException: / by zero", OWN, phase=Phase.FORCED)
