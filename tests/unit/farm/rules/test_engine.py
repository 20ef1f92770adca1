"""The engine: three-valued verdicts, subjects, pointers and summaries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from farm.model.finding import SubjectKind
from farm.rules.catalogue import load_packs, parse_pack
from farm.rules.engine import MAX_POINTERS, Verdict, VerdictState, judge, untested, verdicts
from farm.rules.facts import ABSENCE_FACTS, CODE_FACTS, Blank, pointer_of, resolve
from farm.rules.rule import RulePack
from tests.unit.farm.rules.evidence import component, document, permission, sdk, use
from workers.model.evidence import JSON

IMEI = "android/telephony/TelephonyManager.getDeviceId"
CODE_RULE = "miit164.A1.s1.device_id"
MANIFEST_RULE = "miit164.B2.s1"
ABSENCE_RULE = "miit164.B1.s8"


def verdict_of(code: str, evidence: dict[str, JSON]) -> Verdict:
    """Return one rule's verdict."""
    return next(each for each in verdicts(evidence, load_packs()) if each.rule.code == code)


def pack_with(condition: str, *, subject: str = "app") -> tuple[RulePack]:
    """Return a pack of one rule with a condition written as TOML."""
    words = '{ zh = "中文句子", en = "words" }'
    text = f"""
        name = "own"
        edition = "2026-11"
        effective_from = 2026-11-01
        issued_by = {words}
        title = {words}
        source = "a test"
        [[rules]]
        code = "own.X1"
        title = {words}
        about = {words}
        why = {words}
        blind = {words}
        suite = "static"
        phases = ["ST"]
        settled_by = ["P"]
        severity = "low"
        confidence = "low"
        clause = {{ number = "1", source = "a test", sourced = true }}
        subject = "{subject}"
        summary = {{ zh = "共 {{count}}：{{kinds}} {{names}}", en = "{{count}}: {{kinds}} {{names}}" }}
        condition = {condition}
    """
    return (parse_pack(text, file="own.toml"),)


def state_of(condition: str, evidence: dict[str, JSON]) -> VerdictState:
    """Return the verdict of a rule with this condition."""
    return verdicts(evidence, pack_with(condition))[0].state


@pytest.mark.parametrize(
    ("outcome", "blank"),
    [
        ("packed", Blank.PACKED),
        ("inspected_partly", Blank.PARTLY),
        ("over_inflate_limit", Blank.TOO_LARGE),
        ("over_string_limit", Blank.TOO_LARGE),
        ("over_code_limit", Blank.TOO_LARGE),
        ("over_entry_limit", Blank.NO_EVIDENCE),
    ],
)
@pytest.mark.parametrize("code", [CODE_RULE, ABSENCE_RULE, "miit164.A1.s4.device_id", "cac191.2.1"])
def test_what_was_not_seen_whole_is_never_not_observed(outcome: str, blank: Blank, code: str) -> None:
    """Rules on code are not testable where the code is hidden or partly unreadable."""
    verdict = verdict_of(code, document(outcome=outcome, reason="why"))

    assert (verdict.state, verdict.why and verdict.why.blank) == (VerdictState.NOT_TESTABLE, blank)


def test_no_rule_on_code_says_not_observed_of_a_packed_app() -> None:
    """Of a packed app only rules that the manifest alone decides may say that something is not there."""
    found = verdicts(document(outcome="packed"), load_packs())
    silent = {each.rule.condition.kind for each in found if each.state is VerdictState.NOT_OBSERVED}

    assert silent == {"permission", "component_filter", "all"}


def test_a_packer_that_hides_a_part_makes_code_unknown() -> None:
    """An app inspected in full view of a packer's traces is not clean."""
    verdict = verdict_of(CODE_RULE, document({"packer": {"name": "Bangcle", "shell": False}}))

    assert verdict.reason_en == "The app's own code is hidden; only the shell was seen (Bangcle)"


def test_the_manifest_of_a_packed_app_is_judged() -> None:
    """The manifest is seen whole whatever hides the code."""
    verdict = verdict_of(MANIFEST_RULE, document(outcome="packed"))

    assert verdict.state is VerdictState.NOT_OBSERVED


