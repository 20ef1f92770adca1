"""`farm inspect`: one app by either suite, on the screen, as a document, as a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from farm.cli.main import cli
from farm.cli.run_view import hung
from farm.model.errors import SourceError, UninspectableError
from tests.hostile.networks import a_configuration_with_rules_for_domains
from tests.unit.workers import runs
from workers.dynamic import suite as dynamic_suite

SAMPLE = Path(__file__).resolve().parents[4] / "examples" / "apps" / "built" / "imei-before-consent.apk"
HOSTILE = "</td><script>alert(1)</script>[bold]\u202egpj"


@pytest.fixture
def farm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """`farm` in an empty folder, with the environment of nobody."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FARM_HOME", str(tmp_path / "home"))
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words])


def _tells(monkeypatch: pytest.MonkeyPatch, *events: dict[str, Any], **fields: Any) -> None:
    """Let the dynamic suite tell a document with these events and fields."""
    monkeypatch.setattr(dynamic_suite, "run", runs.suite_that_tells(runs.document(*events, **fields)))


def test_a_run_is_shown_as_a_timeline_and_leaves_a_page(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time, kind in words, whose code, operation, and where planted values came out; the last line says where it is."""
    sent = runs.event(
        sim_ms=800, kind="net", op="http.post", pi_kind=None, args=["https://log.example/x"], canary=["imei"]
    )
    _tells(monkeypatch, runs.event(count=7, subject="Getui Push"), sent)
    result = farm("inspect", SAMPLE, "--suite", "dynamic")
    page = Path(result.output.split()[-1])

    assert 0 == result.exit_code, result.output
    for words in (
        "Cold start, nothing touched", "IMEI ×7", "Getui Push", "TelephonyManager.getDeviceId",
        "0.80 s", "https://log.example/x  IMEI left here", "cost     4.2 s of CPU time, 5.5 s in all, 400 MB at most",
    ):  # fmt: skip
        assert words in result.output
    assert ("farm-inspect", "index.html") == (page.parts[0], page.name)
    assert runs.PNG == (page.parent / "screens" / "cold-start-1s.png").read_bytes()
    assert 'src="screens/cold-start-1s.png"' in page.read_text("utf-8")


def test_what_a_reader_asks_first_stands_before_the_timeline(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How consent was asked for, what a refusal did, where planted values went, what a phase cost."""
    consent = {"kind": "dialog", "title": "Rules", "agree": {"text": "Yes"}, "refuse": None, "preticked": True}
    sent = runs.event(kind="net", op="network.http", pi_kind=None, args=["POST", "https://log.example/x"], count=2)
    _tells(
        monkeypatch, runs.event(), sent | {"canary": ["imei"]},
        consent=consent, refuse={"outcome": "quits"}, not_seen=["web content", "library:abc"],
        phases=[{"phase": "cold_start", "sim_ms": 1000, "cpu_s": 2.5, "reason": "The wall time was used up."}],
        sinks=[{"canary": "imei", "op": "network.http", "consent": "none", "subject": "app", "event": 1, "source": 0}],
    )  # fmt: skip
    english = farm("inspect", SAMPLE, "--suite", "dynamic").output.replace("\n", " ")
    chinese = farm("inspect", SAMPLE, "--suite", "dynamic", "--lang", "zh").output.replace("\n", " ")

    for words in (
        "consent  dialog “Rules”, agree: “Yes”, ticked beforehand, no way to refuse", "refusal  the app quits",
        "sent     IMEI → network.http https://log.example/x ×2", "read by TelephonyManager.getDeviceId",
        "not run  web content, native library abc", "1.00 s simulated, 2.5 s of CPU time",
    ):  # fmt: skip
        assert words in english
    for words in ("同意     对话框 “Rules”", "没有拒绝方式", "传出     IMEI → ", "本地库 abc", "规定的实际时间已用完"):
        assert words in chinese


def test_what_came_before_a_refusal_is_not_told_as_after_it(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The phase of refusing starts the app once more: each line says what the user had said."""
    before, after = runs.event(phase="refuse"), runs.event(phase="refuse", consent="refused", pi_kind="mac")
    _tells(monkeypatch, before, after)
    lines = farm("inspect", SAMPLE, "--suite", "dynamic").output.splitlines()

    assert [True] == ["before consent" in line for line in lines if "IMEI" in line and "TelephonyManager" in line][:1]
    assert any("MAC address" in line and "after refusal" in line for line in lines)


@pytest.mark.parametrize(("lang", "words"), [("en", "the setting app_strings"), ("zh", "可用设置 app_strings 调高")])
def test_an_app_beyond_a_limit_has_its_setting(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, lang: str, words: str
) -> None:
    """On the screen, and it is unknown, no failure of the command."""
    monkeypatch.setenv("FARM_APP_STRINGS", "1")
    result = farm("inspect", SAMPLE, "--lang", lang)

    assert (0, True) == (result.exit_code, "over_string_limit" in result.output)
    assert (lang == "zh") == ("字符串超过限制 over_string_limit  代码没有读取：" in result.output)
    assert words in result.output.replace("\n", " ")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("14 rules of 22 could not be tested:", "14  What the rule looks at could not be read (The dex files")),
        ("zh", ("22 条规则中有 14 条无法检测：", "14  规则要看的内容没有读到 (dex 共有")),
    ],
)
def test_rules_that_could_not_be_tested_are_counted_by_reason(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, lang: str, words: tuple[str, str]
) -> None:
    """Of an app without leads it is said how much that is worth."""
    monkeypatch.setenv("FARM_APP_STRINGS", "1")
    output = farm("inspect", SAMPLE, "--lang", lang).output

    assert [True, True] == [each in output for each in words]


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "No conclusion: nothing could be read."), ("zh", "没有结论：什么也没有读到。")]
)
def test_of_a_file_that_is_no_app_nothing_is_concluded(
    farm: Callable[..., Result], tmp_path: Path, lang: str, words: str
) -> None:
    """That there are no leads is no news of what was not looked at."""
    (tmp_path / "text.apk").write_text("not a zip")
    output = farm("inspect", tmp_path / "text.apk", "--lang", lang).output

    assert words in output
    assert "No leads" not in output
    assert "没有线索" not in output


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "not_an_apk: The file is not a zip"), ("zh", "不是安装包 not_an_apk：文件不是 zip")]
)
def test_the_error_of_a_file_that_is_no_app_is_in_the_language_asked_for(
    farm: Callable[..., Result], tmp_path: Path, lang: str, words: str
) -> None:
    """What happened, and that another copy of the file is the next step."""
    (tmp_path / "text.apk").write_text("not a zip")
    error = farm("inspect", tmp_path / "text.apk", "--lang", lang).exception

    assert isinstance(error, UninspectableError)
    assert words in str(error)
    assert {"en": "Bring a whole APK.", "zh": "请换一份完整的安装包。"}[lang] in error.next_step


def test_a_folder_is_sent_to_submit(farm: Callable[..., Result], tmp_path: Path) -> None:
    """One APK is inspected at a time."""
    error = farm("inspect", tmp_path).exception

    assert isinstance(error, SourceError)
    assert "farm submit" in error.next_step


@pytest.mark.parametrize(("name", "value"), [("MEMBER_MB", "0"), ("ENTRIES", "1")])
def test_an_app_of_which_a_limit_leaves_nothing_is_a_failure_with_its_setting(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Not even its manifest was read."""
    monkeypatch.setenv(f"FARM_APP_{name}", value)
    result = farm("inspect", SAMPLE, "--json")

    assert isinstance(result.exception, UninspectableError)
    assert f"app_{name.lower()}" in result.exception.next_step


def test_the_timeline_speaks_chinese(farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """With --lang zh."""
    _tells(monkeypatch, runs.event(pi_kind="mac"))
    result = farm("inspect", SAMPLE, "--suite", "dynamic", "--lang", "zh", "--out", "out")

    assert "首次启动，未作任何操作" in result.output
    assert re.search("[\u4e00-\u9fff][,;:]", result.output) is None
    assert "MAC 地址" in result.output


def test_json_is_one_document_with_dynamic_and_no_page(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The contract for scripts; a page is written only if a folder is named."""
    _tells(monkeypatch, runs.event())
    document = json.loads(farm("inspect", SAMPLE, "--suite", "dynamic", "--json").output)

    assert ("dynamic", "inspected") == (document["suite"], document["dynamic"]["outcome"])
    assert "miit164.A1.s1.before_consent" in [finding["rule"] for finding in document["findings"]]
    assert [] == list(tmp_path.glob("farm-inspect"))
    farm("inspect", SAMPLE, "--suite", "dynamic", "--json", "--out", tmp_path / "out")
    assert (tmp_path / "out" / "index.html").exists()


@pytest.mark.parametrize(("word", "found"), [("30", True), ("新闻", True), ("地图导航", False)])
def test_the_type_of_the_app_says_what_is_too_much(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, word: str, found: bool
) -> None:
    """With --app-type, by number, name or a store's word."""
    _tells(monkeypatch, runs.event(pi_kind="location"))
    document = json.loads(farm("inspect", SAMPLE, "--suite", "dynamic", "--json", "--app-type", word).output)

    assert found == ("cac191.4.1.beyond_type" in [finding["rule"] for finding in document["findings"]])


@pytest.mark.parametrize(("words", "found"), [((), "present"), (("--services", "absent"), "absent")])
def test_the_phone_has_services_if_it_is_told(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], found: str
) -> None:
    """With --services; without it as the settings say. The page says what could not be read without them."""
    _tells(monkeypatch)
    document = json.loads(farm("inspect", SAMPLE, "--suite", "dynamic", "--json", "--out", tmp_path, *words).output)
    page = (tmp_path / "index.html").read_text("utf-8")

    assert found == document["dynamic"]["services"]
    assert (found == "absent") == ("an OAID or advertising ID could not be read" in page)


def test_without_a_type_the_page_says_what_to_give(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The rule is not testable, and the reason is the next step."""
    _tells(monkeypatch, runs.event(pi_kind="location"))
    farm("inspect", SAMPLE, "--suite", "dynamic", "--out", tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text("utf-8")

    assert "give category in the list, or --app-type" in page
    assert "请在清单的 category 列或用 --app-type 给出" in page


def test_a_type_that_nobody_knows_is_refused_before_the_app_is_run(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what may be given."""
    monkeypatch.setattr(dynamic_suite, "run", lambda *_, **__: pytest.fail("it was run"))
    error = farm("inspect", SAMPLE, "--suite", "dynamic", "--app-type", "社交").exception

    assert "There is no app type '社交'." == str(error)
    assert 2 == getattr(error, "exit_code", None)
    assert "from 1 to 39" in getattr(error, "next_step", "")


def test_both_suites_make_one_document_and_one_page(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Findings of both; `dynamic` stands where it stands for one suite."""
    _tells(monkeypatch, runs.event())
    result = farm("inspect", SAMPLE, "--suite", "static,dynamic", "--json", "--out", tmp_path / "out")
    document = json.loads(result.output)
    page = (tmp_path / "out" / "index.html").read_text("utf-8")

    assert ["static", "dynamic"] == list(document["suites"])
    assert document["suites"]["dynamic"]["dynamic"] == document["dynamic"]
    assert document["findings"]
    assert all(f'id="{name}"' in page for name in ("run", "uses", "permissions", "findings"))


def test_a_static_inspection_leaves_nothing_behind(farm: Callable[..., Result], tmp_path: Path) -> None:
    """As before there was a dynamic suite."""
    result = farm("inspect", SAMPLE)

    assert (0, []) == (result.exit_code, list(tmp_path.iterdir()))
    assert "sensitive uses" in result.output


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "network        no clear text; but for api.example.com"),
        ("zh", "网络           不允许明文传输；例外：api.example.com"),
    ],
)
def test_where_clear_text_is_permitted_is_told(
    farm: Callable[..., Result], tmp_path: Path, lang: str, words: str
) -> None:
    """In the language that is asked for."""
    (tmp_path / "app.apk").write_bytes(a_configuration_with_rules_for_domains())
    result = farm("inspect", tmp_path / "app.apk", "--lang", lang)

    assert words in result.output


@pytest.mark.parametrize(
    ("outcome", "code"), [("login_wall", 0), ("packed", 0), ("backend_missing", 11), ("timeout", 11)]
)
def test_how_far_it_came_is_told_and_what_failed_is_an_error(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, outcome: str, code: int
) -> None:
    """What the app hides is a result; what this machine lacks is not."""
    _tells(monkeypatch, outcome=outcome, reason="Java is not installed.", phases=[], screenshots=[])
    result = farm("inspect", SAMPLE, "--suite", "dynamic")

    assert f"outcome  {outcome}  Java is not installed." in result.output
    error = result.exception
    assert code == getattr(error, "exit_code", 0)


def test_hostile_text_does_nothing_on_the_screen_nor_on_the_page(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither markup of the terminal nor of a browser, nor signs that turn text around."""
    bad = dict.fromkeys(("op", "subject", "consent", "kind", "phase", "pi_kind"), HOSTILE)
    fields: dict[str, Any] = {
        "consent": {HOSTILE: HOSTILE, "title": HOSTILE, "agree": {"text": HOSTILE}},
        "refuse": {"quits": HOSTILE},
        "permissions": [{"permissions": [HOSTILE], "phase": HOSTILE, "sim_ms": 5, "answer": HOSTILE}],
        "not_seen": [HOSTILE],
        "cost": {HOSTILE: 5},
        "components": {"tried": 1, "ok": 0, "failures": [{"kind": HOSTILE, "name": HOSTILE, "cause": HOSTILE}]},
        "reason": HOSTILE,
        "grade": HOSTILE,
    }
    _tells(monkeypatch, runs.event(**bad, args=[HOSTILE], stack=[HOSTILE], canary=[HOSTILE]), **fields)
    result = farm("inspect", SAMPLE, "--suite", "dynamic", "--out", "out")
    page = (tmp_path / "out" / "index.html").read_text("utf-8")

    assert "[bold]" in result.output
    assert "\u202e" not in result.output + page
    assert "<script" not in page


def test_a_folder_that_cannot_be_written_is_a_clear_error(
    farm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With what to choose instead."""
    _tells(monkeypatch)
    (tmp_path / "file").write_text("x")
    result = farm("inspect", SAMPLE, "--suite", "dynamic", "--out", "file/out")

    assert 2 == getattr(result.exception, "exit_code", None)


@pytest.mark.parametrize("size", [10, 1000])
def test_a_file_that_is_no_app_has_a_document(farm: Callable[..., Result], tmp_path: Path, size: int) -> None:
    """And the exit code of what could not be inspected."""
    (tmp_path / "note.apk").write_bytes(b"x" * size)
    result = farm("inspect", "note.apk", "--suite", "dynamic", "--json")

    assert "not_an_apk" == json.loads(result.stdout)["dynamic"]["outcome"]
    assert 11 == getattr(result.exception, "exit_code", None)


def test_on_a_narrow_terminal_a_reason_stays_beside_its_name() -> None:
    """What does not fit goes on below itself, not below the name."""
    out = Console(width=40, force_terminal=True, color_system=None, soft_wrap=False)
    with out.capture() as said:
        hung(out, "outcome", "malformed  The file is cut off: no central directory at its end.")
    first, *others = said.get().splitlines()

    assert first.startswith("outcome  malformed")
    assert others
    assert all(line.startswith(" " * 9) for line in others)
