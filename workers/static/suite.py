"""Run every extractor over one app and say how much of it was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workers.model.bounded import Rows, text
from workers.model.errors import InspectionError, MemoryLimitError, TimeLimitError
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

ENGINE = "static-5"
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
    not_read: list[JSON] = []
    failed = {part: reason for part in Part if (reason := _failure(view, part))}
    for extractor in EXTRACTORS if extractors is None else extractors:
        reason = next((failed[part] for part in Part if part in extractor.needs and part in failed), None)
        if reason is None:
            try:
                facts[extractor.fact] = extractor.extract(view)
            except (TimeLimitError, MemoryLimitError):
                raise
            except InspectionError as error:
                reason = str(error)
        if reason is not None:
            not_read.append({"fact": extractor.fact, "reason": text(reason)})
    if not_read:
        facts["not_read"] = not_read
    left_out: dict[str, JSON] = dict(_left_out(facts))
    if left_out:
        facts["left_out"] = left_out
    outcome, sentence = _judge(view, facts, failed)
    return outcome, sentence, facts


def _failure(view: StaticView, part: Part) -> str | None:
    """Read a part once, ahead of the extractors; return why it cannot be read."""
    try:
        match part:
            case Part.SIGNING:
                _ = view.signing
            case Part.CODE:
                _ = view.code
    except (TimeLimitError, MemoryLimitError):
        raise
    except InspectionError as error:
        return str(error)
    return None


def _left_out(facts: dict[str, JSON]) -> Iterator[tuple[str, int]]:
    """Yield the name of each table with the number of rows that its limit cut off."""
    for fact, value in facts.items():
        tables = {fact: value}
        if isinstance(value, dict):
            tables = {f"{fact}.{name}": inner for name, inner in value.items()}
        for name, table in tables.items():
            if isinstance(table, Rows) and table.left_out:
                yield name, table.left_out


def _judge(view: StaticView, facts: dict[str, JSON], failed: dict[Part, str]) -> tuple[Outcome, str]:
    """Return how the inspection ended, and the sentence on it."""
    found = facts.get("packer")
    if isinstance(found, dict) and found["shell"]:
        missing = f"{found['components_missing']} of its {found['components']} components have no class"
        return Outcome.PACKED, f"The app's own code is hidden by the packer {found['name']}: {missing}."
    gaps = []
    if Part.CODE in failed:
        gaps.append(f"The code could not be read: {failed[Part.CODE]}")
    else:
        gaps.extend(_gaps_in_code(view, facts))
    if Part.SIGNING in failed:
        gaps.append(f"The signature could not be read: {failed[Part.SIGNING]}")
    if not gaps and "not_read" in facts:
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
