"""The values that the signature reader returns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workers.static.readers.anomaly import Anomaly
from workers.static.readers.manifest_model import Reader

_UNESCAPED_COMMA = re.compile(r"(?<!\\),")


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """One certificate under one signature scheme."""

    scheme: str
    """`v1`, `v2`, `v3` or `v3.1`."""
    certificate_sha256: str
    """Lower-case hexadecimal SHA-256 of the DER certificate."""
    subject: str
    """Distinguished name as RFC 4514 writes it, such as `CN=Example,O=Me`; from the app, so not to be trusted."""
    issuer: str
    valid_from: str | None = None
    """ISO 8601 time."""
    valid_until: str | None = None
    algorithm: str | None = None
    """Algorithm of the certificate's own signature, such as `sha256WithRSAEncryption`."""

    @property
    def debug_key(self) -> bool:
        """Whether it is the key that every Android SDK makes for itself."""
        return "CN=Android Debug" in _UNESCAPED_COMMA.split(self.subject)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signing:
    """Who signed the APK, as far as it says; signatures are read, not verified."""

    reader: Reader
    """Which library read the certificates."""
    schemes: tuple[str, ...] = ()
    """Schemes with a signature present, of `v1`, `v2`, `v3`, `v3.1`, in this order."""
    signers: tuple[Signer, ...] = ()
    janus: bool = False
    """Whether the file is also a DEX (CVE-2017-13156): runs as other code than what v1 signed."""
    source_stamp: bool = False
    """Whether a source stamp is in the signing block."""
    block_ids: tuple[int, ...] = ()
    """Ids of all pairs in the APK signing block, in file order; channel tools add their own."""
    anomalies: tuple[Anomaly, ...] = ()

    @property
    def certificates(self) -> tuple[str, ...]:
        """Distinct SHA-256 of the certificates, in the order of the schemes."""
        return tuple(dict.fromkeys(signer.certificate_sha256 for signer in self.signers))

    @property
    def debug_key(self) -> bool:
        """Whether any signer uses the debug key."""
        return any(signer.debug_key for signer in self.signers)
