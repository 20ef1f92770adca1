"""Evidence as the engine reads it: rows with their JSON pointers, and what cannot be known.

The keys of facts are told in docs/reference/facts.md. Evidence may be old or damaged: what has another shape than
expected is treated as not read, never as absent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import assert_never

from farm.model.finding import Subject, SubjectKind
from farm.model.text import visible
from farm.rules.app_types import AppType, find_app_type
from workers.model.evidence import JSON
from workers.model.outcome import Outcome

PLATFORM_CATEGORY = "platform_library"
"""Category of libraries that are neither the app's own code nor a third party's: AndroidX and its like."""

CODE_FACTS = frozenset(
    {
        "api_uses",
        "code",
        "download_install",
        "dynamic_permissions",
        "dynamic_pi",
        "dynamic_self_start",
        "dynamic_sinks",
        "dynamic_code",
        "permission_gap",
        "privacy_policy",
        "sdks",
        "secrets",
        "shake_sensor",
        "reachability",
        "keep_alive",
        "launcher",
        "evasion",
        "urls",
        "webview",
    }
)
"""Facts that rest on the code: what is missing in them is unknown when the code could not be read or run whole."""

RUN_FACTS = "dynamic_"
"""Beginning of the names of facts of a run: what is missing in them is unknown when the app did not show itself."""

ABSENCE_FACTS = frozenset({"permission_gap"})
"""Facts whose rows say that something is missing in the code: worth nothing when it could not be read whole."""


class Blank(StrEnum):
    """Why a rule could not be tested."""

    PACKED = "packed"
    """The app's own code is hidden."""
    TOO_LARGE = "too_large"
    """A limit kept a part of the app, most often the code, from being read."""
    NOT_REACHED = "not_reached"
    """The app did not run far enough to be seen."""
    NOT_RUN = "not_run"
    """The part of the run that the rule is about did not take place."""
    PARTLY = "partly"
    """A part of the app could not be read."""
    CUT = "cut"
    """A limit left rows out of the evidence."""
    NOT_READ = "not_read"
    """The fact could not be read; the detail says why, such as a limit that the app goes beyond."""
    NO_DIALOG = "no_dialog"
    """The run saw no dialog that asks for consent."""
    NOT_REFUSED = "not_refused"
    """The run refused nothing."""
    FACT_MISSING = "fact_missing"
    """The evidence does not hold the fact."""
    OTHER_SUITE = "other_suite"
    """The rule is about another suite's evidence."""
    NO_TYPE = "no_type"
    """The rule depends on the app's type, and nobody has told it."""
    NO_EVIDENCE = "no_evidence"
    """The inspection ended without evidence."""


_OF_A_PART = frozenset({Blank.PARTLY, Blank.TOO_LARGE})
"""What an outcome says of an app of which a part was not read, whichever part that is."""

_NOT_MET = {"dynamic_consent": Blank.NO_DIALOG, "dynamic_refuse": Blank.NOT_REFUSED}
"""Facts that a run has only where the app gave occasion."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """What cannot be known, and why."""

    blank: Blank
    detail: str = ""
    """Name of the fact, or the evidence's own reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One object in a list of the evidence."""

    pointer: str
    """JSON pointer to it."""
    value: Mapping[str, JSON]

    def text(self, field: str) -> str:
        """Return a field's text; empty if it is absent or something else."""
        value = self.value.get(field)
        return value if isinstance(value, str) else ""


def _blank_of(outcome: Outcome) -> Blank | None:
    """Return why an app with this outcome was not seen whole; None if it was."""
    match outcome:
        case Outcome.INSPECTED:
            return None
        case Outcome.INSPECTED_PARTLY:
            return Blank.PARTLY
        case Outcome.PACKED:
            return Blank.PACKED
        case Outcome.OVER_INFLATE_LIMIT | Outcome.OVER_STRING_LIMIT | Outcome.OVER_CODE_LIMIT:
            return Blank.TOO_LARGE
        case Outcome.NATIVE_CODE_NEEDED | Outcome.CRASHED_AT_LAUNCH | Outcome.LOGIN_WALL | Outcome.NO_LAUNCHER:
            return Blank.NOT_REACHED
        case (
            Outcome.MISSING_OBJECT
            | Outcome.CHANGED_OBJECT
            | Outcome.NOT_AN_APK
            | Outcome.MALFORMED
            | Outcome.OVER_SIZE_LIMIT
            | Outcome.OVER_ENTRY_LIMIT
            | Outcome.ENGINE_ERROR
            | Outcome.TIMEOUT
            | Outcome.OUT_OF_MEMORY
            | Outcome.WORKER_DIED
            | Outcome.WORKER_LOST
            | Outcome.NODE_LOST
            | Outcome.BACKEND_MISSING
            | Outcome.STORE_UNAVAILABLE
            | Outcome.UPLOAD_FAILED
            | Outcome.DRIVER_RESTARTED
            | Outcome.CANCELLED
        ):
            return Blank.NO_EVIDENCE
        case _ as unreachable:
            assert_never(unreachable)


