"""The pages: what a reader must find there, and that nothing of an app's choosing is alive in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from html.parser import HTMLParser
from pathlib import Path

import pytest

from farm.model.finding import Status
from farm.model.inspection import State, Suite
from farm.reports import html_format, labels
from farm.reports.app_page import short_caller
from farm.reports.interface import formats
from farm.rules.catalogue import load_packs
from farm.service.report import write_report
from tests.unit.farm.reports.batch import HOSTILE, RTL, Sample, hostile, noisy, sample
from tests.unit.farm.rules.evidence import document
from workers.data.tables import Category, Protection
from workers.model.evidence import JSON
from workers.model.outcome import Outcome


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        """Parse the text."""
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]

    def handle_data(self, data: str) -> None:
        """Note text, with white space made one."""
        if self.tags and self.tags[-1] != "style":
            self.words += " ".join(data.split()) + " "


def write(batch: Sample, folder: Path) -> dict[str, str]:
    """Write the pages of a batch; return their text by name."""
    paths = write_report(batch.ledger, batch.objects, load_packs(), batch.books.name, formats(["html"]), folder)
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of the sample batch."""
    return write(sample(), tmp_path_factory.mktemp("report"))


def test_there_is_a_page_for_the_batch_and_one_for_each_app(pages: dict[str, str]) -> None:
    """The page to open comes first; names come from hash and row alone."""
    assert list(pages) == ["index.html"] + [f"apps/{number:02d}{'f' * 14}-{number}.html" for number in range(1, 6)]


@pytest.mark.parametrize("number", range(6))
def test_no_page_has_anything_alive_or_from_outside(pages: dict[str, str], number: int) -> None:
    """No script, no event, no image, no form; links lead only to pages of the report and to marks on the page."""
    page = Page(list(pages.values())[number])

    assert {"script", "img", "iframe", "form", "object", "link", "svg"} & set(page.tags) == set()
    assert {name for name in page.attributes if name.startswith("on")} == set()
    assert [
        link
        for link in page.links
        if not re.fullmatch(r"#[a-z]+|(\.\./)?index\.html|apps/[0-9a-f]{16}-\d+\.html|apps-\d+\.html", link)
    ] == []


@pytest.mark.parametrize("name", ["index.html", "apps/05ffffffffffffff-5.html"])
def test_hostile_text_is_shown_as_text(pages: dict[str, str], name: str) -> None:
    """Tags are escaped, and signs that turn text around are shown by their number."""
    assert RTL not in pages[name]
    assert HOSTILE.replace(RTL, "\\u202e") in Page(pages[name]).words


def test_no_hidden_sign_reaches_any_page(pages: dict[str, str]) -> None:
    """Whatever an app says, a page holds only what can be seen."""
    assert [
        name for name, text in pages.items() if re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)
    ] == []


def test_long_text_of_an_app_is_cut(tmp_path: Path) -> None:
    """A name of a megabyte does not make a page of a megabyte."""
    batch = Sample()
    batch.add(document(app={"label": "长" * 1_000_000, "package": "a" * 1_000_000, "version_name": "9" * 1_000_000}))

    assert max(len(text) for text in write(batch, tmp_path).values()) < 60_000


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ({"cleartext": False, "domains": []}, "不允许明文传输 no clear text "),
        ({"cleartext": None, "domains": []}, "网络安全配置未读到 its network security configuration was not read "),
        (
            {"cleartext": True, "domains": [{"domain": "<b>.example", "cleartext": False}], "user_certificates": True},
            "允许明文传输 clear text is permitted ；例外 but for <b>.example 信任用户安装的证书 trusts certificates",
        ),
    ],
)
def test_an_app_page_says_where_clear_text_is_permitted(network: JSON, words: str, tmp_path: Path) -> None:
    """And whose certificates are trusted; in both languages, whatever a domain is called."""
    batch = Sample()
    batch.add(document({"network_security": network}))
    page = next(text for name, text in write(batch, tmp_path).items() if name.startswith("apps/"))

    assert f"网络 Network {words}".strip() in " ".join(Page(page).words.split())


@pytest.mark.parametrize(
    ("signing", "words"),
    [
        ({"schemes": [], "signers": [], "anomalies": []}, "没有签名，安卓系统不会安装 not signed"),
        ({"schemes": ["v1"], "signers": [], "anomalies": [{"kind": "signing.unread-scheme"}]}, "未读到 not read"),
        ({"schemes": [], "signers": [], "anomalies": [{"kind": "signing.broken-block"}]}, "未读到 not read"),
        (
            {"schemes": ["v1"], "signers": [], "anomalies": [{"kind": "signing.stripped-scheme", "detail": "v2"}]},
            "未读到 not read 签名缺失 Stripped 曾用 v2 签名，现已缺失",
        ),
    ],
)
def test_an_app_page_tells_what_is_wrong_with_the_signature(signing: JSON, words: str, tmp_path: Path) -> None:
    """That there is none is a fact of the app; one that was not read is a gap in what is known."""
    batch = Sample()
    batch.add(document({"signing": signing}))
    page = next(text for name, text in write(batch, tmp_path).items() if name.startswith("apps/"))

    assert f"签名 Signer {words}" in " ".join(Page(page).words.split())


