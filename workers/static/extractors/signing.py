"""Who signed the app, as far as the certificates say."""

from __future__ import annotations

from workers.model.bounded import Rows, optional, printable, text
from workers.model.evidence import JSON
from workers.static.readers.signing_model import Signer
from workers.static.view import StaticView

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
