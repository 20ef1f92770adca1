"""Runs in a report: the timeline and its pictures on the page of an app, both suites on the page of a batch."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from farm.model.inspection import Suite
from farm.reports import run_page
from farm.rules.catalogue import load_packs
from farm.service.report import of_suites
from tests.unit.farm.reports.batch import Sample, noisy
from tests.unit.farm.reports.test_html import Page, write
from tests.unit.farm.rules.evidence import document
from tests.unit.workers import runs
from workers.model.outcome import Outcome

APP = f"apps/01{'f' * 14}-1"


def _batch() -> Sample:
    """Return a batch of two apps, the first of which was run."""
    batch = Sample()
    batch.add(noisy(), url="s3://crawl/noisy.apk")
    told = runs.document(
        runs.event(subject="Getui Push"),
        runs.event(phase="explore", consent="agreed", pi_kind="mac"),
        screenshots=["cold-start-1s.png", "cold-start-30s.png", "explore-1.png", "../evil.png"],
    )
    pictures = {"cold-start-1s.png": runs.PNG, "cold-start-30s.png": runs.PNG, "explore-1.png": runs.PNG + b"2"}
    batch.run(told, files=pictures)
    batch.add(document(app={"package": "com.example.packed"}), url="s3://crawl/packed.apk")
    batch.run(runs.document(outcome="packed", screenshots=[]), outcome=Outcome.PACKED)
    return batch


def test_the_page_of_an_app_shows_its_run_beside_its_pictures(tmp_path: Path) -> None:
    """Copied from the store into the report; of equal pictures one; a name that is a path is none."""
    page = write(_batch(), tmp_path)[f"{APP}.html"]
    images = re.findall(r'<img src="([^"]+)"', page)

    assert [f"{APP.partition('/')[2]}/cold-start-1s.png", f"{APP.partition('/')[2]}/explore-1.png"] == images
    assert [runs.PNG, runs.PNG + b"2"] == [(tmp_path / "apps" / name).read_bytes() for name in images]
    words = Page(page).words
    told = ("Cold start, nothing touched", "IMEI", "Getui Push", "TelephonyManager.getDeviceId", "read “asked for”")
    assert [] == [each for each in told if each not in words]
    assert {"script", "iframe", "form", "object"}.isdisjoint(Page(page).tags)
    assert "img-src 'self'" in page


def test_equal_pictures_are_copied_once_and_stand_in_each_phase_with_what_they_are(tmp_path: Path) -> None:
    """A dialog that comes back after a refusal is seen to come back."""
    batch = Sample()
    batch.add(noisy())
    names = ["cold-start-1s.png", "cold-start-30s.png", "refuse-before.png"]
    told = runs.document(screenshots=names, screens=[], consent={"kind": "dialog", "screenshot": names[0]})
    batch.run(told, files=dict.fromkeys(names, runs.PNG))
    page = write(batch, tmp_path)[f"{APP}.html"]

    assert 3 == page.count('/cold-start-1s.png"><img'), "beside the request, the cold start and the refusal"
    assert "启动后 1 秒、启动后 30 秒" in page
    assert "before refusing" in page
    assert 1 == len(list(tmp_path.rglob("*.png")))


def test_the_page_says_where_planted_values_went_and_what_a_phase_cost(tmp_path: Path) -> None:
    """Sent is what the network's log has; what was only handed to a call is told as that."""
    batch = Sample()
    batch.add(noisy())
    sink = {"canary": "imei", "consent": "none", "phase": "cold_start", "subject": "Getui Push", "source": 0}
    told = runs.document(
        runs.event(),
        runs.event(op="network.http", kind="net", pi_kind=None, args=["https://log.example/x"], canary=["imei"]),
        runs.event(op="android.util.Log.d", kind="file", pi_kind=None, args=["tag"], canary=["mac"]),
        sinks=[sink | {"event": 1, "op": "network.http"}, sink | {"event": 2, "op": "x.y.Log.d", "canary": "mac"}],
        phases=[{"phase": "cold_start", "clicks": 4, "cpu_s": 3.14, "wall_s": 5, "reason": "The app shows nothing."}],
        consent={"agree": {"text": "好", "bounds": [10, 20, 110, 60]}, "refuse": None, "preticked": True},
        not_seen=["web content", "library:abc"],
    )  # fmt: skip
    batch.run(told)
    words = Page(write(batch, tmp_path)[f"{APP}.html"]).words

    for each in (
        "IMEI 已证实发出", "MAC 地址 已交出", "Where planted values went", "已发出", "已交出", "https://log.example/x",
        "3.14", "好 100×40 px", "默认勾选", "是 yes", "没有做完", "应用没有显示任何界面。", "网页内容", "本地库",
    ):  # fmt: skip
        assert each in words


def test_the_batch_page_tells_the_suites_apart(tmp_path: Path) -> None:
    """A column for each, and what was asked for before consent; what was not seen has a question mark."""
    page = write(_batch(), tmp_path)["index.html"]
    apps = page[page.index('id="apps"') :]
    rows = re.findall(r"<tr>.*?</tr>", apps, re.DOTALL)[1:3]

    assert "dynamic" in apps
    assert ["IMEI" in rows[0], "MAC" in rows[0]] == [True, False], "the MAC address was read after consent"
    assert "已加固" in rows[1]
    assert "<small>?</small>" in rows[1]


def test_a_batch_of_one_suite_has_no_word_of_the_other(tmp_path: Path) -> None:
    """Neither a column nor rules that nobody tested."""
    batch = Sample()
    batch.add(noisy())
    page = write(batch, tmp_path)["index.html"]

    assert "同意前读取" not in page
    assert 'class="suites"' not in page


def test_rules_of_a_suite_that_did_not_run_are_left_out() -> None:
    """Otherwise every app of a static batch would have rules that could not be tested."""
    packs = load_packs()
    static = of_suites(packs, (Suite.STATIC,))

    assert {Suite.STATIC} == {rule.suite for pack in static for rule in pack.rules}
    assert packs == of_suites(packs, tuple(Suite))
    assert () == of_suites(static, (Suite.DYNAMIC,))


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_picture_that_is_not_what_the_evidence_says_is_left_out(tmp_path: Path, damage: str) -> None:
    """The page stands without it and says that there is more."""
    batch = _batch()
    keys = [key for key in batch.store.objects if "explore-1" in key]
    assert 1 == len(keys)
    if damage == "gone":
        del batch.store.objects[keys[0]]
    else:
        batch.store.objects[keys[0]] = runs.PNG
    page = write(batch, tmp_path)[f"{APP}.html"]

    assert 1 == page.count("<img ")
    assert "另有 1 张截图" in page


def test_a_file_that_is_no_picture_is_not_copied(tmp_path: Path) -> None:
    """Whatever its name says."""
    batch = Sample()
    batch.add(noisy())
    batch.run(runs.document(), files={"cold-start-1s.png": b"<svg onload=alert(1)>"})
    write(batch, tmp_path)

    assert [] == list(tmp_path.rglob("*.png"))


def test_a_report_copies_no_more_pictures_than_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first apps have theirs; further pages stand without."""
    monkeypatch.setattr(run_page, "PICTURES_OF_A_REPORT", 1)
    write(_batch(), tmp_path)

    assert 1 == len(list(tmp_path.rglob("*.png")))


def test_pictures_of_one_app_are_taken_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its first to its last."""
    assert ["0", "3", "6"] == run_page._spread([str(number) for number in range(9)], 3)
    assert ["a"] == run_page._spread(["a"], 3)
    assert [] == run_page._spread(["a"], 0)
