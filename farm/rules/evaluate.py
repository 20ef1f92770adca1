"""What a condition comes to on one evidence document: yes with rows, no, or unknown with the reason.

Three-valued on purpose: a `no` is said only where the whole of what the condition asks about was seen.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from farm.model.finding import Subject, SubjectKind
from farm.rules.conditions import (
    All,
    AnyOf,
    ApiUse,
    BeyondType,
    Component,
    Condition,
    Fact,
    Not,
    Permission,
    Rows,
    Scalar,
    SdkPresent,
)
from farm.rules.facts import ABSENCE_FACTS, PLATFORM_CATEGORY, Blank, Facts, Row, Unknown, fact_name
from farm.rules.vocabulary import called, short_api, short_permission
from workers.model.evidence import JSON


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One place in the evidence that speaks for a finding."""

    pointer: str
    subject: Subject | None = None
    """Who did it; None if the place says nothing about that."""
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the place gives to the placeholders of a summary."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Yes:
    """The condition holds."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class No:
    """The condition does not hold."""

    looked: tuple[str, ...] = ()
    """Pointers to what was looked through; evidence for a rule that asks for absence."""


Answer = Yes | No | Unknown


def evaluate(condition: Condition, facts: Facts, *, each: bool) -> Answer:
    """Return the answer; with `each`, conditions of an `all` must agree on a subject."""
    match condition:
        case ApiUse():
            return _api_use(condition, facts)
        case Permission():
            return _permission(condition, facts)
        case Component():
            return _component(condition, facts)
        case SdkPresent():
            return _sdk(condition, facts)
        case Fact():
            return _fact(condition, facts)
        case Rows():
            return _rows(condition, facts)
        case BeyondType():
            return _beyond_type(condition, facts)
        case All() | AnyOf() | Not():
            return _joined(condition, facts, each=each)
        case _ as unreachable:
            assert_never(unreachable)


def _answer(facts: Facts, pointer: str, hits: Iterable[Hit]) -> Answer:
    """Return yes with hits; without any, no, or unknown if what the fact rests on was not seen whole."""
    name = fact_name(pointer)
    if facts.hidden is not None and (facts.hidden.blank is Blank.NO_EVIDENCE or name in ABSENCE_FACTS):
        return facts.hidden
    found = tuple(hits)
    if found:
        return Yes(hits=found)
    if (silence := facts.silence(name)) is not None:
        return silence
    if facts.cut(pointer):
        return Unknown(blank=Blank.CUT, detail=name)
    return No(looked=(pointer,))


def _by_subject(hits: Iterable[Hit], enough: Callable[[list[Hit]], bool]) -> list[Hit]:
    """Return the hits of those subjects that have enough of them."""
    groups: dict[Subject | None, list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[hit.subject].append(hit)
    return [hit for group in groups.values() if enough(group) for hit in group]


def _api_use(condition: ApiUse, facts: Facts) -> Answer:
    """Answer for uses of sensitive APIs."""
    pointer = "/facts/api_uses"
    by_kind = facts.uses_by_kind
    if isinstance(by_kind, Unknown):
        return by_kind
    hits: list[Hit] = []
    for kind in condition.pi_kinds or by_kind:
        for row in by_kind.get(kind, ()):
            api = row.text("api")
            if condition.apis and not api.startswith(condition.apis):
                continue
            owner = facts.owned_by(row, condition.by, condition.sdk_categories)
            if owner is not None:
                name = called(api, row.text("argument"))
                hits.append(Hit(pointer=row.pointer, subject=owner, terms={"kinds": (kind,), "apis": (name,)}))
    enough = _by_subject(
        hits,
        lambda group: (
            len(group) >= condition.min_rows and len({hit.terms["kinds"] for hit in group}) >= condition.min_kinds
        ),
    )
    return _answer(facts, pointer, enough)


def _permission(condition: Permission, facts: Facts) -> Answer:
    """Answer for permissions asked for."""
    pointer = "/facts/permissions"
    rows = facts.rows(pointer)
    if isinstance(rows, Unknown):
        return rows
    if condition.dangerous_groups_at_least:
        wanted = [row for row in rows if row.text("protection") == "dangerous"]
        groups = {row.text("group") for row in wanted} - {""}
        if len(groups) < condition.dangerous_groups_at_least:
            wanted = []
    else:
        names = condition.any_of or condition.all_of
        wanted = [row for row in rows if row.text("name") in names]
        if condition.all_of and {row.text("name") for row in wanted} != set(condition.all_of):
            wanted = []
    hits = [Hit(pointer=row.pointer, terms={"permissions": (short_permission(row.text("name")),)}) for row in wanted]
    return _answer(facts, pointer, hits)


def _component(condition: Component, facts: Facts) -> Answer:
    """Answer for declared components."""
    pointer = "/facts/components"
    rows = facts.rows(pointer)
    if isinstance(rows, Unknown):
        return rows
    hits: list[Hit] = []
    for row in rows:
        if condition.components and row.text("kind") not in condition.components:
            continue
        actions = [action for action in _actions(row) if action in condition.actions]
        if condition.actions and not actions:
            continue
        owner = facts.owned_by(row, condition.by, condition.sdk_categories)
        if owner is not None:
            values = tuple(action.rpartition(".")[2] for action in actions)
            hits.append(Hit(pointer=row.pointer, subject=owner, terms={"names": (row.text("name"),), "value": values}))
    return _answer(facts, pointer, hits)


def _actions(row: Row) -> list[str]:
    """Return the actions of a component's filters."""
    found: list[str] = []
    filters = row.value.get("filters")
    for item in [row.value, *(filters if isinstance(filters, list) else [])]:
        actions = item.get("actions") if isinstance(item, Mapping) else None
        found += [action for action in actions if isinstance(action, str)] if isinstance(actions, list) else []
    return found