def test_what_is_seen_in_a_packed_app_counts() -> None:
    """A use in the shell is a use."""
    evidence = document({"api_uses": [use(IMEI, "imei")]}, outcome="packed")

    assert verdict_of(CODE_RULE, evidence).state is VerdictState.OBSERVED


def test_absence_in_a_packed_app_is_no_finding() -> None:
    """A permission without a use says nothing when the uses are hidden."""
    gap: JSON = {"unused_groups": [{"group": "SMS", "permissions": ["android.permission.READ_SMS"]}]}

    assert verdict_of(ABSENCE_RULE, document({"permission_gap": gap}, outcome="packed")).findings == ()


def test_a_missing_policy_in_a_packed_app_is_no_finding() -> None:
    """The policy may stand in the hidden code."""
    evidence = document({"privacy_policy": {"found": False}}, outcome="packed")

    assert verdict_of("cac191.1.1", evidence).state is VerdictState.NOT_TESTABLE


WHOLE: dict[str, JSON] = {
    "code": {"complete": True},
    "reachability": {"complete": True},
    "packer": {"name": None},
}
"""Facts of an app whose code was read and followed whole, and has no packer."""


@pytest.mark.parametrize(
    ("outcome", "unread"), [("over_inflate_limit", "launcher"), ("inspected_partly", "signing"), ("inspected", "")]
)
@pytest.mark.parametrize("code", [CODE_RULE, ABSENCE_RULE])
def test_what_was_not_read_hides_only_what_rests_on_it(outcome: str, unread: str, code: str) -> None:
    """An icon beyond a limit, or a signature that is damaged, says nothing of code that was read whole."""
    not_read: JSON = [{"fact": unread, "reason": "Odd."}]
    evidence = document(WHOLE | {unread: None, "not_read": not_read}, outcome=outcome, reason="Odd.")

    assert verdict_of(code, evidence).state is VerdictState.NOT_OBSERVED


def test_a_fact_that_was_not_read_beside_whole_code_is_not_testable() -> None:
    """It says why by itself."""
    not_read: JSON = [{"fact": "urls", "reason": "Odd."}]
    evidence = document(WHOLE | {"urls": None, "not_read": not_read}, outcome="over_inflate_limit", reason="Odd.")
    condition = '{ kind = "rows", path = "/facts/urls/urls", starts = { url = ["http:"] } }'

    assert "What the rule looks at could not be read (Odd)" == verdicts(evidence, pack_with(condition))[0].reason_en


@pytest.mark.parametrize("fact", ["code", "reachability"])
@pytest.mark.parametrize("gap", [None, {}, {"complete": False}, {"complete": 1}, {"complete": "true"}])
def test_code_that_was_not_read_whole_is_hidden_whatever_else_was_not_read(fact: str, gap: JSON) -> None:
    """The outcome names the limit, which is not all that is missing."""
    verdict = verdict_of(CODE_RULE, document(WHOLE | {fact: gap, "launcher": None}, outcome="over_inflate_limit"))

    assert verdict.why
    assert verdict.why.blank is Blank.TOO_LARGE


def test_code_is_hidden_where_packers_could_not_be_looked_for() -> None:
    """What a packer hides is not missing in the tables."""
    verdict = verdict_of(CODE_RULE, document(WHOLE | {"packer": None}, outcome="inspected_partly"))

    assert verdict.why
    assert verdict.why.blank is Blank.PARTLY


def test_a_packer_beside_a_limit_makes_code_unknown() -> None:
    """What a packer hides is not missing in the tables."""
    packer: JSON = {"name": "Bangcle", "shell": False}
    verdict = verdict_of(CODE_RULE, document(WHOLE | {"packer": packer}, outcome="over_inflate_limit"))

    assert verdict.why
    assert verdict.why.blank is Blank.PACKED


@pytest.mark.parametrize("value", [None, {}, "text", 7])
def test_a_fact_that_was_not_read_is_not_testable(value: JSON) -> None:
    """A list that is absent or of another shape gives no finding and no all-clear."""
    verdict = verdict_of(CODE_RULE, document({"api_uses": value}))

    assert verdict.reason_en == "The evidence does not hold this fact (api_uses)"


