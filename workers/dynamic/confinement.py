"""The command line of one confined run: no home, no network but the sinkhole, a read-only system, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from workers.dynamic.limits import Limits, limited, memory_means, tasks_means
from workers.dynamic.toolkit import Toolkit

_OPENED = (
    "java.lang",
    "java.util",
    "java.util.concurrent",
    "java.io",
    "java.net",
    "java.lang.reflect",
    "java.lang.ref",
    "java.text",
    "java.time",
    "java.nio",
    "java.security",
    "java.util.concurrent.atomic",
)
_OPENED_INTERNAL = ("jdk.internal.access", "sun.security.ssl")
"""The second for old HTTP clients, which take the trust manager out of the fields of the default TLS factory."""
_OF_PHONES = ("/data", "/sdcard", "/storage")
_TMP_BYTES = 512 << 20
RUN_LIMITS = Limits(memory_bytes=(1536 << 20) + _TMP_BYTES, tasks=400)
"""Of the JVM with everything that its app starts. Files in memory count as memory."""
_JAVA_OPTIONS = (
    "-Xmx448m",
    "-XX:MaxMetaspaceSize=384m",
    "-XX:MaxDirectMemorySize=128m",
    "-XX:ReservedCodeCacheSize=96m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Duser.home=/tmp",
    # Chinese SDKs define permissions under Android's name, which Robolectric refuses and Android does not.
    "-Drobolectric.allowPlatformPermissions=true",
    # The JVM's own verifier refuses code that Android runs; the sandbox checks each method itself.
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-BytecodeVerificationRemote",
)


@contextmanager
def confined(toolkit: Toolkit, inbox: Path) -> Iterator[list[str]]:
    """Yield the argument list that runs one app, with all limits; leave after it has ended.

    The app comes through the folder `inbox`, which the process sees as `/in` and cannot write to.
    """
    with limited(command(toolkit, inbox), RUN_LIMITS) as argv:
        yield argv


def command(toolkit: Toolkit, inbox: Path) -> list[str]:
    """Return the argument list without the limits of memory and processes; nothing outside can be written."""
    bound = {toolkit.translator: "/translator", inbox: "/in"}
    # Apps write to these without asking for their names; the sandbox lets them lead to the app's own folders.
    phone = [word for name in _OF_PHONES for word in ("--symlink", f"/tmp{name}", name)]  # noqa: S108 - inside
    return [*walls(toolkit, bound=bound, more=phone), "--", *java(toolkit), *_main(toolkit)]


def walls(toolkit: Toolkit, *, bound: Mapping[Path, str], more: Sequence[str] = ()) -> list[str]:
    """Return bubblewrap with its options; `bound` are the files and folders that can be read inside, and where.

    A socket can be connected to through a read-only mount; nothing can be made beside it. `more` are further options.
    """
    argv = [*alone(toolkit), "--die-with-parent", "--new-session", "--hostname", "localhost"]
    argv += [
        "--setenv",
        "PATH",
        "/usr/bin",
        "--setenv",
        "LANG",
        "C.UTF-8",
        "--setenv",
        "MALLOC_ARENA_MAX",
        "2",
        *system(),
    ]
    # Debian's Java keeps its settings in /etc; other distributions have neither folder.
    for folder in ("/etc/java-17-openjdk", "/etc/alternatives", str(toolkit.java)):
        argv += ["--ro-bind-try", folder, folder]
    argv += ["--size", str(_TMP_BYTES), "--tmpfs", "/tmp", "--chdir", "/tmp"]  # noqa: S108 - inside
    for source, target in {toolkit.runtime: "/runtime", **bound}.items():
        argv += ["--ro-bind", str(source.resolve()), target]
    return [*argv, *more, *sealed()]


def alone(toolkit: Toolkit) -> list[str]:
    """Return bubblewrap with the options that take everything away: namespaces of its own, no rights, no variables."""
    further = ["--disable-userns"] if toolkit.forbids_namespaces else []
    argv = [str(toolkit.bwrap), "--unshare-all", "--unshare-user", *further, "--cap-drop", "ALL"]
    return [*argv, "--uid", "65534", "--gid", "65534", "--clearenv"]


def system() -> list[str]:
    """Return the options that show a process the programs of this machine, and nothing that belongs to anybody."""
    links = [option for name in ("bin", "lib", "lib64") for option in ("--symlink", f"usr/{name}", f"/{name}")]
    return ["--ro-bind", "/usr", "/usr", *links, "--proc", "/proc", "--dev", "/dev"]


def sealed() -> list[str]:
    """Return the options, the last ones, that leave nothing to write to but what was bound for it.

    Without the second a worker that is root would let the app write to `/proc/sys/kernel/core_pattern`, which names a
    program that the kernel runs outside: who is root outside may, with whatever number and without any capability.
    """
    return [option for folder in ("/", "/proc", "/dev") for option in ("--remount-ro", folder)]


def java(toolkit: Toolkit) -> list[str]:
    """Return the JVM with its options and class path, without the class that it runs."""
    opened = [f"java.base/{package}=ALL-UNNAMED" for package in (*_OPENED, *_OPENED_INTERNAL)]
    options = [option for package in opened for option in ("--add-opens", package)]
    return [
        str(toolkit.java / "bin" / "java"),
        *_JAVA_OPTIONS,
        *options,
        "-cp",
        "/runtime/classes:/runtime/framework/*:/runtime/lib/*",
    ]


def in_force(toolkit: Toolkit) -> dict[str, str]:
    """Return what holds an app back on this machine, by what it is held back from."""
    return {
        "system": "bubblewrap",
        "network": "none" if toolkit.sinkhole is None else "sinkhole",
        "memory": memory_means().value,
        "processes": tasks_means().value,
    }


def _main(toolkit: Toolkit) -> Iterator[str]:
    """Yield the class that runs, and its arguments."""
    libraries = sorted(path.name for path in (toolkit.translator / "lib").iterdir())
    yield from ("apkfarm.sandbox.host.Main", "/runtime/framework")
    yield ":".join(["/translator/classes", *(f"/translator/lib/{name}" for name in libraries)])