def _sdk(condition: SdkPresent, facts: Facts) -> Answer:
    """Answer for SDKs inside."""
    pointer = "/facts/sdks"
    rows = facts.rows(pointer)
    if isinstance(rows, Unknown):
        return rows
    hits = [
        Hit(
            pointer=row.pointer,
            subject=Subject(kind=SubjectKind.SDK, name=row.text("name")),
            terms={"names": (row.text("name"),)},
        )
        for row in rows
        if row.text("category") in condition.categories and row.text("category") != PLATFORM_CATEGORY
    ]
    return _answer(facts, pointer, hits)


def _fact(condition: Fact, facts: Facts) -> Answer:
    """Answer for one value; nothing in code that was not seen whole is unknown."""
    there, value = facts.at(condition.path)
    unread = facts.missing(condition.path)
    if not there:
        return unread
    holds = _compare(condition, value)
    if holds is None:
        return unread
    silence = facts.silence(fact_name(condition.path))
    if not value and silence is not None:
        # Nothing there may mean nothing seen.
        return silence
    shown = "" if value is None or isinstance(value, list | dict) else str(value)
    hits = [Hit(pointer=condition.path, terms={"value": (shown,)} if shown else {})] if holds else []
    return _answer(facts, condition.path, hits)


def _compare(condition: Fact, value: JSON) -> bool | None:
    """Return whether the comparison holds; None if the value is not of a kind that can be compared."""
    if condition.op in {"empty", "not_empty"}:
        filled = bool(value) or _is_number(value)
        return filled == (condition.op == "not_empty")
    if value is None:
        return None
    if condition.op in {"equals", "not_equals"}:
        return _same(value, condition.value) == (condition.op == "equals")
    limit = condition.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(limit, int | float):
        return None
    return _ORDERINGS[condition.op](value, limit)


_ORDERINGS: Mapping[str, Callable[[float, float], bool]] = {
    "less": operator.lt,
    "at_most": operator.le,
    "greater": operator.gt,
    "at_least": operator.ge,
}


