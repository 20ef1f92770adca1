"""From the bytes of an app that goes beyond a limit to the verdicts on it."""

from __future__ import annotations

import zipfile  # noqa: TID251 - reads the project's own sample app
from pathlib import Path

from farm.rules.catalogue import load_packs
from farm.rules.engine import verdicts
from farm.rules.facts import Blank
from tests.unit.workers.readers.build import Member, zip_bytes
from tests.unit.workers.readers.build_axml import Node, axml
from workers.inspect import inspect_apk
from workers.model.limits import Limits
from workers.model.outcome import Outcome

SAMPLE = Path(__file__).resolve().parents[4] / "examples" / "apps" / "built" / "clean.apk"


def test_an_icon_beyond_a_limit_hides_no_rule_on_code() -> None:
    """The outcome is that of the limit; the code was read whole all the same."""
    with zipfile.ZipFile(SAMPLE) as sample:
        dex = sample.read("classes.dex")
    manifest = axml(Node("manifest", {":package": "com.example.app"}, [Node("application", {"icon": "res/icon.png"})]))
    contents = {"AndroidManifest.xml": manifest, "classes.dex": dex, "res/icon.png": bytes(2 * len(dex))}
    apk = zip_bytes([Member(name=name, content=content) for name, content in contents.items()])
    evidence = inspect_apk(apk, limits=Limits(member_bytes=len(dex)))
    untested = {each.why.blank for each in verdicts(evidence.as_json(), load_packs()) if each.why}

    assert evidence.reason.startswith("The fact launcher could not be read: ")
    assert (Outcome.OVER_INFLATE_LIMIT, {Blank.OTHER_SUITE}) == (evidence.outcome, untested)
