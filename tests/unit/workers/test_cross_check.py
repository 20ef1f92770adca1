"""A second reading finds each difference, fails without harm, and is drawn by the app's hash alone."""

from __future__ import annotations

import hashlib
import logging
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hostile.archives import a_member_outside_the_file, many_false_end_records
from tests.hostile.manifests import a_codename_for_a_level
from tests.unit.workers.readers.build import Member, zip_bytes
from tests.unit.workers.readers.build_axml import axml
from tests.unit.workers.readers.test_manifest import FULL, namespaced
from tests.unit.workers.readers.test_signature import RELEASE, block, fingerprint, v1_file, v2_value
from workers.cross_check import cross_check, our_account, sampled
from workers.memory_file import in_memory
from workers.model.cross_check import CrossCheck, CrossVerdict, Disagreement, Field
from workers.model.limits import Limits
from workers.second_reading import SecondReader, differences
from workers.static.readers.manifest_model import Component, Manifest, UsedPermission
from workers.static.readers.oracle import androguards_account
from workers.static.view import StaticView

LIMITS = Limits()
SIGNED = zip_bytes(
    [
        Member(name="AndroidManifest.xml", content=axml(FULL)),
        v1_file(RELEASE),
        Member(name="META-INF/CERT.SF", content=b"sf"),
    ],
    before_directory=block((0x7109871A, v2_value(RELEASE))),
)
"""An app with something of everything that is compared."""


def test_both_readers_agree_on_an_app_with_something_of_everything() -> None:
    """No fact of it is empty, so that agreement means something."""
    theirs = androguards_account(SIGNED)

    assert cross_check(SIGNED, limits=LIMITS).verdict is CrossVerdict.AGREED
    assert [field for field in Field if not theirs[field]] == []


def test_an_app_can_lie_outside_the_worker() -> None:
    """As a file in memory, of which the worker reads what it needs."""
    with in_memory([SIGNED[:1_000], SIGNED[1_000:]]) as file:
        assert cross_check(file, limits=LIMITS).verdict is CrossVerdict.AGREED


def test_what_is_compared_follows_androids_rules() -> None:
    """Names in full, defaults applied, the certificates of each scheme."""
    theirs = androguards_account(SIGNED)

    assert theirs[Field.VERSION_CODE] == {str((1 << 32) + 7)}
    assert {name for name in theirs[Field.PERMISSIONS] if "READ_SMS" in name or "CAMERA" in name} == {
        "android.permission.CAMERA",
        "android.permission.READ_SMS",
        "android.permission.READ_SMS until 28",
    }
    assert "receiver com.example.app.Boot" in theirs[Field.EXPORTED]
    assert "provider com.example.app.Files" not in theirs[Field.EXPORTED]
    assert "activity com.example.app.Main: data https example.com  /a " in theirs[Field.FILTERS]
    assert theirs[Field.SIGNERS] == {f"v1 {fingerprint(RELEASE)}", f"v2 {fingerprint(RELEASE)}"}


def test_elements_of_a_namespace_are_elements_to_both() -> None:
    """As they are to Android."""
    app = zip_bytes([Member(name="AndroidManifest.xml", content=axml(namespaced(FULL)))])
    plain = zip_bytes([Member(name="AndroidManifest.xml", content=axml(FULL))])

    assert cross_check(app, limits=LIMITS).verdict is CrossVerdict.AGREED
    assert androguards_account(app) == androguards_account(plain)


def _without_filters(manifest: Manifest) -> Manifest:
    """Return a manifest whose components have no filters."""
    return replace(manifest, components=tuple(replace(item, filters=()) for item in manifest.components))


def _all_exported(manifest: Manifest) -> Manifest:
    """Return a manifest whose components are all exported."""
    return replace(manifest, components=tuple(replace(item, exported=True) for item in manifest.components))


def _one_more(manifest: Manifest) -> Manifest:
    """Return a manifest with one more service."""
    kind = manifest.components[2].kind
    return replace(manifest, components=(*manifest.components, Component(kind=kind, name="a.B", exported=False)))


