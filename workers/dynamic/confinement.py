"""The command line of one confined run: no home, no network, a read-only system, one temporary folder in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workers.dynamic.toolkit import Toolkit

_OPENED = ("lang", "util", "io", "net", "lang.reflect", "text", "nio")
_HEAP = "-Xmx1536m"
_TMP_BYTES = 1 << 30


def command(toolkit: Toolkit, *, apk: Path, job: Path) -> list[str]:
    """Return the argument list that runs the app of `apk` as `job` says; nothing outside can be written."""
    return [str(toolkit.bwrap), *_walls(toolkit, apk=apk, job=job), "--", *_java(toolkit)]


def _walls(toolkit: Toolkit, *, apk: Path, job: Path) -> Iterator[str]:
    """Yield the options of bubblewrap."""
    yield from ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL")
    yield from ("--uid", "65534", "--gid", "65534", "--clearenv")
    yield from ("--setenv", "PATH", "/usr/bin", "--setenv", "LANG", "C.UTF-8")
    yield from ("--ro-bind", "/usr", "/usr")
    for name in ("bin", "lib", "lib64"):
        yield from ("--symlink", f"usr/{name}", f"/{name}")
    # Debian's Java keeps its settings in /etc; other distributions have neither folder.
    for folder in ("/etc/java-17-openjdk", "/etc/alternatives", str(toolkit.java)):
        yield from ("--ro-bind-try", folder, folder)
    yield from ("--proc", "/proc", "--dev", "/dev", "--size", str(_TMP_BYTES), "--tmpfs", "/tmp")  # noqa: S108 - inside
    for source, target in (
        (toolkit.runtime, "/runtime"),
        (toolkit.translator, "/translator"),
        (apk, "/in/app.apk"),
        (job, "/in/job.properties"),
    ):
        yield from ("--ro-bind", str(source.resolve()), target)
    yield from ("--chdir", "/tmp")  # noqa: S108 - inside


def _java(toolkit: Toolkit) -> Iterator[str]:
    """Yield the command inside the walls."""
    yield from (str(toolkit.java / "bin" / "java"), _HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
    yield from ("-XX:MaxMetaspaceSize=512m", "-Duser.home=/tmp")
    # The JVM's own verifier refuses code that Android runs; the sandbox checks each method itself.
    yield from ("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote")
    for package in _OPENED:
        yield from ("--add-opens", f"java.base/java.{package}=ALL-UNNAMED")
    yield from ("--add-opens", "java.base/jdk.internal.access=ALL-UNNAMED")
    yield from ("-cp", "/runtime/classes:/runtime/lib/*", "apkfarm.sandbox.host.Main", "/in/job.properties")
    libraries = sorted(path.name for path in (toolkit.translator / "lib").iterdir())
    yield from ("/runtime/lib", ":".join(["/translator/classes", *(f"/translator/lib/{name}" for name in libraries)]))
