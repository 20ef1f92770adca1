"""Write the seeds of the fuzz targets in `native/fuzz`: small hostile files, the sample apps, and what is in them.

python -m tests.hostile.seeds FOLDER
"""

from __future__ import annotations

import hashlib
import random
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.hostile import archives, claims, codes, manifests
from tests.hostile.making import KINDS
from workers.model.errors import InspectionError
from workers.model.limits import Limits
from workers.static.readers.archive import MemberError, open_apk
from workers.static.readers.directory import Entry

SEPARATOR = b"\xffnext\xff"
"""Stands between the DEX files of one app; as in `native/fuzz/src/lib.rs`."""
MAKERS = (archives, claims, codes, manifests)
"""The modules that register the kinds."""
_LARGEST = 32 << 10
"""Bytes of a seed: what is larger is slow to mutate, and tells a fuzzer no more."""
_SAMPLES = Path(__file__).parents[2] / "examples" / "apps" / "built"
_STRATEGIES = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE)
_PLANS = 24
"""Seeds for what is no file format but a plan: any bytes will do."""


def seeds() -> Iterator[tuple[str, bytes]]:
    """Yield target and seed."""
    apps = [kind.make() for kind in KINDS] + [path.read_bytes() for path in sorted(_SAMPLES.glob("*.apk"))]
    for app in apps:
        yield "archive", app
        yield from _inside(app)
    text = b"://".join(str(number).encode() for number in range(200))
    for level in (0, 1, 9):
        for strategy in _STRATEGIES:
            deflater = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
            yield "inflate", deflater.compress(text) + deflater.flush()
    for raw in (b"La/A;", "隐私😀".encode(), b"\xed\xa0\xbd\xed\xb8\x80", b"\xc0\x80\xed\xa0\x80a\xff"):
        yield "mutf8", raw
    dice = random.Random(1)
    for _ in range(_PLANS):
        yield "plan", dice.randbytes(400)


def _inside(app: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what an app holds: its deflated streams, its DEX files one by one and together."""
    try:
        archive = open_apk(memoryview(app), limits=Limits(member_bytes=_LARGEST))
    except InspectionError:
        return
    files: list[bytes] = []
    for name in archive.names[:6]:
        entry = archive.entry(name)
        if entry is None:
            continue
        if entry.method == 8:
            yield "inflate", _packed(app, entry)
        try:
            content = archive.read(name)
        except (MemberError, InspectionError):
            continue
        if name.endswith(".dex"):
            files.append(content)
            yield "dex", content
    if len(files) > 1:
        yield "dex", SEPARATOR.join(files[:3])


def _packed(app: bytes, entry: Entry) -> bytes:
    """Return the bytes of a member, if its header is as plain as that of the tests' own writer."""
    start = entry.header_offset + 30 + len(entry.name.encode())
    return app[start : start + min(entry.compressed_size, _LARGEST)]


def main(folder: Path) -> None:
    """Write each seed once, by its hash, in the folder of its target."""
    for target, seed in seeds():
        if len(seed) <= _LARGEST:
            place = folder / target / hashlib.sha256(seed).hexdigest()[:16]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(seed)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
