"""What the backend tells is checked, attributed, and repeats are folded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.workers.dynamic.playing import IMEI, MAC, PACKAGE, call
from workers.data.attribution import Attribution
from workers.dynamic.event import Consent, Phase
from workers.dynamic.recorder import Recorder


@pytest.fixture
def recorder() -> Recorder:
    """Return a recorder that has seen nothing."""
    return Recorder(attribution=Attribution(PACKAGE), backend="scripted", grade="simulated")


def test_repeats_are_one_event_with_a_count(recorder: Recorder) -> None:
    """How often and until when: what a rule on frequency needs."""
    for sim_ms in (100, 1_100, 2_100):
        recorder.line({**IMEI, "sim_ms": sim_ms})
    recorder.line({**MAC, "sim_ms": 2_200})
    assert ["imei", "mac"] == [event.pi_kind for event in recorder.events]
    assert (3, 2_000) == recorder.times(recorder.events[0])
    assert 4 == recorder.told


def test_another_place_phase_or_consent_is_another_event(recorder: Recorder) -> None:
    """Only what is equal in all but its time is folded."""
    recorder.line(IMEI)
    recorder.line({**IMEI, "stack": [f"{PACKAGE}.Other.run:3"]})
    recorder.line({**IMEI, "thread": "worker"})
    recorder.phase = Phase.EXPLORE
    recorder.line(IMEI)
    recorder.consent = Consent.AGREED
    recorder.line(IMEI)
    assert 5 == len(recorder.events)


def test_what_goes_on_is_filed_where_it_began(recorder: Recorder) -> None:
    """A timer of the background that fires during a broadcast is no self-start; something new is."""
    recorder.phase = Phase.BACKGROUND
    recorder.line(IMEI)
    recorder.phase, recorder.going_on = Phase.SELF_START, Phase.BACKGROUND
    recorder.line(IMEI)
    recorder.line(MAC)
    assert [("imei", Phase.BACKGROUND), ("mac", Phase.SELF_START)] == [(e.pi_kind, e.phase) for e in recorder.events]
    assert 2 == recorder.times(recorder.events[0])[0]


def test_the_subject_is_the_innermost_code_that_is_not_the_platforms(recorder: Recorder) -> None:
    """An SDK called by the app is the SDK's deed; lambdas and reflection in between are nobody's."""
    recorder.line({**IMEI, "stack": ["java.lang.reflect.Method.invoke:1", "com.umeng.a.b:2", f"{PACKAGE}.Main.x:3"]})
    recorder.line({**IMEI, "stack": [f"{PACKAGE}.Main.x:3", "com.umeng.a.b:2"]})
    recorder.line({**IMEI, "stack": []})
    assert "app" != recorder.events[0].subject
    assert ["app", "app"] == [event.subject for event in recorder.events[1:]]


def test_what_is_granted_and_what_was_planted_is_kept(recorder: Recorder) -> None:
    """Only truth values and known kinds, each once."""
    planted = ["imei", "imei", "input", "nonsense", 7, "mac"]
    recorder.line(call("java.net.Socket.connect", kind="net", granted=True, canary=planted))
    recorder.line(call("java.net.Socket.connect", kind="net", granted="yes", canary="imei", at=11))
    assert [(True, ("imei", "input", "mac")), (None, ())] == [(e.granted, e.canary) for e in recorder.events]


HOSTILE: list[Any] = [
    {},
    {"type": "event"},
    {"type": "event", "kind": "api"},
    {"type": "event", "kind": "phase", "op": "a.b"},
    {"type": "event", "kind": "api", "op": "with space"},
    {"type": "event", "kind": "api", "op": "a.b\n"},
    {"type": "event", "kind": "limit", "op": "library:\x1b[2J"},
    {"type": "event", "kind": ["api"], "op": "a.b"},
    {"type": "component", "kind": "activity", "name": "x"},
    {"type": "component", "kind": "activity", "name": "x", "ok": "yes"},
    {"type": "fault", "cause": 7},
    {"type": "reply", "sim_ms": 5},
]


@pytest.mark.parametrize("line", HOSTILE)
def test_a_line_of_no_known_shape_is_left_out(recorder: Recorder, line: Any) -> None:
    """The app may have written it."""
    recorder.line(line)
    assert ([], [], "") == (recorder.events, recorder.components, recorder.fault)


@pytest.mark.parametrize("value", [None, 7, -1, 10**400, True, float("nan"), "text", ["x"] * 100_000, {"a": [1]}])
@pytest.mark.parametrize("name", ["args", "stack", "sim_ms", "thread", "granted", "canary"])
def test_a_field_of_another_type_costs_the_event_nothing(recorder: Recorder, name: str, value: Any) -> None:
    """The event stays, bounded, and is JSON that every reader takes."""
    recorder.line({**IMEI, name: value})
    (event,) = recorder.events
    assert "imei" == event.pi_kind
    assert len(json.dumps(event.as_json(), allow_nan=False)) < 100_000


def test_texts_are_cut(recorder: Recorder) -> None:
    """A megabyte is no evidence."""
    recorder.line({**IMEI, "args": ["x" * 1_000_000], "thread": "t" * 1_000_000})
    assert 400 == len(recorder.events[0].args[0]) == len(recorder.events[0].thread)
    failed = {"type": "component", "kind": "k" * 9_999, "name": "n", "ok": False, "trace": ["t" * 9_999] * 999}
    recorder.line(failed)
    assert 400 == len(recorder.components[0].kind)
    assert 64 == len(recorder.components[0].trace)


def test_a_flood_is_kept_to_a_bound_and_said_to_be_more(recorder: Recorder) -> None:
    """Events that are all different."""
    for number in range(4_100):
        recorder.line({**IMEI, "args": [str(number)]})
    assert 4_000 == len(recorder.events)
    assert 4_100 == recorder.told
    assert recorder.lost


def test_a_flood_in_one_phase_leaves_room_for_the_next(recorder: Recorder) -> None:
    """An app cannot hide what it does after a refusal behind what it did before."""
    for number in range(20_100):
        recorder.line({**IMEI, "args": [str(number)]})
    recorder.phase = Phase.REFUSE
    recorder.line(IMEI)
    assert Phase.REFUSE is recorder.events[-1].phase


def test_each_boot_counts_its_time_anew(recorder: Recorder) -> None:
    """The clock of a new process has nothing to do with the old one's."""
    recorder.line({**IMEI, "sim_ms": 500_000})
    recorder.boot()
    recorder.line({**MAC, "sim_ms": 100})
    assert [0, 0] == [event.sim_ms for event in recorder.events]


def test_numbers_that_the_translator_gave_are_no_difference(recorder: Recorder) -> None:
    """Two runs of one app name the same variable differently in the JVM's message."""
    for number in (4, 5):
        message = f'Cannot invoke "a.B.c()" because "<local{number}>" is null'
        recorder.line({**IMEI, "args": [message]})
        recorder.line(
            {"type": "component", "kind": "service", "name": "a.S", "ok": False, "trace": [message], "sim_ms": 1}
        )
    assert 1 == len(recorder.events)
    assert 1 == len({run.trace for run in recorder.components})
