"""The process that reads apps a second time, with androguard: what it takes, and what breaks it, is not the worker's.

It starts with the first app of the sample and serves its worker until that ends. One that does not answer in time, or
that the app breaks, is thrown away; the next app of the sample gets a new one. The app and the suite's account of it go
over as files in memory, one line of JSON comes back.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import resource
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from workers.isolation import guard
from workers.memory_file import MemoryFile, in_memory
from workers.model.bounded import text
from workers.model.cross_check import CrossCheck, Disagreement, Field
from workers.model.errors import InspectionError
from workers.model.limits import Limits
from workers.static.readers.libraries import LibraryError
from workers.static.readers.oracle import Account, androguards_account

_REQUEST = struct.Struct("<dq")
"""Seconds and bytes of memory that one reading may take."""
_ANSWER_MAX = 1 << 20
_KEPT = 256 << 20
"""A process that once took more than that does not stay: 60 MB are usual, and 110 MB with an APK of 24 MB."""
_PASSED_ON = frozenset(
    {"HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "LD_PRELOAD", "MALLOC_ARENA_MAX", "PATH", "PYTHONHOME", "TMPDIR"}
)
"""Variables of the worker that a Python needs to run; keys of stores are none of them."""
_GRACE_S = 0.5
"""How much longer than the reading itself its answer is waited for."""
_EXAMPLES = 5
_TEXT_LIMIT = 300
"""Signs of an example, or of why androguard could not read."""


class SecondReader:
    """The process, as its worker sees it."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Number of the process, or None if there is none."""
        return self._process.pid if self._process else None

    def ask(self, apk: MemoryFile, ours: Account, *, memory_bytes: int, seconds: float) -> CrossCheck:
        """Return where androguard's account of an APK differs from `ours`; `seconds` of wall time at most.

        Never raises because of what is in it: a process that ended or did not answer is a failure of the check.
        """
        deadline = time.monotonic() + seconds
        try:
            channel = self._started()
            with in_memory([_packed(ours)]) as account:
                left = max(deadline - time.monotonic() - _GRACE_S, 0.1)
                request, files = _REQUEST.pack(left, memory_bytes), [apk.descriptor, account.descriptor]
                socket.send_fds(channel, [request], files)
                answer = json.loads(_line(channel, deadline))
            if answer["peak_bytes"] > _KEPT:
                self.close()
            return _check(answer)
        except TimeoutError:
            self.close()
            return CrossCheck(failure=f"The second reading gave no answer within {seconds:g} s.")
        except (OSError, ValueError):
            self.close()
            return CrossCheck(failure="The process of the second reading ended before it answered.")
        except BaseException:
            # An answer that is still to come must not be taken for that on the next app.
            self.close()
            raise

    def _started(self) -> socket.socket:
        """Return the channel to the process, which is started if there is none."""
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._channel is None:
            self._channel, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", __name__, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=_environment(),
                    start_new_session=True,
                )
        return self._channel

    def close(self) -> None:
        """End the process."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._channel = None


def _environment() -> dict[str, str]:
    """Return the environment of the process."""
    passed_on = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
    return {**passed_on, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@cache
def shared_reader() -> SecondReader:
    """Return the one of this process; it ends with the process."""
    reader = SecondReader()
    atexit.register(reader.close)
    return reader


def differences(ours: Account, theirs: Account) -> Iterator[Disagreement]:
    """Yield the facts on which two accounts differ."""
    for field in Field:
        if ours[field] != theirs[field]:
            yield Disagreement(
                field=field,
                ours=_examples(ours[field] - theirs[field]),
                theirs=_examples(theirs[field] - ours[field]),
            )


def _examples(values: frozenset[str]) -> tuple[str, ...]:
    """Return the first few values as bounded text."""
    return tuple(text(value, _TEXT_LIMIT) for value in sorted(values)[:_EXAMPLES])


def _line(channel: socket.socket, deadline: float) -> bytes:
    """Return the next line; raises TimeoutError, and ConnectionError if the other end is gone or talks without end."""
    line = bytearray()
    while not line.endswith(b"\n"):
        channel.settimeout(max(deadline - time.monotonic(), 0.001))
        part = channel.recv(1 << 16)
        if not part or len(line) > _ANSWER_MAX:
            raise ConnectionError
        line += part
    return bytes(line)


def _packed(account: Account) -> bytes:
    """Return an account as JSON."""
    return json.dumps({field: sorted(values) for field, values in account.items()}).encode()


def _unpacked(document: bytes) -> Account:
    """Return the account of `_packed`."""
    return {Field(field): frozenset(values) for field, values in json.loads(document).items()}


def _check(answer: dict[str, Any]) -> CrossCheck:
    """Return what the process answered."""
    return CrossCheck(
        disagreements=tuple(
            Disagreement(field=Field(field), ours=tuple(ours), theirs=tuple(theirs))
            for field, ours, theirs in answer["disagreements"]
        ),
        failure=answer["failure"],
    )


def compared(apk: bytes, ours: Account, limits: Limits) -> CrossCheck:
    """Return where androguard's account differs from `ours`, read in this process within `limits`."""
    try:
        with guard(limits):
            return CrossCheck(disagreements=tuple(differences(ours, androguards_account(apk))))
    except (LibraryError, InspectionError) as error:
        return CrossCheck(failure=text(str(error), _TEXT_LIMIT))


def main() -> None:
    """Serve the worker at the other end of the channel until it is gone."""
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        while True:
            request, files, _, _ = socket.recv_fds(channel, _REQUEST.size, 2)
            if len(request) < _REQUEST.size:
                return
            seconds, memory_bytes = _REQUEST.unpack(request)
            _end_by_itself(seconds)
            # No name is kept: the app goes before the next one comes.
            apk, account = files
            limits = Limits(seconds=seconds, memory_bytes=memory_bytes)
            answer = _answer(compared(_content(apk), _unpacked(_content(account)), limits))
            channel.sendall(json.dumps(answer).encode() + b"\n")


def _answer(check: CrossCheck) -> dict[str, Any]:
    """Return what the process answers."""
    return {
        "disagreements": [[one.field, one.ours, one.theirs] for one in check.disagreements],
        "failure": check.failure,
        "peak_bytes": _peak_bytes(),
    }


def _peak_bytes() -> int:
    """Return what this process took at most: its `ru_maxrss` would start from the size of its worker."""
    status = Path("/proc/self/status").read_text("ascii", errors="replace")
    return next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def _end_by_itself(seconds: float) -> None:
    """Let the system end this process should it hang in native code with nobody left to kill it."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used + seconds) + 1, hard))


def _content(descriptor: int) -> bytes:
    """Return what a file in memory holds."""
    with open(descriptor, "rb") as file:
        file.seek(0)
        return file.read()


if __name__ == "__main__":
    main()
