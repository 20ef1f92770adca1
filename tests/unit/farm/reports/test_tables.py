"""CSV and JSON: complete, guarded, and the same batch as the pages show."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, cast

import pytest

from farm.model.errors import UsageError
from farm.model.inspection import Suite
from farm.reports.csv_format import APP_COLUMNS, FINDING_COLUMNS
from farm.reports.interface import FORMATS, formats
from farm.reports.text import cell, told
from farm.rules.catalogue import load_packs
from farm.service.report import write_report
from tests.unit.farm.reports.batch import RTL, sample


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of the sample batch as CSV and JSON."""
    folder = tmp_path_factory.mktemp("report")
    batch = sample()
    write_report(batch.ledger, batch.objects, load_packs(), batch.books.name, formats(["csv", "json"]), folder)
    return folder


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, after its byte order mark."""
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def report(folder: Path) -> dict[str, Any]:
    """Return the JSON report."""
    return cast("dict[str, Any]", json.loads((folder / "report.json").read_bytes()))


def test_every_app_is_in_the_table_whatever_became_of_it(folder: Path) -> None:
    """Unknown and broken apps are rows, with their state and reason."""
    rows = table(folder / "apps.csv")

    assert [(row["state"], row["outcome"], row["reason"]) for row in rows] == [
        ("done", "inspected", ""),
        ("done", "inspected", ""),
        ("unknown", "packed", "The app's own code is hidden by the packer 360."),
        ("unusable", "not_an_apk", "The file is not a zip."),
        ("done", "inspected", ""),
    ]


def test_every_finding_is_in_the_table_with_its_evidence(folder: Path) -> None:
    """A row tells rule, subject, sentence and the rows behind it."""
    row = next(row for row in table(folder / "findings.csv") if row["rule"] == "miit164.A1.s4.device_id")

    assert (row["subject"], row["status"], row["evidence_count"]) == ("Pangle", "lead", "2")
    assert row["evidence"].startswith(
        "/facts/api_uses/1 api=Landroid/telephony/TelephonyManager;->getDeviceId; pi_kind=imei; caller=Lcom/"
    )


def test_tables_have_the_documented_columns_and_a_mark_for_spreadsheets(folder: Path) -> None:
    """Scripts and spreadsheets both can read them."""
    heads = {}
    for name in ("apps.csv", "findings.csv"):
        data = (folder / name).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        heads[name] = tuple(table(folder / name)[0])

    assert heads == {"apps.csv": APP_COLUMNS, "findings.csv": FINDING_COLUMNS}


def test_no_cell_is_a_formula(folder: Path) -> None:
    """The version `=1+1` of the hostile app comes with a guard, and hidden signs are shown."""
    rows = table(folder / "apps.csv")

    assert rows[4]["version_name"] == "'=1+1"
    assert [value for row in rows for value in row.values() if value[:1] in set("=+-@\t\r") or RTL in value] == []


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", "'=1"])
def test_what_a_spreadsheet_would_calculate_is_guarded(text: str) -> None:
    """Half-width and full-width signs alike; the guard itself is guarded, so that it can be undone."""
    assert cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "中文"])
def test_other_text_stays_as_it_is(text: str) -> None:
    """Guarding changes nothing else."""
    assert cell(text) == text


def test_a_number_of_ours_is_no_formula() -> None:
    """Counts stay numbers."""
    assert cell(-1) == "-1"


def test_the_document_names_every_app_finding_and_verdict(folder: Path) -> None:
    """The JSON holds the same batch as the tables."""
    document = report(folder)
    rules = sum(rule.suite is Suite.STATIC for pack in load_packs() for rule in pack.rules)

    assert document["batch"]["name"] == "2026-11 crawl"
    assert [len(app["verdicts"]) for app in document["apps"]] == [rules] * 5
    assert sum(len(app["findings"]) for app in document["apps"]) == len(table(folder / "findings.csv"))
    assert document["summary"]["findings_by_status"] == {"lead": len(table(folder / "findings.csv"))}


def test_the_summary_adds_up_for_each_rule(folder: Path) -> None:
    """Observed, not observed and not testable are all the apps, for every rule."""
    sums = {code: sum(counts.values()) for code, counts in report(folder)["summary"]["apps_by_rule"].items()}

    assert set(sums.values()) == {5}


def test_findings_in_the_document_carry_their_rows(folder: Path) -> None:
    """A script need not read the evidence for the usual questions."""
    app = report(folder)["apps"][0]
    finding = next(each for each in app["findings"] if each["rule"] == "miit164.A1.s1.device_id")

    assert finding["evidence"] == [
        {
            "pointer": "/facts/api_uses/0",
            "row": {
                "api": "Landroid/telephony/TelephonyManager;->getDeviceId",
                "pi_kind": "imei",
                "caller": "Lcom/example/Main;->run()V",
                "permissions": "READ_PHONE_STATE",
            },
        }
    ]


def test_the_document_says_that_leads_are_leads(folder: Path) -> None:
    """The notice travels with the data."""
    assert report(folder)["notice"]["en"] == "Findings are leads until a person confirms them. Unknown is not clean."


def test_formats_are_found_by_name_once() -> None:
    """A format asked for twice is written once."""
    assert [each.name for each in formats(["csv", "html", "csv"])] == ["csv", "html"]
    assert list(FORMATS) == ["html", "json", "csv"]


def test_an_unknown_format_is_named_with_the_choice() -> None:
    """The user learns what there is."""
    with pytest.raises(UsageError, match="no report format 'pdf'"):
        formats(["pdf"])


def test_any_value_of_the_evidence_fits_on_one_line() -> None:
    """Nested and huge values are bounded."""
    values: list[Any] = [None, True, 1.5, "a\nb", ["x"] * 50, {"a": [{"b": "c" * 9999}]}]

    assert [len(told(value)) <= 300 and "\n" not in told(value) for value in values] == [True] * 6