def test_pages_state_that_leads_are_leads_and_unknown_is_not_clean(pages: dict[str, str]) -> None:
    """The warning stands above all numbers."""
    text = pages["index.html"]

    assert text.index("线索不是结论，未知不等于没有问题") < text.index('class="tiles"')
    assert "A lead is not a verdict, and unknown is not clean." in text


def test_the_batch_page_separates_findings_silence_and_ignorance(pages: dict[str, str]) -> None:
    """Five apps: two with leads, one silent under every rule, a packed one and a broken one that say nothing."""
    tiles = re.findall(r'<div class="tile[^"]*"><b>(\d+)</b><span>([^<]+)</span>', pages["index.html"])

    assert {name: int(count) for count, name in tiles[:5]} == {
        "提交的应用": 5,
        "计入目标的应用": 4,
        "有线索的应用": 2,
        "所有规则均未发现": 1,
        "不能下结论": 2,
    }


def test_an_app_that_is_not_known_has_question_marks_for_zeros(pages: dict[str, str]) -> None:
    """Nothing found in a packed app is not zero findings."""
    row = next(row for row in pages["index.html"].split("<tr>") if "com.example.packed" in row)

    assert (row.count(">?</td>"), row.count(">0</td>")) == (3, 0)


@pytest.mark.parametrize(("told", "members"), [(labels.CATEGORIES, Category), (labels.PROTECTIONS, Protection)])
def test_every_word_of_a_table_has_its_chinese(told: Mapping[str, labels.Label], members: type[StrEnum]) -> None:
    """No category of an SDK and no protection of a permission stands there as a code."""
    assert set(members) == set(told)
    assert [] == [word for word, (chinese, _) in told.items() if chinese.isascii()]


def test_an_app_that_nobody_knows_has_the_name_of_its_file(pages: dict[str, str]) -> None:
    """Two broken files would look the same in the list."""
    row = next(row for row in pages["index.html"].split("<tr>") if "未知应用" in row)

    assert '<small class="mono">x</small>' in row


def test_the_name_of_a_file_stands_as_its_folder_has_it(tmp_path: Path) -> None:
    """And not as its address writes it."""
    batch = Sample()
    url = "file:///apps/%E5%9D%8F%E7%9A%84%20%E5%BA%94%E7%94%A8.apk"
    batch.add(None, state=State.UNUSABLE, outcome=Outcome.NOT_AN_APK, reason="The file is not a zip.", url=url)

    assert '<small class="mono">坏的 应用.apk</small>' in write(batch, tmp_path)["index.html"]


def test_outcomes_are_told_in_both_languages(pages: dict[str, str]) -> None:
    """Their codes are for commands."""
    text = Page(pages["index.html"]).words

    assert "不是安装包 not an APK 1" in " ".join(text.split())


def test_a_permission_has_its_levels_and_promises(tmp_path: Path) -> None:
    """An app that asks until an old level only, or promises not to locate anybody, says so in its manifest."""
    row: JSON = {"name": "a.B", "min_sdk": 23, "max_sdk": 30, "flags": ["neverForLocation"], "defined_here": True}
    odd: JSON = {"name": "a.C", "min_sdk": "<b>", "max_sdk": 28, "flags": None}
    batch = Sample()
    batch.add(document({"permissions": [row, odd]}))
    page = next(text for name, text in write(batch, tmp_path).items() if name.startswith("apps/"))
    words = " ".join(Page(page).words.split())

    assert "a.B API 23–30 neverForLocation 应用自己定义的权限 defined by the app itself" in words
    assert "a.C API –28" in words


def test_failures_are_listed_with_reasons(pages: dict[str, str]) -> None:
    """The operator sees why there is no result."""
    text = Page(pages["index.html"].partition('id="failures"')[2]).words

    assert "The file is not a zip." in text
    assert "hidden by the packer 360" in text
    assert "应用自身的代码被加固隐藏：360。" in text


def test_an_app_page_shows_the_rows_behind_a_finding(pages: dict[str, str]) -> None:
    """Pointers are resolved: API, caller and SDK stand beside them."""
    text = pages["apps/01ffffffffffffff-1.html"]
    finding = next(part for part in text.split("<section") if "miit164.A1.s4.device_id" in part)

    assert "/facts/api_uses/1" in finding
    assert "Landroid/telephony/TelephonyManager;-&gt;getDeviceId" in finding
    assert "Lcom/bytedance/a;-&gt;b()V" in finding


