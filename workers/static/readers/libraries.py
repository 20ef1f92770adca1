"""Ask the libraries that read manifests and certificates, without letting them meet the hostile zip.

They get a small zip made anew from what our own reader found: the manifest, the signature files and the signing block.
So caps hold for them too, prefix bytes, encrypted flags and wrong methods cannot stop them, and both
libraries see the same members as we do.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from io import FileIO
from typing import Any, TypeVar

import apk_info

from workers.model.errors import InspectionError, MalformedError, OverLimitError, UnreadError
from workers.static.readers.archive import MANIFEST, Archive, MemberError
from workers.static.readers.signing_block import find_signing_block

RESOURCES = "resources.arsc"
"""The member with the resource table."""

_SIGNATURE_FILE = re.compile(r"META-INF/[^/]{1,200}\.(?:RSA|DSA|EC)", re.IGNORECASE)
_SIGNATURE_FILES_MAX = 16
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")

Answer = TypeVar("Answer")


class LibraryError(Exception):
    """A library could not read the file; the message is the library's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApkInfo:
    """What apk-info says of an APK, or why it does not."""

    manifest: str | LibraryError
    """As XML."""
    signatures: Sequence[object] | LibraryError
    """One for each scheme, as the library's own objects."""


class Libraries:
    """Both libraries on one APK, each opened once and only when asked for."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    @cached_property
    def manifest_bytes(self) -> bytes:
        """The binary manifest; MalformedError if its bytes cannot be read."""
        try:
            return self.archive.read(MANIFEST)
        except MemberError as error:
            raise MalformedError(str(error)) from None

    @cached_property
    def resource_bytes(self) -> bytes | None:
        """The resource table, or None if there is none that can be read."""
        try:
            return self.archive.read(RESOURCES) if RESOURCES in self.archive else None
        except MemberError:
            return None

    @cached_property
    def signature_files(self) -> tuple[tuple[str, bytes], ...]:
        """Names and contents of the v1 signature files (PKCS #7), at most a few."""
        files: list[tuple[str, bytes]] = []
        for name in signature_names(self.archive.names):
            try:
                files.append((name, self.archive.read(name)))
            except MemberError:
                continue
        return tuple(files)

    @cached_property
    def small_apk(self) -> tuple[bytes, ...]:
        """The zip that the libraries get, in pieces."""
        members = [(MANIFEST, self.manifest_bytes)]
        with suppress(OverLimitError):  # Of the signature alone: who asks for the signers is told.
            members += self.signature_files
        block = find_signing_block(self.archive)
        return _stored_zip(members, block.raw if block and not block.broken else b"")

    @cached_property
    def apk_info(self) -> ApkInfo:
        """What apk-info reads in the APK; LibraryError if it cannot open it.

        Its own object ends here: it may not end in another thread, and the collector of cycles runs in any.
        """
        descriptor = os.memfd_create("apk", os.MFD_CLOEXEC)
        try:
            with open(descriptor, "wb", buffering=0, closefd=False) as file:
                for piece in self.small_apk:
                    _write(file, piece)
            apk = ask(lambda: apk_info.APK(f"/proc/self/fd/{descriptor}"))
        finally:
            os.close(descriptor)
        return ApkInfo(manifest=_answer(apk.get_xml_string), signatures=_answer(apk.get_signatures))

    @cached_property
    def androguard_apk(self) -> Any:  # noqa: ANN401 - androguard has no types
        """The APK as androguard reads it, without its own analysis of the manifest; LibraryError if it cannot."""

        def load() -> Any:  # noqa: ANN401 - as above
            from androguard.core.apk import APK  # noqa: PLC0415 - heavy, and needed for few files

            return APK(b"".join(self.small_apk), raw=True, skip_analysis=True)

        silence()
        return ask(load)


def signature_names(names: Sequence[str]) -> list[str]:
    """Return those of the names of members that are v1 signature files, at most a few."""
    # The first letter rules nearly all of thousands of names out.
    return [name for name in names if name[:1] in "Mm" and _SIGNATURE_FILE.fullmatch(name)][:_SIGNATURE_FILES_MAX]


def ask(question: Callable[[], Answer]) -> Answer:
    """Return the library's answer; whatever it raises becomes a LibraryError.

    This is a boundary: libraries raise anything on hostile input, Rust panics included, which are no `Exception`.
    Our own limits pass through, and bytes that could not be had.
    """
    try:
        return question()
    except (InspectionError, MemoryError, UnreadError, LibraryError):
        raise
    except Exception as error:  # noqa: BLE001 - the boundary
        raise LibraryError(f"{type(error).__name__}: {str(error)[:200]}") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise LibraryError(f"PanicException: {str(error)[:200]}") from None


def answered(answer: Answer | LibraryError) -> Answer:
    """Return what a library said; raises LibraryError if it said nothing."""
    if isinstance(answer, LibraryError):
        raise answer
    return answer


def _answer(question: Callable[[], Answer]) -> Answer | LibraryError:
    """Return the library's answer or its error, which remembers nothing of where it was raised."""
    try:
        return ask(question)
    except LibraryError as error:
        return LibraryError(str(error))


def silence() -> None:
    """Keep androguard from writing to standard error."""
    from loguru import logger  # noqa: PLC0415 - comes with androguard, and is needed only with it

    logger.disable("androguard")


def _write(file: FileIO, content: bytes) -> None:
    """Write all of `content`."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def _stored_zip(members: list[tuple[str, bytes]], before_directory: bytes) -> tuple[bytes, ...]:
    """Return the pieces of a plain zip of `members`, with bytes between the last member and the directory."""
    body: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, content in members:
        raw, crc, size = name.encode("utf-8", "replace"), zlib.crc32(content), len(content)
        local = _LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, 33, crc, size, size, len(raw), 0) + raw
        central = (b"PK\x01\x02", 20, 20, 0, 0, 0, 33, crc, size, size, len(raw), 0, 0, 0, 0, 0, offset)
        directory.append(_CENTRAL.pack(*central) + raw)
        body += [local, content]
        offset += len(local) + size
    offset += len(before_directory)
    central_bytes = b"".join(directory)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(central_bytes), offset, 0)
    return (*body, before_directory, central_bytes, end)