@pytest.mark.parametrize("code", [CODE_RULE, ABSENCE_RULE, "cac191.1.1"])
def test_a_fact_that_a_limit_kept_from_being_read_tells_of_the_limit(code: str) -> None:
    """The evidence says why it does not hold the fact; so does the rule, in both languages."""
    why = "The dex files have 9000000 strings together, more than the limit of 8000000."
    facts = ("api_uses", "permission_gap", "privacy_policy", "sdks", "urls")
    evidence = document(
        dict.fromkeys(facts) | {"not_read": [{"fact": name, "reason": why} for name in facts]},
        outcome="over_string_limit",
        reason=f"The code could not be read: {why}",
    )
    verdict = verdict_of(code, evidence)

    assert f"What the rule looks at could not be read ({why[:-1]})" == verdict.brief_en == verdict.reason_en
    assert "规则要看的内容没有读到 (dex 共有 9000000 个字符串，上限为 8000000)" == verdict.brief_zh == verdict.reason_zh


def test_a_value_of_the_app_that_is_missing_is_named() -> None:
    """`app` would name all of its identity."""
    condition = '{ kind = "fact", path = "/app/target_sdk", op = "less", value = 23 }'
    verdict = verdicts(document(app={"target_sdk": None}), pack_with(condition))[0]

    assert verdict.reason_en == "The evidence does not hold this fact (target_sdk)"


@pytest.mark.parametrize("listed", [None, "text", [None, 7, {"fact": "api_uses"}, {"fact": "urls", "reason": "Odd."}]])
def test_a_damaged_list_of_what_was_not_read_gives_no_reason(listed: JSON) -> None:
    """What has another shape is left alone."""
    verdict = verdict_of(CODE_RULE, document({"api_uses": None, "not_read": listed}))

    assert verdict.why
    assert verdict.why.blank is Blank.FACT_MISSING


def test_rows_left_out_by_a_limit_make_silence_unknown() -> None:
    """What a limit cut off may hold what the rule looks for."""
    verdict = verdict_of(CODE_RULE, document({"left_out": {"api_uses": 3}}))

    assert (verdict.state, verdict.why and verdict.why.blank) == (VerdictState.NOT_TESTABLE, Blank.CUT)


def test_another_suite_is_not_testable() -> None:
    """Static rules say nothing of dynamic evidence."""
    states = {each.state for each in verdicts(document() | {"suite": "dynamic"}, load_packs())}

    assert states == {VerdictState.NOT_TESTABLE}


@pytest.mark.parametrize("evidence", [{}, {"suite": "static"}, {"suite": "static", "outcome": "odd", "facts": []}])
def test_damaged_evidence_gives_no_verdict(evidence: dict[str, Any]) -> None:
    """A document of another shape neither raises nor clears an app."""
    assert {each.state for each in verdicts(evidence, load_packs())} == {VerdictState.NOT_TESTABLE}


def test_an_app_without_evidence_is_untested() -> None:
    """Every rule is listed with the reason of the inspection."""
    found = untested(load_packs(), "not a zip")

    assert {each.reason_en for each in found} == {"The inspection ended without evidence (not a zip)"}


def test_one_finding_for_each_subject() -> None:
    """Two SDKs that do the same are two findings, by name."""
    rows: list[JSON] = [use(IMEI, "imei", sdk="B"), use(IMEI, "imei", sdk="A"), use(IMEI, "imei", sdk="B")]
    evidence = document({"api_uses": rows, "sdks": [sdk("A", "ads"), sdk("B", "push")]})
    found = verdict_of("miit164.A1.s4.device_id", evidence).findings

    assert [(each.subject.kind, each.subject.name, each.evidence) for each in found] == [
        (SubjectKind.SDK, "A", ("/facts/api_uses/1",)),
        (SubjectKind.SDK, "B", ("/facts/api_uses/0", "/facts/api_uses/2")),
    ]


