"""The static suite as a whole: which facts there are, and how an inspection ends."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import cast

import pytest

from tests.unit.workers.extractors.fake import APP, FakeArchive, FakeCode, make_manifest, make_view
from workers.model.errors import (
    MalformedError,
    NotAnApkError,
    OverCodeLimitError,
    OverInflateLimitError,
    OverLimitError,
    OverStringLimitError,
    TimeLimitError,
)
from workers.model.outcome import Outcome
from workers.static import suite
from workers.static.extractors import urls
from workers.static.readers.code import UnreadableDex
from workers.static.readers.file import WholeFile
from workers.static.readers.manifest_model import Component, ComponentKind, Reader
from workers.static.readers.signing_model import Signing
from workers.static.view import StaticView

FACTS = {
    "api_uses",
    "archive",
    "code",
    "components",
    "download_install",
    "dynamic_code",
    "manifest",
    "native_libs",
    "network_security",
    "packer",
    "permission_gap",
    "permissions",
    "privacy_policy",
    "queries",
    "evasion",
    "keep_alive",
    "launcher",
    "library_versions",
    "reachability",
    "sdks",
    "secrets",
    "self_start",
    "shake_sensor",
    "signing",
    "urls",
    "webview",
}


class BrokenView:
    """An app whose named parts raise when they are read."""

    def __init__(self, **errors: Exception) -> None:
        """Take the parts that cannot be read, and why."""
        self._errors = errors
        self._parts = SimpleNamespace(
            archive=FakeArchive(members={}),
            manifest=make_manifest(),
            signing=Signing(reader=Reader.APK_INFO),
            code=FakeCode(),
            file=WholeFile(b"PK\x03\x04"),
            size=4,
            resources=None,
        )

    def __getattr__(self, name: str) -> object:
        """Return a part, or raise."""
        if name in self._errors:
            raise self._errors[name]
        return getattr(self._parts, name)


def _broken(part: str, error: Exception) -> StaticView:
    """Return an app one part of which cannot be read."""
    return cast("StaticView", BrokenView(**{part: error}))


def test_an_app_has_every_fact() -> None:
    """The names of the facts are fixed: rules and documents refer to them."""
    outcome, reason, facts = suite.run(make_view())
    assert (outcome, reason) == (Outcome.INSPECTED, "")
    assert set(facts) == FACTS


def test_the_same_app_gives_the_same_json() -> None:
    """Facts do not depend on the order of sets."""
    fake = FakeCode(
        classes=("Lcn/jpush/A;", "Lokhttp3/B;"),
        calls=((APP, "Ljava/lang/Runtime;->exec"),),
        constants=((APP, "https://a.cn/x"), (APP, "pm list packages")),
    )
    documents = {json.dumps(suite.run(make_view(code=fake))[2]) for _ in range(3)}
    assert len(documents) == 1


def test_a_packed_app_is_packed_and_keeps_its_facts() -> None:
    """A shell is unknown, never clean; what can be seen is still told."""
    activity = Component(kind=ComponentKind.ACTIVITY, name="com.example.app.Main", exported=True)
    view = make_view(members={"lib/x86/libjiagu.so": b""}, manifest=make_manifest(components=(activity,)))
    outcome, reason, facts = suite.run(view)
    assert outcome is Outcome.PACKED
    assert reason == "The app's own code is hidden by the packer 360 Jiagu: 1 of its 1 components have no class."
    assert set(facts) == FACTS


def test_an_unreadable_dex_is_an_inspection_in_part() -> None:
    """The reason names the file."""
    fake = FakeCode(unreadable=(UnreadableDex(name="classes2.dex", reason="Its magic is wrong."),))
    outcome, reason, _ = suite.run(make_view(code=fake))
    assert (outcome, reason) == (Outcome.INSPECTED_PARTLY, "classes2.dex could not be read: Its magic is wrong.")


def test_components_without_classes_are_an_inspection_in_part() -> None:
    """Without a known packer the code is still missing, and the outcome says so."""
    activities = tuple(
        Component(kind=ComponentKind.ACTIVITY, name=f"com.example.app.A{number}", exported=False) for number in range(3)
    )
    outcome, reason, _ = suite.run(make_view(manifest=make_manifest(components=activities)))
    assert outcome is Outcome.INSPECTED_PARTLY
    assert reason == "3 of 3 declared components have no class: the code is hidden or in another file."


@pytest.mark.parametrize("error", [OverInflateLimitError, OverStringLimitError, OverCodeLimitError])
def test_code_beyond_a_limit_leaves_the_other_facts(error: type[OverLimitError]) -> None:
    """Every fact that needs the code is listed as not read, the rest is there; the outcome is that of the limit."""
    outcome, reason, facts = suite.run(_broken("code", error("classes.dex has 3 GB.")))
    assert (outcome, reason) == (error.outcome, "The code could not be read: classes.dex has 3 GB.")
    needing = {each.fact for each in suite.EXTRACTORS if suite.Part.CODE in each.needs}
    assert facts["not_read"] == [
        {"fact": each.fact, "reason": "classes.dex has 3 GB."} for each in suite.EXTRACTORS if each.fact in needing
    ]
    assert set(facts) == FACTS - needing | {"not_read"}


def test_a_signature_that_cannot_be_read_costs_one_fact() -> None:
    """Everything but the signature is told."""
    outcome, _, facts = suite.run(_broken("signing", MalformedError("The block is cut off.")))
    assert outcome is Outcome.INSPECTED_PARTLY
    assert set(facts) == FACTS - {"signing"} | {"not_read"}


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ("archive", NotAnApkError()),
        ("manifest", MalformedError()),
        ("code", TimeLimitError()),
        ("signing", TimeLimitError()),
    ],
)
def test_no_app_and_no_time_end_the_inspection(part: str, error: Exception) -> None:
    """Without a manifest there is no app; out of time there is no evidence."""
    with pytest.raises(type(error)):
        suite.run(_broken(part, error))


@pytest.mark.parametrize(
    ("error", "outcome", "sentence"),
    [
        (MalformedError("Odd."), Outcome.INSPECTED_PARTLY, "Some facts could not be read; see not_read."),
        (OverInflateLimitError("Big."), Outcome.OVER_INFLATE_LIMIT, "The fact urls could not be read: Big."),
    ],
)
def test_one_extractor_that_gives_up_costs_one_fact(error: Exception, outcome: Outcome, sentence: str) -> None:
    """It is told as not read; a limit gives its outcome whatever it keeps from being read."""
    found, reason, facts = suite.run(make_view(), (_giving_up(error), *suite.EXTRACTORS[:2]))
    assert (found, reason) == (outcome, sentence)
    assert facts["not_read"] == [{"fact": "urls", "reason": str(error)}]


def test_a_packer_says_more_than_a_limit_and_a_limit_more_than_a_gap() -> None:
    """The order in which the outcome is chosen."""
    activity = Component(kind=ComponentKind.ACTIVITY, name="com.example.app.Main", exported=True)
    shell = make_view(members={"lib/x86/libjiagu.so": b""}, manifest=make_manifest(components=(activity,)))
    cut = make_view(code=FakeCode(unreadable=(UnreadableDex(name="classes2.dex", reason="Its magic is wrong."),)))
    extractors = (_giving_up(OverInflateLimitError()), *suite.EXTRACTORS[1:])
    outcomes = [suite.run(view, extractors)[0] for view in (shell, cut)]
    assert outcomes == [Outcome.PACKED, Outcome.OVER_INFLATE_LIMIT]


def test_code_beyond_a_limit_says_more_than_the_signature() -> None:
    """Of two limits the one that costs more facts is told."""
    view = BrokenView(code=OverStringLimitError("Too many."), signing=OverInflateLimitError("Too big."))
    outcome, _, _ = suite.run(cast("StaticView", view))
    assert outcome is Outcome.OVER_STRING_LIMIT


def _giving_up(error: Exception) -> suite.Extractor:
    """Return an extractor that raises."""

    def give_up(_view: StaticView) -> None:
        """Raise."""
        raise error

    return suite.Extractor(about=urls.FACT, extract=give_up)


def test_rows_that_a_limit_cut_off_are_counted() -> None:
    """`left_out` names the table and the number."""
    fake = FakeCode(calls=tuple((f"Lcom/example/app/A;->m{n}()V", "Ljava/lang/Runtime;->exec") for n in range(5_003)))
    _, _, facts = suite.run(make_view(code=fake))
    assert facts["left_out"] == {"api_uses": 3, "reachability.without_path": 3_003}
    rows = facts["api_uses"]
    assert isinstance(rows, list)
    assert len(rows) == 5_000