def test_an_app_page_shows_the_version_of_an_sdk_that_tells_one(pages: dict[str, str]) -> None:
    """Beside its name, as text; of the others nothing."""
    table = pages["apps/01ffffffffffffff-1.html"].partition('id="sdks"')[2].partition("</table>")[0]

    assert '<span class="mono">3.2.&lt;b&gt;1</span>' in table
    assert table.count('<span class="mono">') == 1


@pytest.mark.parametrize(
    ("descriptor", "expected"),
    [("Lcom/a/B$C;-><init>(I)V", "com.a.B$C.<init>"), ("odd", "odd"), ("[I;->clone()", "[I;->clone()"), ("", "")],
)
def test_callers_are_shown_as_java_writes_them(descriptor: str, expected: str) -> None:
    """A descriptor that is none stays as it is."""
    assert short_caller(descriptor) == expected


def test_an_app_page_lists_every_rule_with_its_verdict(pages: dict[str, str]) -> None:
    """A reader sees what was tested and what could not be."""
    verdicts = pages["apps/03ffffffffffffff-3.html"].partition('id="verdicts"')[2]
    rules = [rule.code for pack in load_packs() for rule in pack.rules if rule.suite is Suite.STATIC]

    assert [code for code in rules if f"<code>{code}</code>" not in verdicts] == []
    assert "应用代码被加固或隐藏，只看到外壳" in verdicts


def test_the_page_of_a_packed_app_never_says_that_there_is_none(pages: dict[str, str]) -> None:
    """No SDK and no sensitive use in sight of a packed app is not their absence."""
    text = pages["apps/03ffffffffffffff-3.html"]

    assert text.count("代码没有完整读取，不等于没有") == 2


def test_an_app_without_evidence_has_a_page_that_concludes_nothing(pages: dict[str, str]) -> None:
    """A broken file is not clean."""
    text = pages["apps/04ffffffffffffff-4.html"]

    assert "不能据此认为没有问题" in text
    assert text.count("chip not_testable") == sum(
        rule.suite is Suite.STATIC for pack in load_packs() for rule in pack.rules
    )


def test_evidence_that_is_gone_is_said_and_findings_stay(tmp_path: Path) -> None:
    """The ledger's findings stand when the store has lost the document; nothing is cleared."""
    batch = Sample()
    batch.add(noisy())
    batch.store.objects.clear()
    text = write(batch, tmp_path)["apps/01ffffffffffffff-1.html"]

    assert "The static evidence is no longer in the store." in text
    assert "chip not_observed" not in text
    assert text.count('<section class="card finding') == len(batch.books.rows[0].findings)


def test_dismissed_findings_are_shown_but_not_counted(tmp_path: Path) -> None:
    """What a person has dismissed is history, not a lead."""
    batch = Sample()
    batch.add(noisy(), status=Status.DISMISSED)
    pages = write(batch, tmp_path)

    assert "chip dismissed" in pages["apps/01ffffffffffffff-1.html"]
    assert re.search(r"<b>0</b><span>有线索的应用", pages["index.html"])


def test_an_unfinished_batch_says_so(tmp_path: Path) -> None:
    """Numbers of a running batch are not final."""
    batch = Sample()
    batch.add(document())
    batch.add(None, state=State.PENDING, outcome=Outcome.WORKER_LOST)

    assert "还有 1 项检测没有完成" in write(batch, tmp_path)["index.html"]


def test_a_long_list_goes_on_other_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every app is on exactly one page of the list, and each page is linked."""
    monkeypatch.setattr(html_format, "LINES_ON_INDEX", 2)
    monkeypatch.setattr(html_format, "LINES_ON_PAGE", 2)
    batch = Sample()
    for _ in range(5):
        batch.add(document())
    pages = write(batch, tmp_path)
    lists = [name for name in pages if not name.startswith("apps/")]

    assert lists == ["index.html", "apps-1.html", "apps-2.html"]
    assert sorted(link for name in lists for link in Page(pages[name]).links if link.startswith("apps/")) == sorted(
        name for name in pages if name.startswith("apps/")
    )
    assert {"apps-1.html", "apps-2.html"} <= set(Page(pages["index.html"]).links)


def test_clauses_that_are_not_sourced_are_marked(pages: dict[str, str]) -> None:
    """Nothing unverified is presented as official."""
    row = next(row for row in pages["index.html"].split("<tr>") if "cac191.4.6" in row)

    assert "条款编号待核对" in row


def test_hostile_names_never_become_file_names(tmp_path: Path) -> None:
    """A ledger row with a hash that is none still gives a plain name."""
    from dataclasses import replace

    batch = Sample()
    row = batch.add(hostile())
    batch.books.rows = [replace(row, sha256="../../etc/passwd")]

    assert list(write(batch, tmp_path)) == ["index.html", "apps/1.html"]
