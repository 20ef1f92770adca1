"""A dynamic document as a person reads it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from farm.service.run_words import caption, kind_label, label, measures, not_seen_label, phase_note, seconds
from farm.service.timeline import PHASES, timeline
from tests.unit.workers.runs import document, event


def test_equal_calls_are_one_line_and_other_targets_are_others() -> None:
    """A call is told apart by who and what; a connection by where to as well."""
    (phase,) = timeline(
        document(
            event(sim_ms=9, count=3, last_ms=90),
            event(sim_ms=5),
            event(subject="Getui Push"),
            event(kind="net", op="connect", pi_kind=None, args=["a.example"]),
            event(kind="net", op="connect", pi_kind=None, args=["b.example"]),
        )
    ).phases

    assert [("TelephonyManager.getDeviceId", "", 4), ("TelephonyManager.getDeviceId", "Getui Push", 1)] == [
        (line.what, line.subject, line.count) for line in phase.lines if line.pi_kind
    ]
    assert [("a.example",), ("b.example",)] == [line.args for line in phase.lines if line.kind == "net"]
    assert 7 == phase.events


def test_phases_stand_in_the_order_of_a_reader() -> None:
    """Whatever the order of the document; one that nobody knows comes last."""
    names = ["forced", "surprise", "explore", "cold_start"]
    told = timeline(document(*(event(phase=name) for name in names), phases=[{"phase": "background", "sim_ms": 7}]))

    assert ["cold_start", "explore", "background", "forced", "surprise"] == [phase.name for phase in told.phases]
    assert [None, None, 7, None, None] == [phase.sim_ms for phase in told.phases]


def test_pictures_stand_beside_their_phase() -> None:
    """As the screens say; without a screen, by the beginning of the name."""
    told = timeline(
        document(
            screenshots=["first.png", "refuse-1.png", "other.png"], screens=[{"label": "first", "phase": "background"}]
        )
    )

    assert {"background": ("first.png",), "refuse": ("refuse-1.png",), "explore": ("other.png",)} == {
        phase.name: phase.screenshots for phase in told.phases if phase.screenshots
    }


def test_where_there_is_no_room_personal_information_stays() -> None:
    """The rest is a number."""
    others = [event(kind="net", op="connect", pi_kind=None, args=[f"h{n}.example"], sim_ms=n) for n in range(50)]
    (phase,) = timeline(document(*others, event(sim_ms=60), event(sim_ms=70, pi_kind="mac")), lines=5).phases

    assert ["imei", "mac"] == [line.pi_kind for line in phase.lines[-2:]]
    assert (5, 47) == (len(phase.lines), phase.hidden)


def test_what_was_asked_for_and_what_is_proven_to_have_left_are_listed() -> None:
    """Each kind once, in order of time."""
    told = timeline(document(event(pi_kind="mac", sim_ms=1), event(sim_ms=2, canary=["mac", "imei"]), event(sim_ms=3)))

    assert (("mac", "imei"), ("imei", "mac")) == (told.pi_kinds, told.proven)


def test_an_act_is_no_personal_information() -> None:
    """Asking for a permission is listed, not counted among what was read."""
    (phase,) = (told := timeline(document(event(pi_kind="permission_request"), event(pi_kind="mac")))).phases

    assert (("mac",), 2) == (told.pi_kinds, len(phase.lines))


def test_words_are_there_for_every_known_kind_and_unknown_ones_stay() -> None:
    """In both languages."""
    assert ("MAC 地址", "MAC address") == kind_label("mac")
    assert ("输入的密码", "Typed password") == kind_label("password")
    assert ("quux", "quux") == (label({}, "quux"))
    assert ["0.35 s", "99.99 s", "5:00 min"] == [seconds(value) for value in (350, 99_990, 300_000)]


def test_a_picture_is_called_after_what_it_shows() -> None:
    """Whatever has another name keeps it."""
    names = ("cold-start-1s.png", "refuse-restart-2.png", "explore-03.png", "explore-consent.png", "quux.png")

    assert [
        "1 s after the start", "opened again, 2", "in use, 3", "consent asked for while in use", "quux"
    ] == [caption(name)[1] for name in names]  # fmt: skip
    assert "启动后 1 秒" == caption(names[0])[0]


def test_what_was_not_run_and_what_it_cost_has_words() -> None:
    """A thing by what stands before its colon; a measure that nobody knows is left out."""
    assert ("本地库", "native library") == not_seen_label("library:x")
    assert ("", "") == not_seen_label("quux")
    assert ["2.5 s of CPU time", "400 MB at most"] == [en for _, en in measures({"peak_mb": 400, "x": 1, "cpu_s": 2.5})]


def test_a_phase_says_whether_the_user_was_asked() -> None:
    """After consent; without being asked; or asked in the middle of it."""
    told = [
        timeline(document(consent=consent)).asked for consent in (None, {"phase": "cold_start"}, {"phase": "explore"})
    ]
    notes = [phase_note("explore", asked=asked)[1] for asked in told]

    assert [False, True, None] == told
    assert ["used without being asked for consent", "after consent"] == notes[:2]
    assert 3 == len(set(notes))


def test_a_phase_tells_what_it_cost() -> None:
    """What the document does not say is unknown, not nothing."""
    told = timeline(
        document(phases=[{"phase": "explore", "clicks": 7, "cpu_s": 2, "wall_s": 3.5}, "forced"], screenshots=[])
    ).phases

    assert [(7, 2.0, 3.5), (None, None, None)] == [(phase.clicks, phase.cpu_s, phase.wall_s) for phase in told]


_WORD = st.sampled_from(["", "a", "cold_start", "net"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORD, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from([*document(), "permissions", "refuse", "sinks"]), _JSON, max_size=5),
    st.lists(st.dictionaries(st.sampled_from([*event(), "count", "last_ms"]), _JSON, max_size=8), max_size=4),
)
def test_no_document_is_too_strange(fields: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """It is made of what the app's own process wrote."""
    told = timeline({"events": [event(**one) for one in events], **fields})

    assert all(line.count >= 1 for phase in told.phases for line in phase.lines)
    assert set(PHASES)
