"""Events become rows for rules, and a document that lacks a field becomes facts all the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workers.runs import document, event
from workers.dynamic_facts import FACTS, facts


def _rows(name: str, *events: dict[str, Any], **fields: Any) -> list[Any]:
    """Return the rows of one fact."""
    found = facts(document(*events, **fields))[name]
    assert isinstance(found, list)
    return list(found)


def test_equal_calls_are_one_row_with_their_number_and_first_time() -> None:
    """Another phase, state of consent, subject or member is another row."""
    rows = _rows(
        "dynamic_pi",
        event(sim_ms=5),
        event(sim_ms=9, stack=["other:1"], canary=["imei"]),
        event(phase="refuse", consent="refused"),
        event(subject="Getui Push"),
        event(op="a.B.c"),
        event(granted=False),
        event(pi_kind=None),
    )

    assert [2, 1, 1, 1, 1] == [row["count"] for row in rows]
    assert {
        "phase": "cold_start",
        "consent": "none",
        "sdk": None,
        "op": "android.telephony.TelephonyManager.getDeviceId",
        "pi_kind": "imei",
        "granted": None,
        "count": 2,
        "sim_ms": 5,
        "last_ms": 9,
        "stack": ["com.example.app.Main.onCreate:7"],
        "canary": ["imei"],
    } == rows[0]
    assert ["Getui Push", False] == [rows[2]["sdk"], rows[4]["granted"]]


def test_a_stack_shows_whose_code_it_is() -> None:
    """What Java itself calls in between is left out, but for the innermost frame."""
    java = [f"sun.net.www.http.HttpClient.m{number}:1" for number in range(20)]
    (row,) = _rows(
        "dynamic_pi", event(stack=["java.net.Socket.connect:633", *java, "a.Main.go:3", "java.lang.Thread.run:8"])
    )
    (alone,) = _rows("dynamic_pi", event(stack=["java.net.Socket.connect:633", *java[:2]]))

    assert ["java.net.Socket.connect:633", "a.Main.go:3", "java.lang.Thread.run:8"] == row["stack"]
    assert ["java.net.Socket.connect:633", *java[:2]] == alone["stack"]


def test_an_event_that_stands_for_several_counts_as_many() -> None:
    """From its first time to its last; a number that makes no sense counts once."""
    (row,) = _rows("dynamic_pi", event(count=5, last_ms=400), event(count=-3), event(count="many"))

    assert (7, 10, 400) == (row["count"], row["sim_ms"], row["last_ms"])


def test_a_planted_value_that_came_out_is_a_row_for_each_kind() -> None:
    """With the place, and how often."""
    sink = event(kind="net", op="http.post", pi_kind=None, args=["https://log.example/x"], canary=["imei", "mac"])
    rows = _rows("dynamic_sinks", sink, sink, event(canary=[]))

    assert [("imei", 2), ("mac", 2)] == [(row["pi_kind"], row["count"]) for row in rows]
    assert ("net", "http.post", ["https://log.example/x"]) == (rows[0]["kind"], rows[0]["op"], rows[0]["args"])


@pytest.mark.parametrize(
    ("call", "argument", "sink"),
    [
        ("loadUrl", "https://log.example/?id=1", "net"),
        ("loadUrl", "javascript:show('1')", "webview"),
        ("evaluateJavascript", "show('1')", "webview"),
    ],
)
def test_a_page_that_is_asked_for_with_a_value_is_sent(call: str, argument: str, sink: str) -> None:
    """A script that gets the value stays on the phone."""
    told = event(kind="api", op=f"android.webkit.WebView.{call}", pi_kind=None, args=[argument], canary=["imei"])
    (row,) = _rows("dynamic_sinks", told)

    assert sink == row["sink"]


def test_sdks_that_acted_come_with_their_category() -> None:
    """So that a rule can tell an advertiser from a platform library."""
    assert [{"name": "Getui Push", "category": "push"}] == _rows("sdks", event(subject="Getui Push"), event())


def test_how_far_it_came_is_told() -> None:
    """Phases that ran and states of consent that occurred."""
    found = facts(document(event(), event(phase="refuse", consent="refused"), phases=["cold_start", "refuse"]))
    outcome = found["dynamic_outcome"]

    assert isinstance(outcome, dict)
    assert (["cold_start", "refuse"], ["none", "refused"]) == (outcome["phases"], outcome["consents"])


def test_permissions_consent_refusal_and_self_start_are_passed_on() -> None:
    """As the document has them, made printable; components that started by themselves are rows."""
    asked = [{"permissions": ["android.permission.CAMERA"], "phase": "cold_start"}, ["android.permission.RECORD_AUDIO"]]
    consent, refuse = {"title": "隐私\u202e"}, {"quits": True}
    started = event(phase="self_start", kind="component", op="service:com.a.B", pi_kind=None)
    found = facts(document(started, permissions=asked, consent=consent, refuse=refuse))

    assert found["dynamic_permissions"] == [
        {"permissions": ["android.permission.CAMERA"], "phase": "cold_start", "bundled": False},
        {"permissions": ["android.permission.RECORD_AUDIO"], "bundled": False},
    ]
    assert ({"title": r"隐私\u202e"}, refuse) == (found["dynamic_consent"], found["dynamic_refuse"])
    rows = found["dynamic_self_start"]
    assert isinstance(rows, list)
    assert ["service:com.a.B"] == [row["op"] for row in rows if isinstance(row, dict)]


def test_the_catalogue_tells_each_fact_and_its_keys() -> None:
    """Neither more nor less; what is passed on as the document has it stands for any key."""
    sink = event(kind="net", op="http.post", pi_kind=None, canary=["imei"])
    found = facts(document(event(subject="Getui Push"), sink))
    told = {fact.name: {key.removeprefix("[].") for key in fact.keys} for fact in FACTS}

    assert set(told) == set(found)
    for name in ("dynamic_outcome", "dynamic_pi", "dynamic_sinks", "sdks"):
        value = found[name]
        row = value[0] if isinstance(value, list) else value
        assert isinstance(row, dict)
        assert told[name] == set(row)


def test_rows_beyond_the_limit_are_counted() -> None:
    """As in the static suite."""
    found = facts(document(*(event(op=f"a.B.m{number}") for number in range(5003))))

    assert {"dynamic_pi": 3} == found["left_out"]


@pytest.mark.parametrize("name", ["dynamic_pi", "dynamic_sinks", "dynamic_permissions", "dynamic_self_start", "sdks"])
def test_an_empty_document_has_empty_rows(name: str) -> None:
    """No field is needed."""
    assert [] == facts({})[name]


_WORD = st.sampled_from(["", "a", "imei", "\ud800\u202e"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORD, inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.sampled_from([*sorted(document()), "permissions", "refuse", "self_start"])
_EVENT_FIELDS = st.sampled_from([*sorted(event()), "granted"])


@given(
    st.dictionaries(_FIELDS, _JSON, max_size=5),
    st.lists(st.dictionaries(_EVENT_FIELDS, _JSON, max_size=10), max_size=4),
)
def test_no_document_is_too_strange(fields: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """Whatever stands in its fields and events, there are facts."""
    found = facts({"events": [event(**one) for one in events], **fields})

    assert set(facts({})) <= set(found)


def test_what_a_broadcast_started_has_a_name() -> None:
    """So that a summary can say what it was."""
    told = [{"action": "BOOT", "receivers": 1, "started": [{"kind": "receiver", "name": "com.a.B"}, 5]}]

    assert [{"name": "com.a.B", **told[0]}] == _rows("dynamic_self_start", self_start=told)
