"""The use case: reading ledger and store, judging, and writing into a folder."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from farm.model.errors import StoreError, UnknownBatchError, UsageError
from farm.model.inspection import State, Suite
from farm.reports.interface import formats
from farm.rules.catalogue import load_packs
from farm.rules.engine import VerdictState, judge
from farm.service.judge import judge_evidence, parse_evidence
from farm.service.report import FolderSink, ReportData, ReportSink, collect, write_report
from tests.unit.farm.reports.batch import Sample, as_bytes, noisy, sample
from tests.unit.farm.rules.evidence import document, use
from tests.unit.workers import runs
from workers.model.evidence import JSON
from workers.model.outcome import Outcome


def test_judging_stored_bytes_is_judging_the_document() -> None:
    """What was found at first is found again."""
    evidence = noisy()

    assert judge_evidence(as_bytes(evidence), load_packs()) == judge(evidence, load_packs())


@pytest.mark.parametrize(
    ("category", "state"),
    [("浏览器", VerdictState.OBSERVED), ("导航", VerdictState.NOT_OBSERVED), ("工具", VerdictState.NOT_TESTABLE)],
)
def test_a_report_judges_by_the_category_of_the_list(category: str, state: VerdictState) -> None:
    """As the worker did; a word for several types is none."""
    batch = Sample()
    row = batch.add(document())
    batch.books.rows = [replace(row, ref=replace(row.ref, category=category))]
    batch.run(runs.document(runs.event(pi_kind="location")))
    entry = next(collect(batch.ledger, batch.objects, load_packs(), batch.books.name).apps())
    stored = batch.store.objects["evidence/1-dynamic.json"]
    found = {finding.rule for finding in judge_evidence(stored, load_packs(), app_type=category)}

    assert [state] == [each.state for each in entry.verdicts if each.rule.code == "cac191.4.1.beyond_type"]
    assert (state is VerdictState.OBSERVED) == ("cac191.4.1.beyond_type" in found)


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"{}", b'{"facts": []}', b"[" * 100_000])
def test_bytes_that_are_no_evidence_are_an_error_of_the_store(data: bytes) -> None:
    """A damaged object neither crashes nor passes for an empty app."""
    with pytest.raises(StoreError):
        parse_evidence(data)


def test_apps_are_streamed_and_can_be_read_again() -> None:
    """Each format makes its own pass."""
    batch = sample()
    report = collect(batch.ledger, batch.objects, load_packs(), batch.books.name)

    assert (
        [entry.row.app_id for entry in report.apps()]
        == [entry.row.app_id for entry in report.apps()]
        == [1, 2, 3, 4, 5]
    )


def test_an_unknown_batch_is_an_error() -> None:
    """Nothing is written for a batch that is not there."""
    batch = sample()
    with pytest.raises(UnknownBatchError):
        collect(batch.ledger, batch.objects, load_packs(), "other")


def test_a_finding_of_the_ledger_is_observed_without_its_evidence() -> None:
    """Losing evidence must not turn a finding into a not testable rule."""
    batch = Sample()
    batch.add(noisy())
    batch.store.objects["evidence/1.json"] = b"damaged"
    entry = next(collect(batch.ledger, batch.objects, load_packs(), batch.books.name).apps())
    found = {finding.rule for finding in entry.row.findings}

    assert {each.rule.code for each in entry.verdicts if entry.state_of(each) is VerdictState.OBSERVED} == found
    assert entry.problems == ("The static evidence cannot be read: The stored evidence is not JSON.",)


def test_an_app_without_evidence_tells_the_reason_in_every_verdict() -> None:
    """The inspection's own reason stands beside each rule."""
    batch = Sample()
    batch.add(None, state=State.UNUSABLE, outcome=Outcome.MALFORMED, reason="No central directory.")
    entry = next(collect(batch.ledger, batch.objects, load_packs(), batch.books.name).apps())

    assert {each.reason_en for each in entry.verdicts} == {
        "The inspection ended without evidence (No central directory)"
    }


def test_the_gravest_state_of_an_app_is_its_state() -> None:
    """An app with one suite done and one unknown is not done."""
    batch = Sample()
    row = batch.add(document())
    batch.books.rows = [replace(row, states={Suite.STATIC: State.DONE, Suite.DYNAMIC: State.UNKNOWN})]
    entry = next(collect(batch.ledger, batch.objects, load_packs(), batch.books.name).apps())

    assert entry.state is State.UNKNOWN


def test_a_file_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    """A folder that is a file gives one sentence with the next step."""
    (tmp_path / "out").write_text("in the way")
    batch = sample()
    with pytest.raises(UsageError, match="The report cannot be written to"):
        write_report(batch.ledger, batch.objects, load_packs(), batch.books.name, formats(["json"]), tmp_path / "out")


def test_a_report_that_breaks_off_leaves_no_half_file(tmp_path: Path) -> None:
    """A file appears under its name only when it is complete."""
    sink = FolderSink(tmp_path)
    with pytest.raises(ZeroDivisionError):
        _break_off(sink)

    assert (list(tmp_path.iterdir()), sink.paths) == ([], [])


def _break_off(sink: FolderSink) -> None:
    """Write half a file."""
    with sink.open("report.json") as stream:
        stream.write("half")
        raise ZeroDivisionError


class Names:
    """A format of one file, for the order of paths."""

    name = "names"

    def write(self, report: ReportData, out: ReportSink) -> None:
        """Write the names of the apps."""
        with out.open("names.txt") as stream:
            stream.writelines(f"{entry.row.package}\n" for entry in report.apps())


def test_any_format_of_the_protocol_can_be_written(tmp_path: Path) -> None:
    """Formats are given by the caller; the use case knows none."""
    batch = sample()
    paths = write_report(batch.ledger, batch.objects, load_packs(), batch.books.name, [Names()], tmp_path)

    assert [path.name for path in paths] == ["names.txt"]
    assert paths[0].read_text("utf-8").splitlines()[:2] == ["com.example.noisy", "com.example.quiet"]


def test_seventy_apps_take_seconds(tmp_path: Path) -> None:
    """A batch of the size of the shared corpus is written as pages in under ten seconds."""
    rows: list[JSON] = [use(f"a/B.m{number % 20}", "imei", caller=f"Lc/D{number};->e()V") for number in range(300)]
    batch = Sample()
    for _ in range(70):
        batch.add(document({"api_uses": rows}))
    start = time.process_time()
    write_report(batch.ledger, batch.objects, load_packs(), batch.books.name, formats(["html"]), tmp_path)

    assert time.process_time() - start < 10


def test_the_report_of_the_sample_batch_is_the_golden_one(tmp_path: Path) -> None:
    """Findings and verdicts of the hand-made batch, as one small document; change it knowingly.

    Rules, subjects and verdict counts are compared, not sentences, so that wording may improve freely.
    """
    batch = sample()
    paths = write_report(batch.ledger, batch.objects, load_packs(), batch.books.name, formats(["json"]), tmp_path)
    report = json.loads(paths[0].read_bytes())
    found = {
        app["package"] or "?": {
            "state": app["state"],
            "findings": [f"{each['rule']} {each['subject']['name']}" for each in app["findings"]],
            "not_testable": sum(each["state"] == "not_testable" for each in app["verdicts"]),
        }
        for app in report["apps"][:4]
    }

    assert found == json.loads((Path(__file__).parent / "reports" / "golden.json").read_text("utf-8"))