WRONG = {
    Field.PACKAGE: lambda one: replace(one, package="com.other"),
    Field.VERSION_CODE: lambda one: replace(one, version_code=7),
    Field.VERSION_NAME: lambda one: replace(one, version_name=None),
    Field.MIN_SDK: lambda one: replace(one, min_sdk=None),
    Field.TARGET_SDK: lambda one: replace(one, target_sdk=31),
    Field.PERMISSIONS: lambda one: replace(one, permissions=(UsedPermission(name="android.permission.INTERNET"),)),
    Field.COMPONENTS: _one_more,
    Field.EXPORTED: _all_exported,
    Field.FILTERS: _without_filters,
}
"""For each fact of the manifest, a reader that errs in it."""


@pytest.mark.parametrize("field", WRONG)
def test_an_error_in_a_fact_is_found(field: Field) -> None:
    """In this one and in no other."""
    view = StaticView(SIGNED)
    ours = our_account(WRONG[field](view.manifest), view.signing)

    assert [item.field for item in differences(ours, androguards_account(SIGNED))] == [field]


def test_a_missing_signer_is_found() -> None:
    """The example says which one."""
    view = StaticView(SIGNED)
    ours = our_account(view.manifest, replace(view.signing, signers=view.signing.signers[:1]))

    assert list(differences(ours, androguards_account(SIGNED))) == [
        Disagreement(field=Field.SIGNERS, ours=(), theirs=(f"v2 {fingerprint(RELEASE)}",))
    ]


def test_examples_are_few_and_printable() -> None:
    """What an attacker names goes into logs and the ledger."""
    view = StaticView(SIGNED)
    hostile = tuple(UsedPermission(name=f"{number}\n\u202e" + "x" * 1_000) for number in range(50))
    ours = our_account(replace(view.manifest, permissions=hostile), view.signing)
    (found,) = differences(ours, androguards_account(SIGNED))

    assert len(found.ours) == 5
    assert all(one.isprintable() and len(one) <= 300 for one in found.ours)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (many_false_end_records(), "error: unpack requires"),
        (a_codename_for_a_level(), "ValueError: invalid literal"),
        (b"no zip", "zip"),
    ],
)
def test_what_androguard_cannot_read_is_no_disagreement(data: bytes, words: str) -> None:
    """It fails on files that Android reads; the reason is kept."""
    found = cross_check(data, limits=LIMITS)

    assert (found.verdict, found.disagreements) == (CrossVerdict.ORACLE_FAILED, ())
    assert words in found.failure


def test_limits_end_a_second_reading_without_an_error() -> None:
    """They are those of any inspection."""
    check = cross_check(SIGNED, limits=replace(LIMITS, inflated_bytes=10))

    assert (check.verdict, check.disagreements) == (CrossVerdict.ORACLE_FAILED, ())


def test_without_time_nothing_is_read_again() -> None:
    """An inspection that used up its time leaves none."""
    assert "no time" in cross_check(SIGNED, limits=LIMITS, seconds=0.0).failure


def test_androguard_leaves_the_workers_output_and_logging_alone(capfd: pytest.CaptureFixture[str]) -> None:
    """Its zip reader would write to the root logger, and give it a handler."""
    handlers = [*logging.getLogger().handlers]
    cross_check(a_member_outside_the_file(), limits=LIMITS)

    assert capfd.readouterr() == ("", "")
    assert logging.getLogger().handlers == handlers


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecondReader]:
    """A second reader of the test's own, which has read one app."""
    reader = SecondReader()
    monkeypatch.setattr("workers.cross_check.shared_reader", lambda: reader)
    assert cross_check(SIGNED, limits=LIMITS).verdict is CrossVerdict.AGREED
    yield reader
    reader.close()


def test_one_process_reads_one_app_after_the_other(reader: SecondReader) -> None:
    """It takes a quarter of a second to start, which is paid once."""
    first = reader.pid
    cross_check(b"no zip", limits=LIMITS)
    cross_check(SIGNED, limits=LIMITS)

    assert reader.pid == first != os.getpid()


