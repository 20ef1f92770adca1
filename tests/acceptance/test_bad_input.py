"""Bad input of every kind: one clear message with the next step, a typed exit code, no traceback, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.conftest import Command, FarmCommand


def test_words_that_do_not_fit_are_usage_errors(farm: FarmCommand) -> None:
    """An unknown command is answered with the nearest one."""
    failed = farm("statsu", code=2)

    assert "Did you mean 'status'?" in failed.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("submit", "s3://no-such-bucket-here/x/"), 6, "no-such-bucket-here"),
        (("submit", "no/such/folder"), 4, "no/such/folder"),
        (("submit", "gopher://x"), 4, "gopher"),
        (("status", "no-such-batch"), 5, "no-such-batch"),
        (("rerun", "no-such-batch", "--failed"), 5, "no-such-batch"),
        (("cancel", "no-such-batch"), 5, "no-such-batch"),
        (("report", "no-such-batch"), 5, "no-such-batch"),
        (("run", "no-such-batch"), 5, "no-such-batch"),
        (("inspect", "no-such.apk"), 4, "no-such.apk"),
        (("submit", ".", "--suite", "psychic"), 2, "psychic"),
        (("run", "--address", "ray://host:1"), None, ""),
        (("target", "set", "soon", "--apps", "5"), None, "soon"),
    ],
)
def test_each_mistake_has_its_message_and_code(
    farm: FarmCommand, words: tuple[str, ...], code: int | None, said: str
) -> None:
    """The message names the thing, and there is no traceback."""
    done = farm(*words, code=code)

    _is_clear(done, said)


def test_a_setting_with_a_wrong_value_names_its_origin(farm: FarmCommand) -> None:
    """A FARM_* variable that is no number is named."""
    failed = farm("status", code=3, FARM_WORKERS="many")

    _is_clear(failed, "FARM_WORKERS")


def test_an_empty_folder_is_not_a_batch(farm: FarmCommand, tmp_path: Path) -> None:
    """A folder without apps is refused."""
    (tmp_path / "empty").mkdir()
    failed = farm("submit", str(tmp_path / "empty"), code=4)

    _is_clear(failed, "empty")


def test_bad_rows_are_listed_by_line_and_the_list_is_refused_whole(farm: FarmCommand, tmp_path: Path) -> None:
    """Nothing is submitted, and every bad line is named."""
    (tmp_path / "list.csv").write_text("key,size\na.apk,twelve\n,5\n")
    failed = farm("submit", str(tmp_path / "list.csv"), code=4)
    batches = farm("status", "--json").document

    _is_clear(failed, "2")
    assert "3" in failed.err
    assert [] == batches["batches"]


def test_an_unreachable_object_store_is_said(farm: FarmCommand) -> None:
    """Nobody listens at the endpoint."""
    failed = farm("submit", f"s3://{farm.bucket}/x/", code=6, FARM_S3_ENDPOINT="http://127.0.0.1:1")

    _is_clear(failed, "127.0.0.1:1")


def test_a_file_that_is_no_apk_is_said(farm: FarmCommand, tmp_path: Path) -> None:
    """`farm inspect` of a text file ends with its own code, and still prints the document."""
    (tmp_path / "note.apk").write_text("hello")
    failed = farm("inspect", str(tmp_path / "note.apk"), "--json", code=11)

    assert "not_an_apk" == failed.document["outcome"]
    assert "Traceback" not in failed.err


def test_a_truncated_apk_is_unusable_and_its_neighbour_is_done(
    farm: FarmCommand, samples: dict[str, bytes], tmp_path: Path
) -> None:
    """One bad file never harms the next."""
    folder = tmp_path / "apps"
    folder.mkdir()
    (folder / "cut.apk").write_bytes(samples["clean"][: len(samples["clean"]) // 2])
    (folder / "whole.apk").write_bytes(samples["clean"])
    farm("submit", str(folder), "--name", "cut")
    farm("run", "--executor", "inline")

    assert {"done": 1, "unusable": 1} == {k: v for k, v in farm.status("cut")["states"].items() if v}


def test_an_app_beyond_a_limit_is_unknown_until_the_limit_is_raised(
    farm: FarmCommand, samples: dict[str, bytes], tmp_path: Path
) -> None:
    """Status, report and doctor say which limit and which setting; with a larger one a re-run inspects it."""
    folder = tmp_path / "apps"
    folder.mkdir()
    (folder / "large.apk").write_bytes(samples["clean"])
    farm("submit", str(folder), "--name", "large")
    farm("run", "--executor", "inline", FARM_APP_STRINGS="10")
    status = farm.status("large")
    shown = farm("status", "large").out
    farm("report", "large", "--format", "html", "--out", str(tmp_path / "report"))
    page = next((tmp_path / "report" / "apps").glob("*.html")).read_text("utf-8")
    index = (tmp_path / "report" / "index.html").read_text("utf-8")

    assert {"unknown": 1} == {k: v for k, v in status["states"].items() if v}
    assert ({"over_string_limit": 1}, 0, 1) == (status["outcomes"], status["counted"], status["attempts"])
    assert "strings together, more than the limit of 10." in shown
    assert "raise app_strings" in shown
    assert "不能据此认为没有问题" in page
    assert "字符串，上限为 10" in page
    assert "<code>app_strings</code>" in page
    assert "<code>app_strings</code>" in index
    assert "over_string_limit: raise app_strings" in farm("doctor").out

    farm("rerun", "large", "--outcome", "over_string_limit", "--yes")
    farm("run", "--executor", "inline")
    assert {"inspected": 1} == farm.status("large")["outcomes"]


def test_an_object_that_changed_after_submit_is_an_input_error(farm: FarmCommand, samples: dict[str, bytes]) -> None:
    """A changed object is never silently another app, and a missing one is told apart."""
    source = farm.upload({"a.apk": samples["clean"], "b.apk": samples["two-dex"]})
    farm("submit", source, "--name", "changed")
    farm.client.put_object(Bucket=farm.bucket, Key="apps/a.apk", Body=samples["two-dex"] + b"x")
    farm.client.delete_object(Bucket=farm.bucket, Key="apps/b.apk")
    farm("run", "--executor", "inline")

    assert {"changed_object": 1, "missing_object": 1} == farm.status("changed")["outcomes"]


def test_a_store_that_goes_away_stops_the_run_and_loses_nothing(
    farm: FarmCommand, samples: dict[str, bytes], tmp_path: Path
) -> None:
    """When nothing but store failures come back, the driver stops and says so; everything is pending."""
    source = farm.upload({f"{n}.apk": samples["clean"] + bytes([n]) for n in range(40)})
    farm("submit", source, "--name", "gone")
    failed = farm("run", "--executor", "inline", code=6, FARM_S3_ENDPOINT="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")
    status = farm.status("gone")

    _is_clear(failed, "pending")
    assert {"pending": 40} == {k: v for k, v in status["states"].items() if v}


def _is_clear(done: Command, said: str) -> None:
    """The message names the thing, and nobody sees a traceback."""
    assert said in done.err + done.out
    assert "Traceback" not in done.err + done.out
