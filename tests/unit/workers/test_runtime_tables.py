"""The tables that only a running app needs: well-formed, complete, and of one mind with the others."""

from __future__ import annotations

import re

import pytest

from workers.data import runtime
from workers.data.runtime import Refusal, Shape, SinkKind, behaviours, plants, sinks
from workers.data.tables import TableError, sensitive_apis
from workers.dynamic.job import CANARIES
from workers.dynamic.members import java_member, needs, rows

MEMBER = re.compile(r"L[\w$]+(/[\w$]+)*;->(<init>|[A-Za-z_$][\w$]*)")


def test_every_row_is_well_formed_and_has_a_source() -> None:
    """A member that is written wrong is never called."""
    members = (
        [plant.member for plant in plants()] + [sink.member for sink in sinks()] + [b.member for b in behaviours()]
    )
    used = [plant.source for plant in plants()] + [sink.source for sink in sinks()] + [b.source for b in behaviours()]
    assert [member for member in members if not MEMBER.fullmatch(member)] == []
    assert [source.key for source in used if not (source.title and source.url)] == []


def test_no_sink_has_two_rows() -> None:
    """The sandbox takes one row for each."""
    members = [sink.member for sink in sinks()]
    assert len(set(members)) == len(members)


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        ("android.util.Log.d", SinkKind.LOG),
        ("java.io.OutputStream.write", SinkKind.STREAM),
        ("java.io.PrintStream.println", SinkKind.STREAM),
        ("android.telephony.SmsManager.sendTextMessage", SinkKind.SMS),
        ("android.content.Context.startActivity", SinkKind.INTENT),
        ("android.content.Context.sendBroadcast", SinkKind.INTENT),
        ("android.app.Activity.setResult", SinkKind.INTENT),
        ("android.content.SharedPreferences$Editor.putString", SinkKind.PREFS),
        ("android.database.sqlite.SQLiteDatabase.insert", SinkKind.DB),
        ("android.content.ClipboardManager.setPrimaryClip", SinkKind.CLIPBOARD),
        ("java.net.URL.openConnection", SinkKind.NET),
        ("java.lang.Runtime.exec", SinkKind.EXEC),
        ("android.webkit.WebView.loadUrl", SinkKind.WEBVIEW),
        ("android.app.NotificationManager.notify", SinkKind.NOTIFICATION),
    ],
)
def test_the_ways_out_are_sinks(member: str, kind: SinkKind) -> None:
    """Each way by which a value leaves an app is there."""
    assert {java_member(sink.member): sink.kind for sink in sinks()}[member] is kind


def test_what_is_shown_on_the_screen_is_no_sink() -> None:
    """An app that shows users their own data leaks nothing."""
    assert [sink.member for sink in sinks() if "/widget/" in sink.member or sink.member.endswith(";->setText")] == [
        "Landroid/content/ClipboardManager;->setText",
        "Landroid/text/ClipboardManager;->setText",
    ]


def test_every_identifier_that_is_planted_is_answered_somewhere() -> None:
    """A planted value that no call returns could never be seen to leave."""
    assert set(CANARIES) <= {plant.kind for plant in plants()}


def test_what_needs_no_permission_is_refused_to_nobody() -> None:
    """Of a member whose calls never need a permission no refusal is promised."""
    guarded = {member for member, apis in rows().items() if any(needs(api, 28) or needs(api, 34) for api in apis)}
    refused = {java_member(plant.member) for plant in plants() if plant.refusal is not Refusal.NONE}
    assert sorted(refused - guarded) == []


def test_a_planted_member_is_told_too() -> None:
    """The phone gives nothing away that the report does not show."""
    assert sorted({java_member(p.member) for p in plants() if p.kind} - set(rows())) == []


def test_a_real_answer_holds_no_planted_value() -> None:
    """Where the framework answers there is nothing to shape."""
    assert [p.member for p in plants() if (p.shape is Shape.REAL) != (not p.kind)] == []


def test_a_behaviour_is_not_said_twice() -> None:
    """A row that the static suite has too would be told double."""
    both = {(api.member, api.argument) for api in behaviours()} & {(a.member, a.argument) for a in sensitive_apis()}
    assert both == set()


@pytest.mark.parametrize("cell", ["first", "-1", "*,x"])
def test_an_unknown_argument_is_an_error(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be searched is not left out in silence."""
    row = {"member": "La/B;->c", "kind": "log", "arguments": cell, "source": "own"}
    monkeypatch.setattr(runtime, "rows_of", lambda _name: iter([row]))
    with pytest.raises(TableError, match="neither a position"):
        sinks.__wrapped__()


def test_an_unknown_condition_of_an_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A condition that nobody reads would make every call an answer."""
    row = {
        "member": "La/B;->c",
        "condition": "collect:x",
        "kind": "",
        "how": "real",
        "refused": "",
        "source": "own",
    }
    monkeypatch.setattr(runtime, "rows_of", lambda _name: iter([row]))
    with pytest.raises(TableError, match="of no known kind"):
        plants.__wrapped__()