def pointer_of(*parts: str | int) -> str:
    """Return the JSON pointer (RFC 6901) to a place in a document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def resolve(document: JSON, pointer: str) -> tuple[bool, JSON]:
    """Return whether `pointer` leads somewhere in the document, and what is there."""
    value = document
    for part in pointer.split("/")[1:]:
        token = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isascii() and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            return False, None
    return True, value


class Facts:
    """One evidence document, asked by the engine."""

    def __init__(self, document: Mapping[str, JSON], category: str | None = None) -> None:
        """Take the document as `workers.model.evidence.Evidence.as_json` makes it, and what the crawl calls the app."""
        self.document: dict[str, JSON] = dict(document)
        self._category = category
        self._owners: dict[str, Subject | None] = {}
        self._rows: dict[str, tuple[Row, ...] | Unknown] = {}

    @property
    def suite(self) -> str:
        """Which suite made it."""
        suite = self.document.get("suite")
        return suite if isinstance(suite, str) else ""

    @cached_property
    def app(self) -> Subject:
        """The app's own code as a subject."""
        identity = self.document.get("app")
        package = identity.get("package") if isinstance(identity, dict) else None
        name = visible(package, 255) if isinstance(package, str) and package else "?"
        return Subject(kind=SubjectKind.APP, name=name)

    @cached_property
    def app_type(self) -> AppType | Unknown:
        """The app's type, by the crawl's category."""
        told = visible(self._category, 60) if self._category else ""
        return find_app_type(self._category) or Unknown(blank=Blank.NO_TYPE, detail=told)

    @cached_property
    def hidden(self) -> Unknown | None:
        """Why the code was not seen whole; None if it was. What the manifest says is always seen whole.

        The outcome alone does not tell: what could not be read may be the signature, or an icon beyond a limit. A fact
        that is missing for such a reason is unknown by itself, see `missing`.
        """
        try:
            outcome = Outcome(str(self.document.get("outcome")))
        except ValueError:
            return Unknown(blank=Blank.NO_EVIDENCE)
        reason = self.document.get("reason")
        detail = visible(reason, 300) if isinstance(reason, str) else ""
        blank = _blank_of(outcome)
        if blank is None or (blank in _OF_A_PART and self._code_whole):
            packer = self.at("/facts/packer/name")[1]
            # A packer that leaves most classes in sight still hides methods or native code.
            return Unknown(blank=Blank.PACKED, detail=visible(packer, 80)) if isinstance(packer, str) else None
        return Unknown(blank=blank, detail=detail)

    @property
    def _code_whole(self) -> bool:
        """Whether the evidence says that all code was read, most components are in it, and every call was followed.

        It has to say of packers too, be it that there is none: what they hide is missing nowhere.
        """
        looked_for_packers, _ = self.at("/facts/packer")
        followed = all(self.at(f"/facts/{name}/complete")[1] is True for name in ("code", "reachability"))
        return looked_for_packers and followed

    def at(self, pointer: str) -> tuple[bool, JSON]:
        """Return whether there is something at the pointer, and what."""
        return resolve(self.document, pointer)

    def rows(self, pointer: str) -> tuple[Row, ...] | Unknown:
        """Return the objects of the list at the pointer; texts stand as objects with the one field `name`."""
        if pointer not in self._rows:
            self._rows[pointer] = self._read_rows(pointer)
        return self._rows[pointer]

    def _read_rows(self, pointer: str) -> tuple[Row, ...] | Unknown:
        """Read the list at the pointer."""
        there, value = self.at(pointer)
        if not there or not isinstance(value, list):
            return self.missing(pointer)
        rows: list[Row] = []
        for number, item in enumerate(value):
            place = f"{pointer}/{number}"
            if isinstance(item, dict):
                rows.append(Row(pointer=place, value=item))
            elif isinstance(item, str):
                rows.append(Row(pointer=place, value={"name": item}))
        return tuple(rows)

    def missing(self, pointer: str) -> Unknown:
        """Return why the evidence holds nothing at the pointer: what the suite says of that fact, if anything."""
        name = fact_name(pointer)
        if name == "app":
            return Unknown(blank=Blank.FACT_MISSING, detail=pointer.rpartition("/")[2])
        listed = self.at("/facts/not_read")[1]
        gaps = [gap for gap in (listed if isinstance(listed, list) else []) if isinstance(gap, dict)]
        reasons = [reason for gap in gaps if gap.get("fact") == name and isinstance(reason := gap.get("reason"), str)]
        if reasons:
            return Unknown(blank=Blank.NOT_READ, detail=visible(reasons[0], 300))
        if name in _NOT_MET:
            return Unknown(blank=_NOT_MET[name], detail="")
        return Unknown(blank=Blank.FACT_MISSING, detail=name)

    def silence(self, name: str) -> Unknown | None:
        """Return why nothing in the fact `name` does not mean that there is nothing; None if it does."""
        if self.hidden is None:
            return None
        never_seen = self.hidden.blank in {Blank.PACKED, Blank.TOO_LARGE, Blank.NOT_REACHED}
        return self.hidden if name in CODE_FACTS or (never_seen and name.startswith(RUN_FACTS)) else None

    def not_run(self, name: str, where: Mapping[str, Sequence[object]]) -> Unknown | None:
        """Return that none of the phases or states of consent that `where` asks for took place; None if one did."""
        if not name.startswith(RUN_FACTS):
            return None
        for column, place in (("phase", "phases"), ("consent", "consents")):
            there = self.at(f"/facts/dynamic_outcome/{place}")[1]
            wanted = where.get(column, ())
            if wanted and not any(each in wanted for each in (there if isinstance(there, list) else ())):
                return Unknown(blank=Blank.NOT_RUN, detail=", ".join(str(each) for each in wanted))
        return None

    def cut(self, pointer: str) -> bool:
        """Return whether a limit left rows out of the list at the pointer."""
        left_out = self.at("/facts/left_out")[1]
        return isinstance(left_out, dict) and pointer.removeprefix("/facts/").replace("/", ".") in left_out

    @cached_property
    def sdk_categories(self) -> Mapping[str, frozenset[str]]:
        """Categories of each SDK in the app, by its name; parts of one SDK may have different ones."""
        rows = self.rows("/facts/sdks")
        found: dict[str, frozenset[str]] = {}
        for row in () if isinstance(rows, Unknown) else rows:
            found[row.text("name")] = found.get(row.text("name"), frozenset()) | {row.text("category")}
        return found

    @cached_property
    def uses_by_kind(self) -> Mapping[str, Sequence[Row]] | Unknown:
        """Rows of `api_uses` by their kind: every rule on them asks for some kinds only."""
        rows = self.rows("/facts/api_uses")
        if isinstance(rows, Unknown):
            return rows
        found: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            found[row.text("pi_kind")].append(row)
        return found

    def owner(self, row: Row) -> Subject | None:
        """Return whose row it is by its field `sdk`: the app, an SDK, or None for a platform library."""
        name = row.text("sdk")
        if not name:
            return self.app
        if name not in self._owners:
            self._owners[name] = self._sdk(name)
        return self._owners[name]

    def _sdk(self, name: str) -> Subject | None:
        """Return an SDK as a subject, or None for a platform library."""
        if self.sdk_categories.get(name, frozenset()) == {PLATFORM_CATEGORY}:
            return None
        return Subject(kind=SubjectKind.SDK, name=visible(name, 120))

    def owned_by(self, row: Row, by: str, categories: Sequence[str]) -> Subject | None:
        """Return the row's owner if it is of the kind `by` (app, sdk, anyone) and of one of the categories, if any."""
        owner = self.owner(row)
        if owner is None or by not in {"anyone", owner.kind.value}:
            return None
        if categories and self.sdk_categories.get(row.text("sdk"), frozenset()).isdisjoint(categories):
            return None
        return owner


def fact_name(pointer: str) -> str:
    """Return the name of the fact that a pointer leads into, such as `api_uses`; `app` for the identity."""
    parts = pointer.split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "facts" else parts[1] if len(parts) > 1 else ""
