"""Submit, run, kill, run again, re-run: what a crawl engineer and an operator do all day."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.conftest import FarmCommand, wait_for, with_fault


def test_a_batch_survives_the_death_of_its_driver(
    farm: FarmCommand, samples: dict[str, bytes], real_apks: dict[str, bytes], many: Callable[[int], dict[str, bytes]]
) -> None:
    """Killed in the middle and run again, every app is inspected and counted exactly once."""
    slow = {f"slow-{n}.apk": with_fault(samples["clean"] + bytes([n]), "slow:0.2") for n in range(20)}
    good = many(20) | slow | real_apks
    source = farm.upload(good)
    submitted = farm("submit", source, "--name", "kill", "--json").document
    driver = farm.start("run")
    wait_for(lambda: farm.done("kill") >= 5)
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    middle = farm.status("kill")
    farm("run")
    end = farm.status("kill")

    assert {"apps": len(good), "new": len(good), "cached": 0} == {k: submitted[k] for k in ("apps", "new", "cached")}
    assert middle["states"]["done"] < len(good)
    assert len(good) == sum(end["states"].values())
    assert 0 == end["states"]["pending"] + end["states"]["running"] + end["states"]["quarantined"]
    assert len(good) == end["states"]["done"] + end["states"]["unknown"]
    assert end["states"]["done"] == end["counted"]
    assert end["attempts"] >= len(good)


def test_a_file_that_kills_and_a_file_that_hangs_end_quarantined_and_harm_nobody(
    farm: FarmCommand, samples: dict[str, bytes], many: Callable[[int], dict[str, bytes]]
) -> None:
    """Each is blamed for what it did; all their neighbours are done; standard output stays one JSON document."""
    bad = {
        "app-0007-killer.apk": with_fault(samples["clean"], "kill"),
        "app-0009-hang.apk": with_fault(samples["clean"], "hang"),
    }
    farm("submit", farm.upload(many(15) | bad), "--name", "poison", "--json")
    run = farm("run", "--app-seconds", "1", "--json").document
    status = farm.status("poison")

    assert 17 == run["finished"]
    assert {"done": 15, "quarantined": 2} == {k: v for k, v in status["states"].items() if v}
    assert {"inspected": 15, "worker_died": 1, "timeout": 1} == status["outcomes"]
    assert 15 == status["counted"]


def test_a_worker_that_dies_in_a_second_reading_loses_nothing(
    farm: FarmCommand, samples: dict[str, bytes], many: Callable[[int], dict[str, bytes]]
) -> None:
    """Results go back in groups: its neighbours, whose evidence was stored, are checked at their next attempt.

    The one that killed is a cache hit too, counts once, and is not read a second time again: its check has failed.
    """
    killer = with_fault(samples["clean"], "checked-kill")
    apps = {**many(4), "killer.apk": killer}
    farm("submit", farm.upload(apps), "--name", "killer", "--json")
    farm("run", FARM_CROSS_CHECK_ONE_IN="1")
    status = farm.status("killer")
    stored = list((farm.home / "store" / "evidence").rglob("*.json"))

    assert {"inspected": 5} == status["outcomes"]
    assert 5 == status["counted"]
    assert 1 <= status["cached"]
    assert 1 == sum(hashlib.sha256(killer).hexdigest() in path.as_posix() for path in stored)
    assert 5 == len(stored)
    assert {"agreed": 4, "disagreed": 0, "oracle_failed": 1} == farm.cross_checks()


def test_the_same_list_is_the_same_batch_and_known_apps_are_cache_hits(
    farm: FarmCommand, many: Callable[[int], dict[str, bytes]]
) -> None:
    """Submitting twice changes nothing; another list of the same apps costs no inspection."""
    apps = many(6)
    first = farm("submit", farm.upload(apps), "--name", "one", "--json").document
    again = farm("submit", farm.upload(apps), "--json").document
    farm("run", "--executor", "inline")
    other = farm("submit", farm.upload(apps, prefix="copy/"), "--name", "two", "--json").document
    farm("run", "--executor", "inline")
    status = farm.status("two")

    assert first["batch"] == again["batch"]
    assert 0 == again["new"]
    assert first["batch"] != other["batch"]
    assert 6 == status["states"]["done"]
    assert 6 == status["cached"]
    assert 6 == status["counted"]


def test_only_what_failed_is_run_again_and_the_total_stays(
    farm: FarmCommand, samples: dict[str, bytes], many: Callable[[int], dict[str, bytes]]
) -> None:
    """A re-run takes the failed inspections alone, keeps every attempt, and never changes the number of apps."""
    source = farm.upload(many(4) | {"bad.apk": with_fault(samples["clean"], "raise"), "no.apk": b"not an apk"})
    farm("submit", source, "--name", "again", "--json")
    farm("run", "--executor", "inline")
    before = farm.status("again")
    preview = farm("rerun", "again", "--failed", "--preview", "--json").document
    unchanged = farm.status("again")
    farm("rerun", "again", "--outcome", "engine_error", "--json")
    pending = farm.status("again")
    farm("run", "--executor", "inline")
    after = farm.status("again")

    assert {"done": 4, "unusable": 1, "quarantined": 1} == {k: v for k, v in before["states"].items() if v}
    assert 2 == preview["inspections"]
    assert before["states"] == unchanged["states"]
    assert 1 == pending["states"]["pending"]
    assert before["states"] == after["states"]
    assert before["attempts"] + 3 == after["attempts"]
    assert 6 == after["apps"]


def test_control_c_stops_cleanly_and_the_rest_stays_pending(farm: FarmCommand, samples: dict[str, bytes]) -> None:
    """After SIGINT the driver ends with code 130, and nothing is left running."""
    slow = {f"slow-{n}.apk": with_fault(samples["clean"] + bytes([n]), "slow:0.3") for n in range(60)}
    farm("submit", farm.upload(slow), "--name", "stop", "--json")
    driver = farm.start("run")
    wait_for(lambda: farm.done("stop") >= 2)
    driver.send_signal(signal.SIGINT)
    code = driver.wait(60)
    status = farm.status("stop")

    assert 130 == code
    assert 0 == status["states"]["running"]
    assert status["states"]["pending"] > 0


def test_a_report_names_every_app(farm: FarmCommand, samples: dict[str, bytes], tmp_path: Path) -> None:
    """HTML, JSON and CSV are written, and the batch page lists each app."""
    farm("submit", farm.upload({f"{n}.apk": d for n, d in samples.items()}), "--name", "rep", "--json")
    farm("run", "--executor", "inline")
    out = tmp_path / "report"
    farm("report", "rep", "--format", "html", "--format", "json", "--format", "csv", "--out", str(out))
    page = (out / "index.html").read_text("utf-8")
    rows = (out / "apps.csv").read_text("utf-8-sig")
    document = json.loads((out / "report.json").read_text("utf-8"))

    assert page.lower().startswith("<!doctype html>")
    assert len(samples) == len(list((out / "apps").glob("*.html")))
    assert all(f"{name}.apk" in rows for name in samples)
    assert len(samples) == len(document["apps"])
