"""`python -m workers`: one document on standard output, one exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.workers import runs
from tests.unit.workers.readers.build import Class, DexFile, Member, Method, apk_bytes
from tests.unit.workers.runs import suite_that_tells
from workers.__main__ import EXIT_NO_FILE, EXIT_NOT_INSPECTED, EXIT_OK, main
from workers.dynamic import suite

TAB_NAME = "a\tb\nc"


@pytest.fixture
def apk(tmp_path: Path) -> Path:
    """An app whose two methods call each other, one of them with a name made to break lines."""
    names = ("plain", TAB_NAME)
    dex = DexFile(classes=[Class(name="La/A;", methods=[Method(name=name) for name in names])])
    for caller, callee in (names, names[::-1]):
        call = [0x0071, dex.method("La/A;", callee), 0]
        dex = dex.with_code("La/A;", caller, [*call, *call, 0x000E])
    path = tmp_path / "app.apk"
    path.write_bytes(apk_bytes([Member(name="classes.dex", content=dex.as_bytes())]))
    return path


def run(*arguments: str, stdin: None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "workers", *arguments], capture_output=True, text=True, check=False)


def test_prints_the_evidence_document(apk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Indented JSON with identity and facts."""
    assert main([str(apk)]) == EXIT_OK
    document = json.loads(capsys.readouterr().out)
    assert (document["suite"], document["outcome"], document["app"]["package"]) == (
        "static",
        "inspected",
        "com.example.app",
    )


def test_a_file_that_is_no_app_has_a_document_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But another exit code."""
    path = tmp_path / "text.apk"
    path.write_bytes(b"hello")
    assert main([str(path)]) == EXIT_NOT_INSPECTED
    assert json.loads(capsys.readouterr().out)["outcome"] == "not_an_apk"


@pytest.mark.parametrize("arguments", [["{}/none.apk"], ["{}"], ["xrefs", "{}/none.apk"]])
def test_a_missing_file_is_told(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, with what to do; a folder is no file either."""
    assert main([argument.format(tmp_path) for argument in arguments]) == EXIT_NO_FILE
    captured = capsys.readouterr()
    assert (captured.out, captured.err.startswith("Cannot read ")) == ("", True)


def test_xrefs_are_sorted_pairs(apk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One a line, TAB between; names cannot break lines."""
    assert main(["xrefs", str(apk)]) == EXIT_OK
    assert capsys.readouterr().out.splitlines() == [
        "La/A;->a\\tb\\nc()V\tLa/A;->plain()V",
        "La/A;->plain()V\tLa/A;->a\\tb\\nc()V",
    ]


def test_xrefs_of_no_app_are_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing on standard output."""
    path = tmp_path / "text.apk"
    path.write_bytes(b"hello")
    assert main(["xrefs", str(path)]) == EXIT_NOT_INSPECTED
    assert capsys.readouterr().out == ""


def test_an_unreadable_dex_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are printed, this one is named on standard error."""
    path = tmp_path / "app.apk"
    path.write_bytes(apk_bytes([Member(name="classes.dex", content=b"x" * 200)]))
    assert main(["xrefs", str(path)]) == EXIT_OK
    assert capsys.readouterr().err.startswith("classes.dex is left out: ")


def test_neither_cluster_nor_store_nor_androguard_is_loaded(apk: Path) -> None:
    """An inspection of a plain app stays light."""
    script = (
        "import sys, workers.__main__ as m; m.main(sys.argv[1:]);"
        "print(sorted({'ray', 'boto3', 'androguard', 'sqlalchemy', 'farm'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(apk)], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_reader_that_stops_early_is_no_error(apk: Path) -> None:
    """As with `| head`: no traceback."""
    command = [sys.executable, "-m", "workers", str(apk)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", EXIT_OK)


def test_usage_is_told(apk: Path) -> None:
    """Without arguments, exit code 2."""
    done = run()
    assert (done.returncode, "python -m workers [xrefs] APK" in done.stderr) == (2, True)


def test_a_run_prints_its_document_and_leaves_its_pictures(
    apk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One document with `dynamic`; the files that it names lie in the folder, which is made."""
    monkeypatch.setattr(suite, "run", suite_that_tells(runs.document(runs.event())))
    out = tmp_path / "a" / "out"
    assert main([str(apk), "--suite", "dynamic", "--out", str(out)]) == EXIT_OK
    document = json.loads(capsys.readouterr().out)
    assert (document["dynamic"]["outcome"], len(document["dynamic"]["events"])) == ("inspected", 1)
    assert [(out / name).read_bytes() for name in document["dynamic"]["screenshots"]] == [runs.PNG]


def test_a_run_can_be_on_a_phone_without_services(
    apk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flag reaches the suite; another word than the two is wrong usage."""
    monkeypatch.setattr(suite, "run", suite_that_tells(runs.document()))
    words = [str(apk), "--suite", "dynamic", "--out", str(tmp_path), "--services"]
    assert main([*words, "absent"]) == EXIT_OK
    assert json.loads(capsys.readouterr().out)["dynamic"]["services"] == "absent"
    with pytest.raises(SystemExit, match="2"):
        main([*words, "google"])


def test_a_run_of_no_app_prints_a_document_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the outcome in both places, and nothing reached."""
    path = tmp_path / "text.apk"
    path.write_bytes(b"hello")
    assert main([str(path), "--suite", "dynamic", "--out", str(tmp_path / "out")]) == EXIT_NOT_INSPECTED
    document = json.loads(capsys.readouterr().out)
    assert (document["outcome"], document["dynamic"]["outcome"]) == ("not_an_apk", "not_an_apk")
    assert document["dynamic"]["reached"] == {"application": False, "launcher_resumed": False}


def test_a_folder_that_cannot_be_made_is_told_before_anything_runs(
    apk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error, with what to do."""
    monkeypatch.setattr(suite, "run", lambda *_, **__: pytest.fail("it was run"))
    assert main([str(apk), "--suite", "dynamic", "--out", str(apk / "out")]) == EXIT_NO_FILE
    assert capsys.readouterr().err.startswith("Cannot write to ")
