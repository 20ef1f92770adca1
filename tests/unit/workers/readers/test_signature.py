"""Signature schemes and certificates, by both libraries."""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import sys
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID

from tests.unit.workers.readers.build import Member, zip_bytes
from tests.unit.workers.readers.build_axml import Node, axml
from workers.model.limits import Limits
from workers.static.readers.archive import Archive, open_apk
from workers.static.readers.directory import Entry
from workers.static.readers.libraries import Libraries
from workers.static.readers.manifest_model import Reader
from workers.static.readers.signature import _by_androguard, read_signing
from workers.static.readers.signing_model import Signing

MANIFEST = Member(name="AndroidManifest.xml", content=axml(Node("manifest", {":package": "a.b"})))
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(common_name: str) -> x509.Certificate:
    """Return a self-signed certificate."""
    parts = [(NameOID.COUNTRY_NAME, "US"), (NameOID.ORGANIZATION_NAME, "Android"), (NameOID.COMMON_NAME, common_name)]
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
    start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 1, start, start + dt.timedelta(days=9000))
    return builder.sign(KEY, hashes.SHA256())


DEBUG = certificate("Android Debug")
RELEASE = certificate('Example, "Inc."; CN=Android Debug')


def prefixed(*parts: bytes) -> bytes:
    """Return the parts together behind their length."""
    return struct.pack("<I", len(b"".join(parts))) + b"".join(parts)


def v2_value(one: x509.Certificate) -> bytes:
    """Return the value of a v2 pair with one signer."""
    digests = prefixed(prefixed(struct.pack("<I", 0x0201), prefixed(bytes(32))))
    signed = prefixed(digests, prefixed(prefixed(one.public_bytes(Encoding.DER))), prefixed())
    return prefixed(prefixed(signed, prefixed(), prefixed(b"key")))


def block(*pairs: tuple[int, bytes], told: int | None = None) -> bytes:
    """Return an APK signing block."""
    body = b"".join(struct.pack("<QI", len(value) + 4, number) + value for number, value in pairs)
    size = len(body) + 24
    return struct.pack("<Q", size if told is None else told) + body + struct.pack("<Q", size) + b"APK Sig Block 42"


def v1_file(one: x509.Certificate, name: str = "CERT") -> Member:
    """Return the signature file of scheme v1."""
    content = PKCS7SignatureBuilder().set_data(b"sf").add_signer(one, KEY, hashes.SHA256()).sign(Encoding.DER, [])
    return Member(name=f"META-INF/{name}.EC", content=content)


def signing(*members: Member, signing_block: bytes = b"", prefix: bytes = b"") -> Signing:
    """Return what is read from an APK."""
    data = zip_bytes([MANIFEST, *members], before_directory=signing_block, prefix=prefix)
    return read_signing(Libraries(open_apk(memoryview(data), limits=Limits())))


