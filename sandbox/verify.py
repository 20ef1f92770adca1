"""Check every jar that the sandbox runs with against `artefacts.tsv`: name, SHA-256, licence."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def _sha256(path: Path) -> str:
    """Return the hash of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    """Return 0 if the folders hold exactly the jars of the table, else say what differs and return 1."""
    rows = [line.split("\t") for line in (HERE / "artefacts.tsv").read_text().splitlines() if not line.startswith("#")]
    expected = {(module, name): digest for module, name, digest, _ in rows}
    found = {
        (module, jar.name): _sha256(jar)
        for module in ("runtime", "translator")
        for jar in (HERE / module / "target" / "lib").glob("*.jar")
    }
    wrong = sorted(key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key))
    for module, name in wrong:
        sys.stderr.write(
            f"{module}: {name} is not the file of sandbox/artefacts.tsv; remove sandbox/*/target and retry.\n"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
