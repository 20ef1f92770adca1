"""A reply of the app's process is read, whatever stands in it."""

from __future__ import annotations

import json

import pytest

from workers.dynamic.backend import Cost, Reply
from workers.dynamic.wire import read_cost, read_reply

HUGE = "1" + "0" * 400


def test_a_cost_is_read() -> None:
    """Seconds and megabytes."""
    assert Cost(cpu_s=1.5, peak_mb=300) == read_cost({"cost": {"cpu_s": 1.5, "peak_mb": 300}})


@pytest.mark.parametrize(
    ("cpu_s", "expected"),
    [
        (HUGE, Cost(cpu_s=1e6, peak_mb=1)),
        (f"-{HUGE}", Cost(cpu_s=0.0, peak_mb=1)),
        ("1e400", None),
        ("true", None),
        ('"7"', None),
        ("[]", None),
    ],
)
def test_a_forged_cost_is_cut_or_left_out(cpu_s: str, expected: Cost | None) -> None:
    """An integer that no float can hold, infinity, and other types end no run."""
    assert expected == read_cost(json.loads(f'{{"cost": {{"cpu_s": {cpu_s}, "peak_mb": 1}}}}'))


@pytest.mark.parametrize("value", ["null", "true", "-1", HUGE, "1e400", '"x"', "[]", "[[[]]]", "{}", "[7]"])
@pytest.mark.parametrize("name", ["sim_ms", "exited", "shown", "pending", "receivers", "ran", "screen"])
def test_a_field_of_another_type_is_its_default(name: str, value: str) -> None:
    """A reply is a reply, its numbers bounded."""
    reply = read_reply(json.loads(f'{{"{name}": {value}}}'))
    assert isinstance(reply, Reply)
    assert 0 <= reply.sim_ms <= 10**12
    assert 0 <= reply.count <= 10**12


def test_a_million_requests_are_cut() -> None:
    """Requests, and the permissions of each, are bounded in number and length."""
    reply = read_reply({"pending": [["p" * 1_000] * 1_000] * 1_000_000})
    assert 50 == len(reply.pending) == len(reply.pending[0])
    assert 300 == len(reply.pending[0][0])


def test_a_reply_without_fields_is_an_older_backend() -> None:
    """What is not told has its default."""
    assert Reply() == read_reply({"type": "reply"})