def fingerprint(one: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate."""
    return hashlib.sha256(one.public_bytes(Encoding.DER)).hexdigest()


def test_v1() -> None:
    """The certificate of a signature file."""
    read = signing(v1_file(DEBUG))
    assert (read.schemes, read.certificates, read.debug_key) == (("v1",), (fingerprint(DEBUG),), True)


def test_v2() -> None:
    """The certificate in the signing block."""
    read = signing(signing_block=block((0x7109871A, v2_value(RELEASE)), (0x71777777, b"channel")))
    assert (read.schemes, read.certificates, read.debug_key) == (("v2",), (fingerprint(RELEASE),), False)
    assert read.block_ids == (0x7109871A, 0x71777777)


def test_both_schemes_with_one_key_are_one_certificate() -> None:
    """Schemes come in their order."""
    read = signing(v1_file(RELEASE), signing_block=block((0x7109871A, v2_value(RELEASE))))
    assert (read.schemes, len(read.signers), len(read.certificates)) == (("v1", "v2"), 2, 1)


def test_every_signature_file_of_v1_tells_its_signer() -> None:
    """Two keys leave two files, one behind the other."""
    read = signing(v1_file(DEBUG, "A"), v1_file(RELEASE, "B"))

    assert {fingerprint(DEBUG), fingerprint(RELEASE)} == set(read.certificates)
    assert read.anomalies == ()


def test_a_signature_file_of_rubbish_hides_no_other() -> None:
    """It is noted with its name, whether it is the first or the last."""
    for name in ("A", "Z"):
        read = signing(v1_file(RELEASE, "M"), Member(name=f"META-INF/{name}.RSA", content=b"rubbish"))

        assert read.certificates == (fingerprint(RELEASE),)
        assert [odd.subject for odd in read.anomalies] == [f"META-INF/{name}.RSA"]


def test_of_a_scheme_that_stands_twice_the_first_counts() -> None:
    """As for Android; the other key did not sign the app, though its certificate is there for anyone to copy."""
    read = signing(signing_block=block((0x7109871A, v2_value(DEBUG)), (0x7109871A, v2_value(RELEASE))))

    assert read.certificates == (fingerprint(DEBUG),)
    assert [(odd.kind, odd.detail) for odd in read.anomalies] == [("signing.repeated-scheme", "v2")]


def signed_file(attribute: bytes, name: str = "CERT.SF") -> Member:
    """Return the list of digests that a signature file signs."""
    head = b"Signature-Version: 1.0\r\n" + attribute + b"Created-By: 1.0 (Android)\r\n\r\n"
    return Member(name=f"META-INF/{name}", content=head + b"Name: a\r\nSHA-256-Digest: x\r\n\r\n" * 5_000)


@pytest.mark.parametrize(
    ("attribute", "name", "stripped"),
    [
        (b"X-Android-APK-Signed: 2\r\n", "CERT.SF", "v2"),
        (b"x-android-apk-signed: 3, 2,9\r\n", "cert.sf", "v2, v3"),
        (b"X-Android-APK-Signed: 4\r\n", "CERT.SF", None),
        (b"X-Android-APK-Signed: 2\r\n", "OTHER.SF", None),
        (b"Not-X-Android-APK-Signed: 2\r\n", "CERT.SF", None),
        (b"", "CERT.SF", None),
    ],
)
def test_a_scheme_that_was_taken_away_is_noted(attribute: bytes, name: str, stripped: str | None) -> None:
    """Scheme v1 says of each other one that the app was signed by it, so that Android misses it."""
    read = signing(v1_file(RELEASE), signed_file(attribute, name))

    assert [(odd.kind, odd.detail) for odd in read.anomalies] == (
        [("signing.stripped-scheme", stripped)] if stripped else []
    )


def test_of_lists_whose_names_differ_by_case_alone_one_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """For Android they are one file; an app may have as many of them as a name has spellings."""
    looked_at: list[str] = []
    read_head = Archive.read_head

    def counted(archive: Archive, entry: Entry, size: int) -> bytes:
        looked_at.append(entry.name)
        return read_head(archive, entry, size)

    monkeypatch.setattr(Archive, "read_head", counted)
    signing(v1_file(RELEASE), *(signed_file(b"", name) for name in ("CERT.SF", "cert.sf", "Cert.sf")))

    assert len(looked_at) == 1


def test_a_scheme_that_is_there_was_not_taken_away() -> None:
    """Of an app with one of the later schemes scheme v1 is of no account."""
    promise = signed_file(b"X-Android-APK-Signed: 2, 3\r\n")
    read = signing(v1_file(RELEASE), promise, signing_block=block((0x7109871A, v2_value(RELEASE))))

    assert read.anomalies == ()


def test_both_libraries_say_the_same() -> None:
    """Names, times and algorithms included."""
    data = zip_bytes([MANIFEST, v1_file(DEBUG)], before_directory=block((0x7109871A, v2_value(DEBUG))))
    libraries = Libraries(open_apk(memoryview(data), limits=Limits()))
    assert tuple(_by_androguard(libraries)) == read_signing(libraries).signers


def test_an_unsigned_apk_has_no_signer() -> None:
    """And nothing odd about it."""
    assert signing() == Signing(reader=Reader.APK_INFO)


def test_a_scheme_that_cannot_be_read_is_noted() -> None:
    """It is present, but nobody is named."""
    read = signing(signing_block=block((0xF05368C0, b"rubbish")))
    assert read.schemes == ("v3",)
    assert "signing.unread-scheme" in {odd.kind for odd in read.anomalies}


LONG_PAIR = struct.pack("<QI", 500, 0x7109871A) + bytes(20)


@pytest.mark.parametrize(
    "broken",
    [
        struct.pack("<Q", 56) + LONG_PAIR + struct.pack("<Q", 56) + b"APK Sig Block 42",
        block(told=7),
        bytes(8) + b"\xff" * 8 + b"APK Sig Block 42",
    ],
)
def test_a_broken_block_is_noted(broken: bytes) -> None:
    """Sizes that do not fit never raise."""
    assert "signing.broken-block" in {odd.kind for odd in signing(signing_block=broken).anomalies}


def test_janus() -> None:
    """A file that is a DEX in front and a zip behind."""
    read = signing(v1_file(RELEASE), prefix=b"dex\n035\0" + bytes(100))
    assert (read.janus, read.certificates) == (True, (fingerprint(RELEASE),))


def test_a_source_stamp_is_seen() -> None:
    """By its id alone."""
    assert signing(signing_block=block((0x6DFF800D, b""))).source_stamp


def test_what_was_read_may_end_in_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when Python looks for circles while a thread reads the next app; the library's own object may not."""
    held = [Libraries(open_apk(memoryview(zip_bytes([MANIFEST])), limits=Limits()))]
    read_signing(held[0])
    raised: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", raised.append)
    thread = Thread(target=held.clear)
    thread.start()
    thread.join()

    assert [] == raised
