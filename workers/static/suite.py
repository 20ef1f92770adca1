"""Run every extractor over one app and say how much of it was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workers.model.bounded import Rows, sentence, text
from workers.model.errors import InspectionError, MemoryLimitError, OverLimitError, TimeLimitError
from workers.model.evidence import JSON
from workers.model.fact import Fact
from workers.model.outcome import Outcome
from workers.static.extractors import (
    api_uses,
    archive,
    code,
    components,
    download_install,
    dynamic_code,
    evasion,
    keep_alive,
    launcher,
    library_versions,
    manifest,
    native_libs,
    network_security,
    packer,
    permission_gap,
    permissions,
    privacy_policy,
    queries,
    reachability,
    sdks,
    secrets,
    self_start,
    shake_sensor,
    signing,
    urls,
    webview,
)
from workers.static.view import StaticView

ENGINE = "static-8"
"""Version of this suite; a change of any fact changes it, a new row of a table too, and with it every result key."""


class Part(StrEnum):
    """A part of the app that is read as a whole or not at all."""

    SIGNING = "signing"
    CODE = "code"


@dataclass(frozen=True, kw_only=True, slots=True)
class Extractor:
    """One kind of fact."""

    about: Fact
    extract: Callable[[StaticView], JSON]
    needs: frozenset[Part] = frozenset()
    """Parts that it reads besides archive and manifest, without which there is no app."""

    @property
    def fact(self) -> str:
        """The name of the fact."""
        return self.about.name


@dataclass(frozen=True, kw_only=True, slots=True)
class _Gap:
    """Why something could not be read."""

    reason: str
    beyond: Outcome | None
    """The outcome of the limit that the app goes beyond; None if it was something else."""


_CODE = frozenset({Part.CODE})

EXTRACTORS: tuple[Extractor, ...] = (
    Extractor(about=manifest.FACT, extract=manifest.extract),
    Extractor(about=permissions.FACT, extract=permissions.extract),
    Extractor(about=components.FACT, extract=components.extract),
    Extractor(about=queries.FACT, extract=queries.extract),
    Extractor(about=network_security.FACT, extract=network_security.extract),
    Extractor(about=native_libs.FACT, extract=native_libs.extract),
    Extractor(about=signing.FACT, extract=signing.extract, needs=frozenset({Part.SIGNING})),
    Extractor(about=code.FACT, extract=code.extract, needs=_CODE),
    Extractor(about=sdks.FACT, extract=sdks.extract, needs=_CODE),
    Extractor(about=api_uses.FACT, extract=api_uses.extract, needs=_CODE),
    Extractor(about=reachability.FACT, extract=reachability.extract, needs=_CODE),
    Extractor(about=permission_gap.FACT, extract=permission_gap.extract, needs=_CODE),
    Extractor(about=packer.FACT, extract=packer.extract, needs=_CODE),
    Extractor(about=self_start.FACT, extract=self_start.extract, needs=_CODE),
    Extractor(about=keep_alive.FACT, extract=keep_alive.extract, needs=_CODE),
    Extractor(about=launcher.FACT, extract=launcher.extract, needs=_CODE),
    Extractor(about=library_versions.FACT, extract=library_versions.extract),
    Extractor(about=urls.FACT, extract=urls.extract, needs=_CODE),
    Extractor(about=secrets.FACT, extract=secrets.extract, needs=_CODE),
    Extractor(about=privacy_policy.FACT, extract=privacy_policy.extract, needs=_CODE),
    Extractor(about=webview.FACT, extract=webview.extract, needs=_CODE),
    Extractor(about=dynamic_code.FACT, extract=dynamic_code.extract, needs=_CODE),
    Extractor(about=download_install.FACT, extract=download_install.extract, needs=_CODE),
    Extractor(about=shake_sensor.FACT, extract=shake_sensor.extract, needs=_CODE),
    # Last: members disagree with their headers only once they are read.
    Extractor(about=evasion.FACT, extract=evasion.extract, needs=_CODE),
    Extractor(about=archive.FACT, extract=archive.extract),
)
"""All extractors in the order in which they run."""


def run(view: StaticView, extractors: Sequence[Extractor] | None = None) -> tuple[Outcome, str, dict[str, JSON]]:
    """Return the outcome, one sentence on it (empty if everything was seen) and the facts by name.

    Two names are of the suite itself: `not_read` lists facts that could not be read and why; `left_out` has the number
    of rows that a limit cut off, by fact.

    Raises:
        InspectionError: there is no archive or no manifest, so no app; or the app used up its time or memory.
    """
    # Without these two there is no app: their errors end the inspection.
    _ = view.archive, view.manifest
    facts: dict[str, JSON] = {}
    failed = {part: gap for part in Part if (gap := _failure(view, part))}
    not_read: dict[str, _Gap] = {}
    for extractor in EXTRACTORS if extractors is None else extractors:
        missing = next((failed[part] for part in Part if part in extractor.needs and part in failed), None)
        if missing is None:
            try:
                facts[extractor.fact] = extractor.extract(view)
            except InspectionError as error:
                missing = _gap(error)
        if missing is not None:
            not_read[extractor.fact] = missing
    if not_read:
        facts["not_read"] = [{"fact": fact, "reason": gap.reason} for fact, gap in not_read.items()]
    left_out: dict[str, JSON] = dict(_left_out(facts))
    if left_out:
        facts["left_out"] = left_out
    outcome, sentence = _judge(view, facts, failed, not_read)
    return outcome, sentence, facts


def _failure(view: StaticView, part: Part) -> _Gap | None:
    """Read a part once, ahead of the extractors; return why it cannot be read."""
    try:
        match part:
            case Part.SIGNING:
                _ = view.signing
            case Part.CODE:
                _ = view.code
    except InspectionError as error:
        return _gap(error)
    return None


def _gap(error: InspectionError) -> _Gap:
    """Return what an error leaves unread; raises it again if it ends the whole inspection."""
    if isinstance(error, TimeLimitError | MemoryLimitError):
        raise error
    return _Gap(reason=sentence(str(error)), beyond=error.outcome if isinstance(error, OverLimitError) else None)


def _left_out(facts: dict[str, JSON]) -> Iterator[tuple[str, int]]:
    """Yield the name of each table with the number of rows that its limit cut off."""
    for fact, value in facts.items():
        tables = {fact: value}
        if isinstance(value, dict):
            tables = {f"{fact}.{name}": inner for name, inner in value.items()}
        for name, table in tables.items():
            if isinstance(table, Rows) and table.left_out:
                yield name, table.left_out


_UNREAD = {Part.CODE: "The code could not be read", Part.SIGNING: "The signature could not be read"}
"""How a sentence on a part begins; the part that says most of an app comes first."""


def _judge(
    view: StaticView, facts: dict[str, JSON], failed: dict[Part, _Gap], not_read: dict[str, _Gap]
) -> tuple[Outcome, str]:
    """Return how the inspection ended, and the sentence on it.

    The first that holds: the app's code is hidden by a packer; a limit kept a fact from being read; something else was
    not seen; all was seen.
    """
    found = facts.get("packer")
    if isinstance(found, dict) and found["shell"]:
        missing = f"{found['components_missing']} of its {found['components']} components have no class"
        return Outcome.PACKED, f"The app's own code is hidden by the packer {found['name']}: {missing}."
    parts = {what: failed[part] for part, what in _UNREAD.items() if part in failed}
    for what, gap in (parts | {f"The fact {fact} could not be read": gap for fact, gap in not_read.items()}).items():
        if gap.beyond is not None:
            return gap.beyond, f"{what}: {gap.reason}"
    gaps = [f"{what}: {gap.reason}" for what, gap in parts.items()]
    if Part.CODE not in failed:
        gaps.extend(_gaps_in_code(view, facts))
    if not gaps and not_read:
        gaps.append("Some facts could not be read; see not_read.")
    if gaps:
        return Outcome.INSPECTED_PARTLY, " ".join(gaps)
    return Outcome.INSPECTED, ""


def _gaps_in_code(view: StaticView, facts: dict[str, JSON]) -> Iterator[str]:
    """Yield a sentence for each part of the code that was not seen."""
    unreadable = view.code.unreadable
    if unreadable:
        first = unreadable[0]
        more = f" and {len(unreadable) - 1} more" if len(unreadable) > 1 else ""
        yield f"{text(first.name, 100)}{more} could not be read: {text(first.reason, 300)}"
    ways = facts.get("reachability")
    if isinstance(ways, dict) and ways["complete"] is False:
        yield "Not every call was followed: some class has more ancestors, or calls more meanings, than the limit."
    summary = facts.get("code")
    if isinstance(summary, dict):
        missing, total = summary["components_missing"], summary["components"]
        if isinstance(missing, int) and isinstance(total, int) and missing >= 3 and missing * 2 >= total:
            yield f"{missing} of {total} declared components have no class: the code is hidden or in another file."
