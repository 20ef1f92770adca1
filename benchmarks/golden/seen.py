"""Reads out of the dynamic document what was seen of an app, in the words of the expectations.

The only place here that knows the document's fields; see docs/reference/dynamic.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.golden.behaviour import BehaviourClass, Behaviours
from benchmarks.golden.expected import timed
from farm.model.finding import SubjectKind
from farm.rules.catalogue import load_packs
from farm.rules.engine import judge
from workers.data.tables import pi_kinds
from workers.dynamic_facts import facts
from workers.model.evidence import JSON

Document = Mapping[str, Any]
"""The value of `dynamic` in the document of the suite."""
COLD_START = "cold_start"
SAMPLES = "org.apkfarm.sample"
"""Package of the golden apps."""
FREQUENT = 20
"""Reads in the 30 simulated seconds of the cold start from which on they are frequent."""
MANY_PERMISSIONS = 3
"""Permissions in one request from which on they are asked for all at once."""
_BEHAVIOUR = frozenset({"download", "dynamic_code", "exec", "install_package", "screenshot", "sms_send"})
# Written down here once more, apart from the suite's own table: what judges a table should not read it.
_SINKS: tuple[tuple[str, str], ...] = (
    ("android.util.Log.", "log"),
    ("android.util.EventLog.", "log"),
    ("android.telephony.", "sms"),
    ("android.content.ClipboardManager.", "clipboard"),
    ("android.text.ClipboardManager.", "clipboard"),
    ("android.content.SharedPreferences$Editor.", "prefs"),
    ("android.webkit.", "webview"),
)
_INTENTS = (
    "startActivit",
    "sendBroadcast",
    "sendOrderedBroadcast",
    "startService",
    "startForegroundService",
    "bindService",
)


def seen(document: Document, timing: Mapping[str, tuple[int, int]]) -> Behaviours:
    """Return what the document tells, class by class; `timing` is the expectation's."""
    events = [event for event in document["events"] if event["phase"] != "forced"]
    cold = [event for event in events if event["phase"] == COLD_START]
    found = {
        BehaviourClass.OUTCOME: [document["outcome"]],
        BehaviourClass.CONSENT: _consent(document),
        BehaviourClass.BEFORE_CONSENT: _reads(cold),
        BehaviourClass.TIMING: _timing(cold, timing),
        BehaviourClass.FREQUENCY: _frequent(cold),
        BehaviourClass.AFTER_REFUSAL: _reads(event for event in events if event["consent"] == "refused"),
        BehaviourClass.AFTER_CONSENT: _reads(
            event for event in events if event["consent"] == "agreed" and event["phase"] == "explore"
        ),
        BehaviourClass.BACKGROUND: _reads(event for event in events if event["phase"] == "background"),
        BehaviourClass.SELF_START: _reads(event for event in events if event["phase"] == "self_start"),
        BehaviourClass.SINKS: _sinks(events),
        BehaviourClass.BEHAVIOUR: _behaviour(events),
        BehaviourClass.PERMISSIONS: _permissions(document.get("permissions") or []),
        BehaviourClass.FINDINGS: _findings(document),
    }
    return {item: frozenset(texts) for item, texts in found.items()}


def _findings(document: Document) -> Iterator[str]:
    """Yield what all rule packs make of a run, as the farm judges it."""
    evidence: dict[str, JSON] = {
        "suite": "dynamic",
        "outcome": document["outcome"],
        "app": {"package": SAMPLES},
        "facts": facts(document),
    }
    for finding in judge(evidence, load_packs()):
        subject = "app" if finding.subject.kind is SubjectKind.APP else finding.subject.name
        yield f"{finding.rule} {subject}"


def _reads(events: Iterable[Document]) -> Iterator[str]:
    """Yield kind and subject of each event that is about personal information."""
    for event in events:
        kind = pi_kinds().get(event["pi_kind"] or "")
        if kind is not None and kind.family != "behaviour":
            yield f"{kind.kind} {event['subject']}"


def _timing(cold: Iterable[Document], timing: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """Yield when each of the timed reads came first, in the words of the expectation if it holds."""
    first: dict[str, int] = {}
    for event in cold:
        for name in _reads([event]):
            first.setdefault(name, event["sim_ms"])
    for name, (low, high) in timing.items():
        if name in first:
            second = first[name] / 1_000
            yield timed(name, low, high) if low <= second <= high else f"{name} {second:.1f} s"


def _frequent(cold: Iterable[Document]) -> Iterator[str]:
    """Yield what was read again and again."""
    counts: Counter[str] = Counter()
    for event in cold:
        counts.update({name: int(event.get("count", 1)) for name in _reads([event])})
    return (name for name, count in counts.items() if count >= FREQUENT)


def _sinks(events: Iterable[Document]) -> Iterator[str]:
    """Yield each kind of planted value with the kind of sink that it reached."""
    for event in events:
        for canary in event["canary"]:
            yield f"{canary} {_sink(event)}"


def _sink(event: Document) -> str:
    """Return the kind of sink of an event."""
    operation = str(event["op"])
    for prefix, sink in _SINKS:
        if operation.startswith(prefix):
            return sink
    if operation.rpartition(".")[2].startswith(_INTENTS):
        return "intent"
    return str(event["kind"])


def _behaviour(events: Iterable[Document]) -> Iterator[str]:
    """Yield each thing done, with whether it was done before anything was touched."""
    at_start: set[str] = set()
    for event in events:  # In the order of time: the cold start comes first.
        kind = event["pi_kind"]
        if kind in _BEHAVIOUR:
            if event["phase"] == COLD_START:
                at_start.add(kind)
            yield f"{COLD_START if kind in at_start else 'later'} {kind}"


def _consent(document: Document) -> Iterator[str]:
    """Yield what is told of the question for consent; nothing if there was none."""
    consent = document.get("consent")
    if not consent:
        return
    yield f"kind {consent['kind']}"
    if consent["kind"] == "web":
        return  # Its buttons are out of the sandbox's sight.
    yield f"preticked {_yes(consent['preticked'])}"
    yield f"refuse {_yes(consent['refuse'])}"
    refusal = document.get("refuse")
    if refusal and consent["refuse"]:
        yield f"outcome {refusal['outcome']}"


def _permissions(requests: Iterable[Document]) -> Iterator[str]:
    """Yield how permissions were asked for."""
    for request in requests:
        if request["at_start"]:
            yield "at_start"
        if len(set(request["permissions"])) >= MANY_PERMISSIONS:
            yield "all_at_once"
        if request["after_denial"]:
            yield f"again_{request['after_denial']}"


def _yes(value: object) -> str:
    """Return a truth value as a word."""
    return "yes" if value else "no"
