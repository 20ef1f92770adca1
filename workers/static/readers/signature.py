"""Read who signed an APK: schemes from our own look at the signing block, certificates from libraries."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from workers.static.readers.anomaly import Anomaly
from workers.static.readers.archive import MemberError
from workers.static.readers.libraries import Libraries, LibraryError, answered, ask
from workers.static.readers.manifest_model import Reader
from workers.static.readers.signing_block import SCHEME_IDS, STAMP_IDS, find_signing_block
from workers.static.readers.signing_model import Signer, Signing

_SPECIAL = re.compile(r'[",+<>;\\]')
_ESCAPED = r"\\\g<0>"
_SCHEMES = ("v1", "v2", "v3", "v3.1")
_PROMISE = re.compile(rb"(?:^|[\r\n])X-Android-APK-Signed: ?([0-9, ]{1,64})[\r\n]", re.IGNORECASE)
"""What a file of scheme v1 says of the other schemes, by number (`ApkSigner`, and `StrictJarVerifier` of Android)."""
_PROMISED = {"2": "v2", "3": "v3"}
_SECTION = 4_096
"""Bytes of such a file that are looked at: the attributes of the whole come first."""


def read_signing(libraries: Libraries) -> Signing:
    """Return the signature schemes and certificates of an APK; what cannot be read is an anomaly, never an error.

    Raises:
        MalformedError: the manifest's bytes cannot be read (libraries want it).
        OverInflateLimitError: a member is larger than the limits.
    """
    archive = libraries.archive
    block = find_signing_block(archive)
    ids = block.ids if block else ()
    present = {SCHEME_IDS[number] for number in ids if number in SCHEME_IDS}
    if libraries.signature_files:
        present.add("v1")
    anomalies: list[Anomaly] = []
    if block and block.broken:
        anomalies.append(Anomaly(kind="signing.broken-block", detail="a pair does not fit into the signing block"))
    repeated = sorted({SCHEME_IDS[number] for number in ids if number in SCHEME_IDS and ids.count(number) > 1})
    if repeated:
        anomalies.append(Anomaly(kind="signing.repeated-scheme", detail=", ".join(repeated)))
    if present == {"v1"} and (stripped := _promised(libraries)):
        anomalies.append(Anomaly(kind="signing.stripped-scheme", detail=", ".join(stripped)))
    reader, signers = _signers(libraries, anomalies)
    unread = sorted(present - {signer.scheme for signer in signers})
    if unread:
        anomalies.append(Anomaly(kind="signing.unread-scheme", detail=", ".join(unread)))
    janus = bytes(archive.file.read(0, 4)) == b"dex\n"
    if janus:
        anomalies.append(Anomaly(kind="signing.janus", detail="the file is a DEX as well (CVE-2017-13156)"))
    return Signing(
        reader=reader,
        schemes=tuple(scheme for scheme in _SCHEMES if scheme in present),
        signers=signers,
        janus=janus,
        source_stamp=any(number in STAMP_IDS for number in ids),
        block_ids=ids,
        anomalies=tuple(anomalies),
    )


def _signers(libraries: Libraries, anomalies: list[Anomaly]) -> tuple[Reader, tuple[Signer, ...]]:
    """Return the signers from the first library that can read them; note those that cannot."""
    try:
        read = ask(lambda: list(_by_apk_info(answered(libraries.apk_info.signatures))))
        return Reader.APK_INFO, (*_first_file_only(libraries, read, anomalies), *read)
    except LibraryError as error:
        anomalies.append(Anomaly(kind="signing.reader-failed", detail=str(error)))
    try:
        return Reader.ANDROGUARD, tuple(ask(lambda: list(_by_androguard(libraries))))
    except LibraryError as error:
        anomalies.append(Anomaly(kind="signing.reader-failed", detail=str(error)))
    return Reader.ANDROGUARD, ()


def _promised(libraries: Libraries) -> list[str]:
    """Return the schemes of which scheme v1 says that the app was signed by them as well.

    Where none of them is there, somebody took it away or changed the file since: Android 7 and later refuse the app.
    """
    archive = libraries.archive
    wanted = {name.rpartition(".")[0].upper() + ".SF" for name, _ in libraries.signature_files}
    # Names that differ by case are one file for Android, and an app may have as many as there are spellings.
    lists = {
        name.upper(): entry for entry in archive.entries if (name := entry.name)[:1] in "Mm" and name.upper() in wanted
    }
    numbers: set[str] = set()
    for entry in lists.values():
        with suppress(MemberError):
            match = _PROMISE.search(archive.read_head(entry, _SECTION))
            numbers.update(match[1].decode("ascii").replace(" ", "").split(",") if match else ())
    return [scheme for number, scheme in _PROMISED.items() if number in numbers]


def _first_file_only(libraries: Libraries, read: list[Signer], anomalies: list[Anomaly]) -> list[Signer]:
    """Return the v1 signers that `read` lacks: apk-info looks into the first signature file alone."""
    known = {signer.certificate_sha256 for signer in read if signer.scheme == "v1"}
    missing: dict[str, Signer] = {}
    files = libraries.signature_files
    for name, content in files if len(files) > 1 else ():
        try:
            found = ask(partial(_of_file, content))
        except LibraryError as error:
            anomalies.append(Anomaly(kind="signing.reader-failed", subject=name, detail=str(error)))
            continue
        missing.update((each.certificate_sha256, each) for each in found if each.certificate_sha256 not in known)
    return [*missing.values()]


def _by_apk_info(signatures: Sequence[object]) -> Iterator[Signer]:
    """Yield the signers as apk-info reads them; of a scheme that the signing block has twice only the first.

    Android takes the first pair with the id of a scheme (`ApkSigningBlockUtils.findApkSignatureSchemeBlock`): a second
    one makes an app look as if somebody else had signed it.
    """
    names = {"V1": "v1", "V2": "v2", "V3": "v3", "V31": "v3.1"}
    seen: set[str] = set()
    for signature in signatures:
        scheme = names.get(type(signature).__name__.rpartition(".")[2].rpartition("_")[2])
        if scheme is None or scheme in seen:
            continue
        seen.add(scheme)
        for certificate in getattr(signature, "certificates", ()):
            yield Signer(
                scheme=scheme,
                certificate_sha256=certificate.sha256_fingerprint.lower(),
                subject=certificate.subject,
                issuer=certificate.issuer,
                valid_from=certificate.valid_from,
                valid_until=certificate.valid_until,
                algorithm=certificate.signature_type,
            )


def _by_androguard(libraries: Libraries) -> Iterator[Signer]:
    """Yield the signers as androguard and the ASN.1 reader it stands on read them."""
    apk = libraries.androguard_apk
    lists = {
        "v1": [each for _, content in libraries.signature_files for each in _in_message(content)],
        "v2": apk.get_certificates_v2(),
        "v3": apk.get_certificates_v3(),
        "v3.1": apk.get_certificates_v31(),
    }
    for scheme, certificates in lists.items():
        for certificate in certificates:
            yield _signer(scheme, certificate)


def _of_file(content: bytes) -> list[Signer]:
    """Return the signers that one signature file of scheme v1 tells."""
    return [_signer("v1", each) for each in _in_message(content)]


def _in_message(content: bytes) -> list[Any]:
    """Return the certificates of one signature file of scheme v1."""
    from asn1crypto import cms  # noqa: PLC0415 - needed for few apps

    return [choice.chosen for choice in cms.ContentInfo.load(content)["content"]["certificates"]]


def _signer(scheme: str, certificate: Any) -> Signer:  # noqa: ANN401 - asn1crypto has no types
    """Return one certificate as asn1crypto reads it."""
    return Signer(
        scheme=scheme,
        certificate_sha256=hashlib.sha256(certificate.dump()).hexdigest(),
        subject=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        valid_from=certificate.not_valid_before.strftime("%Y-%m-%dT%H:%M:%SZ"),
        valid_until=certificate.not_valid_after.strftime("%Y-%m-%dT%H:%M:%SZ"),
        algorithm=_algorithm(certificate["signature_algorithm"]["algorithm"].native),
    )


def _name(name: Any) -> str:  # noqa: ANN401 - asn1crypto has no types
    """Return a distinguished name as apk-info does: RFC 4514, so the last part first."""
    short = {
        "common_name": "CN",
        "organization_name": "O",
        "organizational_unit_name": "OU",
        "country_name": "C",
        "state_or_province_name": "ST",
        "locality_name": "L",
        "email_address": "EMAIL",
    }
    parts = [(pair["type"].native, str(pair["value"].native)) for relative in name.chosen for pair in relative]
    return ",".join(f"{short.get(kind, kind)}={_SPECIAL.sub(_ESCAPED, value)}" for kind, value in reversed(parts))


def _algorithm(name: str) -> str:
    """Return an algorithm by the name that OpenSSL gives it, as apk-info does."""
    digest, _, key = name.partition("_")
    forms = {"rsa": f"{digest}WithRSAEncryption", "ecdsa": f"ecdsa-with-{digest.upper()}"}
    return forms.get(key, name)
