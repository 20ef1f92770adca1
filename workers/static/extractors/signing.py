"""Who signed the app, as far as the certificates say."""

from __future__ import annotations

from workers.model.bounded import Rows, optional, printable, text
from workers.model.evidence import JSON
from workers.model.fact import Fact, anomalies
from workers.static.readers.signing_model import Signer
from workers.static.view import StaticView

FACT = Fact(
    name="signing",
    what="schemes, signers, known weaknesses; at most 50 signers",
    source="signing block, `META-INF`",
    blind="whether a signature is valid: nothing is verified",
    keys={
        "reader": "the library that read it: `apk_info` or `androguard`",
        "schemes": "`v1`, `v2`, `v3`, `v3.1`: those with a signature",
        "signers": "one row for each certificate and scheme",
        "signers[].scheme": "scheme",
        "signers[].certificate_sha256": "SHA-256 of the certificate",
        "signers[].subject": "whose it is",
        "signers[].issuer": "who issued it",
        "signers[].valid_from": "first day",
        "signers[].valid_until": "last day",
        "signers[].algorithm": "algorithm of the certificate's signature",
        "signers[].debug_key": "whether it is the key of debug builds",
        "certificates": "SHA-256 of the certificates, each once",
        "debug_key": "whether any is the key of debug builds",
        "janus": "whether the file is a dex file too, and can run as other code than what was signed (CVE-2017-13156)",
        "source_stamp": "whether there is the stamp of whoever passed it on",
        "block_ids": "identifiers in the signing block; channels write there",
        **anomalies("signatures"),
    },
)
"""What this module tells."""

_SIGNER_LIMIT = 50


def extract(view: StaticView) -> JSON:
    """Return schemes, signers and what is odd; nothing is verified."""
    signing = view.signing
    return {
        "reader": signing.reader.value,
        "schemes": [*signing.schemes],
        "signers": Rows((_row(signer) for signer in signing.signers), limit=_SIGNER_LIMIT),
        "certificates": [*signing.certificates],
        "debug_key": signing.debug_key,
        "janus": signing.janus,
        "source_stamp": signing.source_stamp,
        "block_ids": Rows((f"0x{value:08x}" for value in signing.block_ids), limit=_SIGNER_LIMIT),
        "anomalies": Rows(printable(item.as_json()) for item in signing.anomalies),
    }


def _row(signer: Signer) -> JSON:
    """Return one signer."""
    return {
        "scheme": signer.scheme,
        "certificate_sha256": signer.certificate_sha256,
        "subject": text(signer.subject),
        "issuer": text(signer.issuer),
        "valid_from": signer.valid_from,
        "valid_until": signer.valid_until,
        "algorithm": optional(signer.algorithm),
        "debug_key": signer.debug_key,
    }
