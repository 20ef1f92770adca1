"""One APK as the extractors see it: archive, manifest, signers and code, each read once and only when asked for.

The readers below decide what is true of the bytes; the extractors above ask questions of a `StaticView`:

    view = StaticView(data)
    view.archive.names, view.archive.read("assets/x")
    view.manifest.permissions, view.signing.signers
    for call in view.code.calls_to({"Landroid/telephony/TelephonyManager;->getDeviceId"}): ...
"""

from __future__ import annotations

import hashlib
from functools import cached_property

from workers.model.evidence import AppIdentity
from workers.model.limits import Limits
from workers.static.readers.anomaly import Anomaly
from workers.static.readers.archive import Archive, open_apk
from workers.static.readers.code import Call, Code, FieldUse, StringUse, TypeUse, UnreadableDex, read_code
from workers.static.readers.file import ApkFile, as_file
from workers.static.readers.libraries import Libraries
from workers.static.readers.manifest import read_manifest
from workers.static.readers.manifest_model import Manifest
from workers.static.readers.signature import read_signing
from workers.static.readers.signing_model import Signing

__all__ = ["Call", "Code", "FieldUse", "StaticView", "StringUse", "TypeUse", "UnreadableDex"]


class StaticView:
    """Lazy, cached view of one APK.

    `data` is the file and must not change while the view lives. Reading raises a subclass of `InspectionError`
    when nothing can be read (`archive`: not a zip, `manifest`: none or beyond both readers), `OverLimitError` when a
    cap of `limits` is passed. Everything less than that is an `Anomaly` beside the values.
    """

    def __init__(
        self,
        data: bytes | bytearray | memoryview | ApkFile,
        *,
        limits: Limits | None = None,
        sha256: str | None = None,
        sha256_verified: bool = True,
    ) -> None:
        self.file: ApkFile = as_file(data)
        """The file, of which parts may lie elsewhere."""
        self.limits: Limits = limits or Limits()
        """Caps that the readers keep."""
        self._sha256 = sha256
        self._sha256_verified = sha256_verified

    @cached_property
    def sha256(self) -> str:
        """Lower-case hexadecimal SHA-256 of the whole file: the one that was given, or else computed."""
        return self._sha256 or hashlib.sha256(self.file.read(0, self.size)).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.file.size

    @cached_property
    def archive(self) -> Archive:
        """The zip archive: entries, names, bounded reading."""
        return open_apk(self.file, limits=self.limits)

    @cached_property
    def _libraries(self) -> Libraries:
        """The libraries behind manifest and signers, opened once for both."""
        return Libraries(self.archive)

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest with resources resolved."""
        return read_manifest(self._libraries)

    @cached_property
    def signing(self) -> Signing:
        """Signature schemes and certificates."""
        return read_signing(self._libraries)

    @property
    def signature_files(self) -> tuple[tuple[str, bytes], ...]:
        """Name and content of the signature files of scheme v1."""
        return self._libraries.signature_files

    @property
    def resources(self) -> bytes | None:
        """The resource table, or None if there is none that can be read."""
        return self._libraries.resource_bytes

    @cached_property
    def code(self) -> Code:
        """All dex files `classes.dex`, `classes2.dex` and so on, together."""
        return read_code(self.archive)

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        """Everything odd that the four readers met; reads all four."""
        # Code comes first: members disagree with their headers only once they are read.
        code = self.code.anomalies
        signing = self.signing.anomalies
        return self.manifest.anomalies + signing + code + self.archive.anomalies

    @property
    def identity(self) -> AppIdentity:
        """The app's identity from the manifest."""
        return identity(self.sha256, self.manifest, sha256_verified=self._sha256_verified)

    @property
    def known_identity(self) -> AppIdentity:
        """The app's identity as far as it has been read: never raises, never reads."""
        return identity(self.sha256, self.__dict__.get("manifest"), sha256_verified=self._sha256_verified)


def identity(sha256: str, manifest: Manifest | None, *, sha256_verified: bool = True) -> AppIdentity:
    """Return who the app is, from a manifest if there is one."""
    if manifest is None:
        return AppIdentity(sha256=sha256, sha256_verified=sha256_verified)
    return AppIdentity(
        sha256=sha256,
        sha256_verified=sha256_verified,
        package=manifest.package,
        version_code=manifest.version_code,
        version_name=manifest.version_name,
        min_sdk=manifest.min_sdk,
        target_sdk=manifest.target_sdk,
        label=manifest.label,
    )