def test_the_size_of_the_worker_is_not_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large worker keeps its process: what a child has taken at most is counted from its own start."""
    large = b"x" * (300 << 20)
    reader = SecondReader()
    monkeypatch.setattr("workers.cross_check.shared_reader", lambda: reader)
    try:
        assert cross_check(SIGNED, limits=LIMITS).verdict is CrossVerdict.AGREED
        assert reader.pid is not None
    finally:
        reader.close()
    assert len(large) > 256 << 20


def test_the_process_gets_none_of_the_workers_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an app might make of androguard, it finds nothing there to take along."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "known only to the worker")
    reader = SecondReader()
    monkeypatch.setattr("workers.cross_check.shared_reader", lambda: reader)
    try:
        assert cross_check(SIGNED, limits=LIMITS).verdict is CrossVerdict.AGREED
        assert b"known only" not in Path(f"/proc/{reader.pid}/environ").read_bytes()
    finally:
        reader.close()


def test_an_answer_that_was_not_waited_for_is_not_taken_for_the_next_one(
    reader: SecondReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process goes with it, whatever interrupted the waiting."""

    def interrupted(*_: object) -> bytes:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("workers.second_reading._line", interrupted)
        with pytest.raises(MemoryError), in_memory([SIGNED]) as file:
            reader.ask(file, {}, memory_bytes=1 << 30, seconds=5.0)
    assert reader.pid is None


def test_a_process_that_hangs_is_thrown_away_in_time(reader: SecondReader) -> None:
    """The check has failed, the process is gone, and the next app gets a new one."""
    assert reader.pid is not None
    hanging = reader.pid
    os.kill(hanging, signal.SIGSTOP)
    check = cross_check(SIGNED, limits=LIMITS, seconds=1.0)

    assert "gave no answer" in check.failure
    assert reader.pid is None
    assert not Path(f"/proc/{hanging}").exists()
    assert cross_check(SIGNED, limits=LIMITS).verdict is CrossVerdict.AGREED


def test_an_app_that_ends_the_process_is_a_failed_check(reader: SecondReader) -> None:
    """The worker goes on, and so does the next check."""
    assert reader.pid is not None
    os.kill(reader.pid, signal.SIGSTOP)  # So that the end comes while it has the app.
    threading.Timer(0.3, os.kill, (reader.pid, signal.SIGKILL)).start()
    check = cross_check(SIGNED, limits=LIMITS)

    assert (check.verdict, check.failure) == (
        CrossVerdict.ORACLE_FAILED,
        "The process of the second reading ended before it answered.",
    )
    assert cross_check(SIGNED, limits=LIMITS).verdict is CrossVerdict.AGREED


def test_a_process_that_was_killed_between_two_apps_costs_neither(reader: SecondReader) -> None:
    """The system may have wanted its memory."""
    assert reader.pid is not None
    os.kill(reader.pid, signal.SIGKILL)
    os.waitid(os.P_PID, reader.pid, os.WEXITED | os.WNOWAIT)

    assert cross_check(SIGNED, limits=LIMITS).verdict is CrossVerdict.AGREED


def test_the_process_ends_with_its_worker() -> None:
    """However the worker ends."""
    program = """
import os, signal, sys
from tests.unit.workers.test_cross_check import LIMITS, SIGNED
from workers.cross_check import cross_check
from workers.second_reading import shared_reader
cross_check(SIGNED, limits=LIMITS)
print(shared_reader().pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == -signal.SIGKILL
    assert _ends(int(done.stdout))


def _ends(pid: int) -> bool:
    """Wait for the end of a process that is no child of this one; return whether it came."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 20.0)[0])
    finally:
        os.close(process)


def test_the_sample_is_drawn_by_the_hash() -> None:
    """One of so many, the same on every machine; all of 1, none of 0."""
    hashes = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(10_000)]

    assert [sum(sampled(one, one_in) for one in hashes) for one_in in (0, 1, 100)] == [0, 10_000, 101]


def test_agreement_has_nothing_to_say() -> None:
    """The sentence is for disagreements."""
    assert [CrossCheck().sentence, CrossCheck(failure="no").sentence] == ["", ""]