def _is_number(value: JSON) -> bool:
    """Return whether it is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(value: JSON, constant: Scalar | None) -> bool:
    """Return whether both are equal and of one kind: true is not 1."""
    return value == constant and isinstance(value, bool) == isinstance(constant, bool)


def _rows(condition: Rows, facts: Facts) -> Answer:
    """Answer for rows of a list."""
    rows = facts.rows(condition.path)
    if isinstance(rows, Unknown):
        return rows
    hits: list[Hit] = []
    for row in rows:
        if not all(_one_of(row.value.get(name), values) for name, values in condition.where.items()):
            continue
        if any(_one_of(row.value.get(name), values) for name, values in condition.where_not.items()):
            continue
        if not all(row.text(name).startswith(starts) for name, starts in condition.starts.items()):
            continue
        if not all(_number(row.value.get(name)) >= least for name, least in condition.at_least.items()):
            continue
        owner = facts.owned_by(row, condition.by, condition.sdk_categories)
        if owner is not None:
            names_subject = "sdk" in row.value
            hits.append(Hit(pointer=row.pointer, subject=owner if names_subject else None, terms=_terms(row)))
    if len(hits) >= condition.min_rows:
        return _answer(facts, condition.path, hits)
    return facts.not_run(fact_name(condition.path), condition.where) or _answer(facts, condition.path, [])


_UNFORCED = ("none", "refused", "agreed", "unknown")
"""States of consent in which what the app does is its own doing."""


def _beyond_type(condition: BeyondType, facts: Facts) -> Answer:
    """Answer for what an app of this type does not need."""
    app_type = facts.app_type
    if isinstance(app_type, Unknown):
        return app_type
    beyond = tuple(kind for kind in condition.pi_kinds if kind not in app_type.spared)
    where = {"pi_kind": beyond, "consent": _UNFORCED, "granted": (True, "null")}
    rows = Rows(kind="rows", path="/facts/dynamic_pi", where=where, where_not={"phase": ("forced",)})
    answer = _rows(rows, facts)
    if isinstance(answer, Yes):
        type_of = {"type": (str(app_type.number),)}
        answer = Yes(hits=tuple(replace(hit, terms={**hit.terms, **type_of}) for hit in answer.hits))
    return answer


def _number(value: JSON) -> float:
    """Return a number; anything else is less than all numbers."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else float("-inf")


def _one_of(value: JSON, constants: tuple[Scalar | None, ...]) -> bool:
    """Return whether the value is one of the constants."""
    return any(_same(value, constant) or (value is None and constant == "null") for constant in constants)


def _terms(row: Row) -> dict[str, tuple[str, ...]]:
    """Return what the known fields of a row give to a summary."""
    terms: dict[str, tuple[str, ...]] = {}
    permissions = row.value.get("permissions")
    if isinstance(permissions, list):
        terms["permissions"] = tuple(short_permission(each) for each in permissions if isinstance(each, str))
    if kind := row.text("pi_kind"):
        terms["kinds"] = (kind,)
    if api := row.text("api") or row.text("op"):
        terms["apis"] = (short_api(api),)
    names = (row.text(field) for field in ("name", "host", "url", "group", "caller"))
    if name := next((name for name in names if name), ""):
        terms["names"] = (name,)
    return terms


def _joined(condition: All | AnyOf | Not, facts: Facts, *, each: bool) -> Answer:
    """Answer for conditions on conditions."""
    match condition:
        case All():
            return _all([evaluate(item, facts, each=each) for item in condition.of], each=each)
        case AnyOf():
            return _any([evaluate(item, facts, each=each) for item in condition.of])
        case Not():
            return _not(evaluate(condition.of, facts, each=each))
        case _ as unreachable:
            assert_never(unreachable)


def _all(answers: list[Answer], *, each: bool) -> Answer:
    """Join answers: a no decides, then an unknown; with `each`, subjects must agree."""
    for answer in answers:
        if isinstance(answer, No):
            return answer
    for answer in answers:
        if isinstance(answer, Unknown):
            return answer
    held = [answer for answer in answers if isinstance(answer, Yes)]
    naming = [{hit.subject for hit in answer.hits} for answer in held if any(hit.subject for hit in answer.hits)]
    if not each or len(naming) < 2:
        return Yes(hits=tuple(hit for answer in held for hit in answer.hits))
    common = set.intersection(*naming) - {None}
    hits = tuple(hit for answer in held for hit in answer.hits if hit.subject is None or hit.subject in common)
    return Yes(hits=hits) if common else No(looked=tuple(hit.pointer for hit in hits))


def _any(answers: list[Answer]) -> Answer:
    """Join answers: a yes decides, then an unknown."""
    hits = tuple(hit for answer in answers if isinstance(answer, Yes) for hit in answer.hits)
    if hits:
        return Yes(hits=hits)
    for answer in answers:
        if isinstance(answer, Unknown):
            return answer
    return No(looked=tuple(place for answer in answers if isinstance(answer, No) for place in answer.looked))


def _not(answer: Answer) -> Answer:
    """Turn an answer round; what was looked through becomes the evidence of absence."""
    match answer:
        case Yes(hits=hits):
            return No(looked=tuple(hit.pointer for hit in hits))
        case No(looked=looked):
            return Yes(hits=tuple(Hit(pointer=place) for place in looked))
        case Unknown():
            return answer
        case _ as unreachable:
            assert_never(unreachable)
