"""Where planted values went, as a person reads it."""

from __future__ import annotations

from typing import Any

import pytest

from farm.service.sent import sent, target
from tests.unit.workers.runs import document, event


def _sink(number: int, **fields: Any) -> dict[str, Any]:
    """Return a sink that names an event by its number."""
    return {
        "canary": "imei", "op": "java.net.URL.openConnection", "phase": "cold_start", "consent": "none",
        "subject": "app", "event": number, "source": None,
    } | fields  # fmt: skip


def test_values_that_went_to_one_place_are_one_line() -> None:
    """With every kind, every operation and every call that read one; the count is that of the most frequent."""
    args = ["https://log.example/x"]
    told = document(
        event(), event(op="a.b.Wifi.getMac", pi_kind="mac"),
        event(op="java.net.URL.openConnection", args=args, count=2),
        event(op="network.http", args=["POST", *args], count=3),
        sinks=[_sink(2, source=0), _sink(2, canary="mac", source=1), _sink(3, op="network.http", source=0)],
    )  # fmt: skip
    (line,) = sent(told)

    assert (("imei", "mac"), ("URL.openConnection", "network.http")) == (line.kinds, line.what)
    assert ("https://log.example/x", "", 3, True) == (line.target, line.subject, line.count, line.on_the_network)
    assert ("TelephonyManager.getDeviceId", "Wifi.getMac") == line.sources


def test_what_the_network_has_comes_first_and_states_are_told_apart() -> None:
    """What was only handed to a call comes after it."""
    told = document(
        event(args=["a"]), event(args=["b"]),
        sinks=[_sink(0), _sink(0, consent="agreed"), _sink(1, op="network.http", subject="Getui Push")],
    )  # fmt: skip

    assert [("b", "Getui Push", "none"), ("a", "", "none"), ("a", "", "agreed")] == [
        (line.target, line.subject, line.consent) for line in sent(told)
    ]


def test_an_address_tells_more_than_the_rest_and_the_class_of_an_array_nothing() -> None:
    """As the sandbox writes what a call was given."""
    assert "https://a.example/x" == target(["POST", "https://a.example/x", "20 bytes"])
    assert "imei=1" == target(["[B", "imei=1"])
    assert "[bold] x" == target(["[bold]", "[[Ljava.lang.String;", "x"])


@pytest.mark.parametrize("sinks", [None, [3], [{"event": 9}], [{"event": True}], [{"event": -1}]])
def test_a_sink_without_its_event_is_left_out(sinks: Any) -> None:
    """The document may be damaged."""
    assert () == sent(document(event(), sinks=sinks))