def test_pointers_lead_to_the_rows_they_mean() -> None:
    """Every pointer of every finding resolves in the document that was judged."""
    evidence = document({"api_uses": [use("a/B.c", "mac"), use(IMEI, "imei")], "privacy_policy": {"found": False}})
    pointers = [place for finding in judge(evidence, load_packs()) for place in finding.evidence]

    assert {place: resolve(evidence, place)[0] for place in pointers} == dict.fromkeys(pointers, True)
    assert pointers


def test_pointers_are_few_and_of_different_kinds() -> None:
    """Of a hundred like rows and one other, the other is among the twenty."""
    rows: list[JSON] = [use(IMEI, "imei")] * 100 + [use("android/net/wifi/WifiInfo.getMacAddress", "mac")]
    finding = verdict_of(CODE_RULE, document({"api_uses": rows})).findings[0]

    assert (len(finding.evidence), "/facts/api_uses/100" in finding.evidence) == (MAX_POINTERS, True)


def test_a_summary_counts_all_rows_and_names_kinds_in_both_languages() -> None:
    """The sentence tells the whole number, not that of the pointers."""
    rows: list[JSON] = [use("android/telephony/TelephonyManager.getLine1Number", "phone_number")] * 30
    finding = verdict_of(CODE_RULE, document({"api_uses": rows})).findings[0]

    assert (finding.summary_zh, finding.summary_en) == (
        "应用自身代码有 30 处读取本机手机号的调用（TelephonyManager.getLine1Number）。",
        "Uses in the app's own code that read Phone number: 30 (TelephonyManager.getLine1Number).",
    )


def test_a_summary_does_not_run_what_an_app_says() -> None:
    """Braces and hidden signs from an app stay text, visible and short."""
    evil = "{subject.__class__}\u202e" + "x" * 5000
    row = component("receiver", evil, "android.intent.action.BOOT_COMPLETED")
    finding = verdict_of(MANIFEST_RULE, document({"components": [row]})).findings[0]

    assert "{subject.__class__}\\u202exxx" in finding.summary_en
    assert len(finding.summary_en) < 300


def test_findings_are_the_same_every_time() -> None:
    """Judging is pure: same evidence, same findings, and the evidence is left as it was."""
    evidence = document({"api_uses": [use(IMEI, "imei")], "sdks": [sdk("Ad", "ads")]})
    before = json.dumps(evidence)

    assert judge(evidence, load_packs()) == judge(evidence, load_packs())
    assert json.dumps(evidence) == before


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('{ kind = "fact", path = "/app/target_sdk", op = "less", value = 35 }', "observed"),
        ('{ kind = "fact", path = "/app/target_sdk", op = "at_most", value = 33 }', "not_observed"),
        ('{ kind = "fact", path = "/app/target_sdk", op = "at_least", value = 34 }', "observed"),
        ('{ kind = "fact", path = "/app/target_sdk", op = "greater", value = 34 }', "not_observed"),
        ('{ kind = "fact", path = "/app/label", op = "less", value = 3 }', "not_testable"),
        ('{ kind = "fact", path = "/app/label", op = "not_empty" }', "observed"),
        ('{ kind = "fact", path = "/facts/urls/urls", op = "empty" }', "observed"),
        ('{ kind = "fact", path = "/facts/signing/janus", op = "equals", value = 0 }', "not_observed"),
        ('{ kind = "fact", path = "/facts/signing/janus", op = "not_equals", value = true }', "observed"),
        ('{ kind = "fact", path = "/facts/network_security/config", op = "equals", value = "x" }', "not_testable"),
        ('{ kind = "fact", path = "/facts/nowhere", op = "empty" }', "not_testable"),
        ('{ kind = "not", of = { kind = "permission", any_of = ["a.b"] } }', "observed"),
        ('{ kind = "not", of = { kind = "fact", path = "/facts/nowhere", op = "empty" } }', "not_testable"),
        ('{ kind = "permission", all_of = ["android.permission.INTERNET", "a.b"] }', "not_observed"),
        ('{ kind = "api_use", apis = ["La/"], min_rows = 2 }', "observed"),
        ('{ kind = "api_use", apis = ["La/"], min_rows = 3 }', "not_observed"),
        ('{ kind = "rows", path = "/facts/sdks", where = { name_zh = ["null"] } }', "observed"),
    ],
)  # fmt: skip
def test_conditions_mean_what_they_say(condition: str, expected: str) -> None:
    """Each condition of the vocabulary, on one document."""
    evidence = document({"api_uses": [use("a/B.c", "mac"), use("a/B.d", "mac")]})

    assert state_of(condition, evidence) == expected


