"""What every backend keeps: the scripted one, and the sandbox's over its pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.contracts.backend_app import APP, CAMERA, EVENT, MAIN, SECOND
from workers.dynamic.backend import Backend, BackendEndedError, ComponentKind, Line, Pending, Profile, Reply, Tell
from workers.dynamic.process import SandboxProcess
from workers.dynamic.sandbox import SandboxBackend
from workers.dynamic.scripted import PICTURE, ScriptedBackend
from workers.dynamic.tree import Node

SERVER = [sys.executable, "-m", "tests.contracts.backend_server"]


@pytest.fixture(params=["scripted", "pipe"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Return a backend that has not booted."""
    made: Backend = ScriptedBackend(APP)
    if request.param == "pipe":
        made = SandboxBackend(start=_server, take=_taken, seconds=60.0)
    yield made
    made.close()


class Server:
    """A process that plays the scripted app, in place of a sandbox."""

    def __init__(self) -> None:
        """Start it."""
        self.process = SandboxProcess(SERVER)


@contextmanager
def _server() -> Iterator[Server]:
    """Yield a server that is killed afterwards."""
    server = Server()
    with server.process:
        yield server


def _taken(server: Server, profile: Profile, seconds: float, tell: Tell) -> SandboxProcess:
    """Return its process as one that has an app."""
    del profile  # The script says itself what stands in its lines.
    server.process.begin(seconds=seconds, on_line=tell)
    return server.process


@pytest.fixture
def told() -> list[Line]:
    """Return the lines that the backend tells."""
    return []


@pytest.fixture
def open_app(backend: Backend, told: list[Line]) -> Backend:
    """Return a backend with the app's first screen shown."""
    assert backend.boot(Profile(), told.append).done
    assert backend.launch().shown == MAIN
    return backend


def _node(backend: Backend, name: str) -> Node:
    """Return a node of the screen by its id or text."""
    screen = backend.screen(with_picture=False).screen
    assert screen is not None
    return next(node for node in screen.top.nodes if name in {node.id, node.text})


def _tap(backend: Backend, name: str) -> Reply:
    """Touch a node by its id or text."""
    n = _node(backend, name).n
    assert n is not None
    return backend.tap(n)


def test_it_may_be_told_to_get_ready_at_any_time(backend: Backend, told: list[Line]) -> None:
    """Before the first boot and after it: nothing is told of that, and the app goes on."""
    backend.prepare()
    backend.boot(Profile(), told.append)
    before = list(told)
    backend.prepare()
    assert told == before
    assert backend.launch().shown == MAIN


def test_nothing_is_shown_before_the_launch(backend: Backend, told: list[Line]) -> None:
    """A boot is no start of an activity."""
    reply = backend.boot(Profile(), told.append)
    assert (True, "", ()) == (reply.done, reply.shown, reply.pending)


def test_what_happens_is_told_before_the_reply(open_app: Backend, told: list[Line]) -> None:
    """The event of the launch has come when the launch is over."""
    assert [EVENT["op"]] == [line["op"] for line in told if line["type"] == "event"]


def test_a_screen_has_its_texts_and_a_picture_if_one_is_wanted(open_app: Backend) -> None:
    """Whatever stands in a text comes through."""
    reply = open_app.screen(with_picture=True)
    assert reply.screen is not None
    assert "Hello\tyou\nthere" in reply.screen.top.texts
    assert PICTURE == reply.picture
    assert b"" == open_app.screen(with_picture=False).picture


def test_time_passes_only_when_it_is_let(open_app: Backend) -> None:
    """By exactly that much."""
    before = open_app.screen(with_picture=False).sim_ms
    assert before + 12_345 == open_app.idle(12_345).sim_ms


def test_a_touch_leads_to_another_screen_and_back_leads_back(open_app: Backend) -> None:
    """And from the first screen out of the app."""
    assert SECOND == _tap(open_app, "next").shown
    assert MAIN == open_app.back().shown
    assert "" == open_app.back().shown
    assert MAIN == open_app.launch().shown


def test_a_node_that_is_not_there_is_not_touched(open_app: Backend) -> None:
    """Nothing is done, and that is said."""
    assert not open_app.tap(9_999).done
    assert open_app.tap(0).done


def test_fields_and_boxes_keep_what_was_done_to_them(open_app: Backend) -> None:
    """Texts with every sort of separator too."""
    n = _node(open_app, "field").n
    assert n is not None
    text = "a\tb\\n\nc 中文"
    assert open_app.write(n, text).done
    assert text == _node(open_app, "field").text
    _tap(open_app, "box")
    assert _node(open_app, "box").checked is True


def test_requests_wait_for_their_answers_the_oldest_first(open_app: Backend) -> None:
    """Those asked for together are answered together."""
    assert ((CAMERA, "b"), ("c",)) == _tap(open_app, "ask").pending
    assert (("c",),) == open_app.permission(grant=False).pending
    assert () == open_app.permission(grant=True).pending
    assert not open_app.permission(grant=True).done


def test_what_was_denied_can_be_granted_in_the_settings(open_app: Backend) -> None:
    """Once, and nothing where nothing was denied."""
    assert not open_app.grant_denied().done
    _tap(open_app, "ask")
    open_app.permission(grant=False)
    assert open_app.grant_denied().done
    assert not open_app.grant_denied().done


def test_an_app_that_ends_itself_can_be_launched_again(open_app: Backend) -> None:
    """The end is told until then."""
    assert _tap(open_app, "quit").exited
    assert open_app.idle(10).exited
    reply = open_app.launch()
    assert (False, MAIN) == (reply.exited, reply.shown)


def test_life_goes_through_home_rotation_and_restart(open_app: Backend) -> None:
    """The first screen is there after each of them."""
    for press in (open_app.home, open_app.come_back, open_app.rotate):
        press()
    assert MAIN == open_app.screen(with_picture=False).shown
    _tap(open_app, "next")
    assert MAIN == open_app.restart().shown


def test_broadcasts_and_jobs_are_counted(open_app: Backend) -> None:
    """None is none."""
    assert [2, 0] == [open_app.broadcast(action).count for action in ("a.BOOT", "a.NOTHING")]
    assert [3, 0] == [open_app.run(what).count for what in (Pending.JOBS, Pending.ALARMS)]


def test_a_forced_component_is_told(open_app: Backend, told: list[Line]) -> None:
    """By its kind and name, whatever is in the name."""
    open_app.force(ComponentKind.SERVICE, "a.S\tx\\")
    assert ("service", "a.S\tx\\") == next(
        (line["kind"], line["name"]) for line in reversed(told) if line["type"] == "component"
    )


def test_cost_grows(open_app: Backend) -> None:
    """And is told in seconds of CPU."""
    first = open_app.cost()
    open_app.idle(10)
    second = open_app.cost()
    assert first is not None
    assert second is not None
    assert second.cpu_s > first.cpu_s


def test_after_the_process_is_lost_a_boot_begins_anew(open_app: Backend, told: list[Line]) -> None:
    """Nothing of the earlier start is left."""
    _tap(open_app, "next")
    with pytest.raises(BackendEndedError):
        _tap_hang(open_app)
    assert "" == open_app.boot(Profile(), told.append).shown
    assert MAIN == open_app.launch().shown


def _tap_hang(backend: Backend) -> None:
    """Touch what breaks the process off."""
    backend.back()
    _tap(backend, "hang")


def test_closing_twice_is_no_trouble(backend: Backend) -> None:
    """Before a boot, and after one."""
    backend.close()
    backend.boot(Profile(), lambda _: None)
    backend.close()
    backend.close()
