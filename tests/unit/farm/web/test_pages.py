"""Tests of the console's pages."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette

from farm.ledger.sql import SqlLedger
from farm.model.inspection import State
from farm.service.status import as_json, look
from farm.web import pages
from tests.unit.farm.service.scene import NOW, add_batch, run
from tests.unit.farm.web.browser import ask
from workers.model.outcome import Outcome


@pytest.fixture
def nov(scene: SqlLedger) -> str:
    """The address of the batch that is half way."""
    return f"/batches/{scene.batch('nov').batch_id}"


def test_overview_shows_target_drivers_and_batches(console: Starlette) -> None:
    """The first page answers the first questions."""
    text = ask(console, "/").page.text

    assert "Target 2026 on track" in text
    assert "4 of 8 apps 50.00 %" in text
    assert "5 of 8 workers busy" in text
    assert "nov" in text
    assert "83.3 %" in text


def test_overview_leads_to_each_batch(console: Starlette, nov: str) -> None:
    """Each batch's name is a link to its page."""
    assert nov in ask(console, "/").page.links


def test_batch_shows_states_outcomes_shards_and_failures(console: Starlette, nov: str) -> None:
    """The page of a batch has everything that `farm status` has."""
    text = ask(console, nov).page.text

    assert "5 / 6 inspections" in text
    assert "quarantined 1" in text
    assert "inspected ok 2 40.00 %" in text
    assert "1 / 2" in text
    assert "engine error" in text


def test_batch_is_found_by_name_too(console: Starlette, nov: str) -> None:
    """A person may type the name into the address."""
    assert ask(console, "/batches/nov").text.count("<tr>") == ask(console, nov).text.count("<tr>")


@pytest.mark.parametrize(("language", "words"), [("en", "raise app_strings"), ("zh", "调高 app_strings")])
def test_batch_says_which_setting_raises_a_limit(
    scene: SqlLedger, console: Starlette, language: str, words: str
) -> None:
    """In both languages, with the command for the apps that went beyond it."""
    batch = add_batch(scene, "large", 1)
    run(scene, batch, [Outcome.OVER_STRING_LIMIT])
    text = ask(console, f"/batches/{batch.batch_id}?lang={language}").page.text

    assert words in text
    assert f"farm rerun {batch.batch_id} --outcome over_string_limit --preview" in text


def test_a_bar_covers_its_whole_length(scene: SqlLedger) -> None:
    """The pieces of a bar meet each other, and however small, each can be seen."""
    batch = add_batch(scene, "big", 2)
    run(scene, batch, [Outcome.INSPECTED])
    states = dict(scene.status(batch.batch_id, now=NOW).states)
    states[State.DONE] = 100_000
    pieces = pages.segments(states)

    assert [piece.start for piece in pieces[1:]] == pytest.approx([p.start + p.width for p in pieces[:-1]], abs=0.02)
    assert pieces[-1].start + pieces[-1].width == pytest.approx(1000, abs=0.02)
    assert min(piece.width for piece in pieces) > 3


def test_failures_of_one_class(console: Starlette, nov: str) -> None:
    """The list can be narrowed to one class, and says how to run those again."""
    page = ask(console, f"{nov}/failures?class=input").page

    assert "malformed" in page.text
    assert "engine error" not in page.text
    assert "--failed --class input --preview" in page.text