@pytest.mark.parametrize(
    ("kind", "parts", "expected"),
    [
        ("all", ("yes", "unknown"), "not_testable"),
        ("all", ("no", "unknown"), "not_observed"),
        ("any", ("yes", "unknown"), "observed"),
        ("any", ("no", "unknown"), "not_testable"),
        ("any", ("no", "no"), "not_observed"),
        ("all", ("yes", "yes"), "observed"),
    ],
)
def test_unknown_is_carried_through_all_and_any(kind: str, parts: tuple[str, str], expected: str) -> None:
    """Kleene's three-valued logic: unknown decides only where it matters."""
    words = {
        "yes": '{ kind = "fact", path = "/app/label", op = "not_empty" }',
        "no": '{ kind = "fact", path = "/app/label", op = "empty" }',
        "unknown": '{ kind = "fact", path = "/facts/nowhere", op = "empty" }',
    }
    condition = f'{{ kind = "{kind}", of = [{", ".join(words[part] for part in parts)}] }}'

    assert state_of(condition, document()) == expected


def test_conditions_on_each_subject_must_agree_on_one() -> None:
    """An identifier read by one SDK and a clipboard read by another are nobody's doing together."""
    uses = ", ".join(f'{{ kind = "api_use", pi_kinds = ["{kind}"] }}' for kind in ("imei", "clipboard"))
    both = f'{{ kind = "all", of = [{uses}] }}'
    sdks: list[JSON] = [sdk("A", "ads"), sdk("B", "ads")]
    apart = document({"api_uses": [use("a/B.c", "imei", sdk="A"), use("a/B.d", "clipboard", sdk="B")], "sdks": sdks})
    together = document({"api_uses": [use("a/B.c", "imei", sdk="A"), use("a/B.d", "clipboard", sdk="A")], "sdks": sdks})
    pack = pack_with(both, subject="each")

    assert [each.subject.name for each in judge(apart, pack)] == []
    assert [each.subject.name for each in judge(together, pack)] == ["A"]


def test_a_permission_goes_as_context_to_every_subject() -> None:
    """A place that names nobody stands in the evidence of each finding."""
    rule = "miit164.C1.s1"
    rows: list[JSON] = [use("a/B.c", "download", sdk=name) for name in ("A", "B")]
    evidence = document(
        {
            "api_uses": rows,
            "sdks": [sdk("A", "ads"), sdk("B", "ads")],
            "permissions": [permission("REQUEST_INSTALL_PACKAGES")],
        }
    )

    assert ["/facts/permissions/0" in each.evidence for each in verdict_of(rule, evidence).findings] == [True, True]


def test_pointers_escape_what_rfc_6901_escapes() -> None:
    """A key with a slash or a tilde is found again."""
    assert resolve({"a/b~": [7]}, pointer_of("a/b~", 0)) == (True, 7)


@pytest.mark.parametrize("pointer", ["/a/5", "/a/-1", "/a/x", "/b", "/a/0/c"])
def test_a_pointer_to_nowhere_leads_nowhere(pointer: str) -> None:
    """What is not there is not found, and nothing is raised."""
    assert resolve({"a": [7]}, pointer) == (False, None)


def test_the_facts_that_rest_on_code_are_those_of_the_suite() -> None:
    """A fact that the suite takes from code, but the engine takes for complete, would clear packed apps."""
    from workers.static.suite import EXTRACTORS, Part

    of_code = {each.fact for each in EXTRACTORS if Part.CODE in each.needs}

    assert of_code - CODE_FACTS == {"packer", "self_start"}, (
        "packer is read by itself; self_start's lists are the manifest's"
    )
    assert of_code >= ABSENCE_FACTS