def test_failures_are_paged(console: Starlette, nov: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long list comes in pages that lead to each other and keep the class."""
    monkeypatch.setattr(pages, "FAILURES_A_PAGE", 1)
    page = ask(console, f"{nov}/failures?page=2").page

    assert "Page 2 of 3" in page.text
    assert {f"{nov}/failures?page=1", f"{nov}/failures?page=3"} <= set(page.links)


def test_a_list_that_is_cut_says_so(console: Starlette, nov: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be paged through is not passed over in silence."""
    monkeypatch.setattr(pages, "FAILURES_KEPT", 2)

    assert "Only the first 2 failures" in ask(console, f"{nov}/failures").page.text


def test_shards_are_paged(console: Starlette, nov: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch with many shards shows some of them at a time."""
    monkeypatch.setattr(pages, "SHARDS_A_PAGE", 2)

    assert "Page 2 of 2" in ask(console, f"{nov}?page=2").page.text


def test_overview_is_paged(console: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    """Older batches are on the next page."""
    monkeypatch.setattr(pages, "BATCHES_A_PAGE", 1)

    assert "Page 2 of 2" in ask(console, "/?page=2").page.text


def test_history_shows_every_attempt(console: Starlette, scene: SqlLedger, nov: str) -> None:
    """From a failure, its app's attempts are one step away."""
    row = scene.failures(scene.batch("nov").batch_id, limit=1)[0]
    page = ask(console, f"/apps/{row.app_id}").page

    assert f"/apps/{row.app_id}" in ask(console, nov).page.links
    assert "node-a:4720" in page.text
    assert "2.00 s" in page.text


def test_a_page_with_running_work_looks_again_soon(console: Starlette, nov: str) -> None:
    """While something is unfinished the page is refreshed every five seconds, else at leisure."""
    assert 'data-refresh="5"' in ask(console, nov).text
    assert 'data-refresh="30"' in ask(console, "/batches/old").text


def test_without_any_batch(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An empty farm says how to begin."""
    from farm.objects.folder import FolderStore
    from farm.web.app import create_app
    from tests.unit.farm.service.scene import HeldClock

    folder = tmp_path_factory.mktemp("empty")
    with SqlLedger.open(f"sqlite:///{folder / 'ledger.sqlite'}") as ledger:
        text = ask(
            create_app(ledger, HeldClock(), FolderStore(str(folder)), lambda: (b"", "text/plain")), "/"
        ).page.text

    assert "farm submit SOURCE" in text
    assert "farm target set 2026" in text


def test_no_driver_and_work_waiting(console: Starlette, nov: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody works, the page says what to type."""
    monkeypatch.setattr("farm.service.status.DRIVER_SILENCE_S", 0.5)

    assert "No driver is alive and work is waiting. Start one with farm run" in ask(console, nov).page.text


def test_api_is_what_status_prints(console: Starlette, scene: SqlLedger) -> None:
    """The API and `farm status --json` give the same document."""
    assert ask(console, "/api/batches/nov").json == as_json(look(scene, "nov", NOW))


def test_api_lists_batches_and_targets(console: Starlette) -> None:
    """The API's list has the batches, newest first, and the targets."""
    document = ask(console, "/api/batches").json

    assert [batch["name"] for batch in document["batches"]] == ["nov", "old"]
    assert (document["targets"][0]["target"], document["drivers"]) == ("2026", 1)


def test_metrics_are_handed_on(console: Starlette) -> None:
    """What the exporter renders is what Prometheus gets, with its content type."""
    answer = ask(console, "/metrics")

    assert (answer.text, answer.headers["content-type"]) == ("farm_up 1\n", "text/plain; version=0.0.4")


@pytest.mark.parametrize(
    "path",
    [
        "/batches/none",
        "/batches/nov/failures?class=nonsense",
        "/batches/nov?page=99",
        "/batches/nov?page=0",
        "/batches/nov?page=-1",
        "/batches/nov?page=%D9%A3",
        "/?page=2",
        "/apps/999999",
        "/apps/99999999999999999999999",
        "/static/app.py",
        "/static/..%2fapp.py",
        "/nothing",
    ],
)
def test_what_is_not_there(console: Starlette, path: str) -> None:
    """An address that leads nowhere is answered with a page that says so."""
    answer = ask(console, path)

    assert answer.status == 404
    assert "There is no such page." in answer.page.text


def test_an_unknown_batch_in_the_api(console: Starlette) -> None:
    """Programs get their error as JSON."""
    answer = ask(console, "/api/batches/none")

    assert answer.status == 404
    assert "none" in answer.json["error"]
