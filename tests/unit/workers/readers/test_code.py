"""Code of several dex files as one body: names in, names out."""

from __future__ import annotations

import pytest

from tests.unit.workers.readers.build import Class, DexFile, Member, Method, apk_bytes
from workers.model.limits import Limits
from workers.static.readers.archive import open_apk
from workers.static.readers.code import Code, read_code

GET = ("Landroid/os/X;", "get", ("V",))
GET_INT = ("Landroid/os/X;", "get", ("I", "I"))
PUT = ("Landroid/os/X;", "put", ("V",))
SERIAL = ("Landroid/os/Build;", "SERIAL")


def first_dex() -> DexFile:
    """Return a file whose one method calls, loads strings, reads a field and creates an object."""
    dex = DexFile(
        classes=[Class(name="La/A;", methods=[Method(name="m")])],
        strings=["far", "near", "unused"],
        calls=[GET, GET_INT, PUT],
        fields=[SERIAL],
    )
    code = [0x001A, dex.string("far"), *[0] * 60, 0x001A, dex.string("near"), 0x0071, dex.method(*GET), 0]
    code += [0x0071, dex.method(*GET_INT), 0, 0x0071, dex.method(*PUT), 0, 0x0071, dex.method(*PUT), 0]
    code += [0x0062, dex.field(*SERIAL), 0x0069, dex.field(*SERIAL)]
    code += [0x0022, dex.type("Landroid/os/X;"), 0x001C, dex.type("Landroid/os/X;"), 0x000E]
    return dex.with_code("La/A;", "m", code)


def second_dex() -> DexFile:
    """Return a file in which another class makes one of the same calls, by other ids."""
    dex = DexFile(
        classes=[Class(name="Lb/B;", methods=[Method(name="n")], parent="La/A;")], calls=[PUT], strings=["far"]
    )
    return dex.with_code("Lb/B;", "n", [0x0071, dex.method(*PUT), 0, 0x001A, dex.string("far"), 0x000E])


def code_of(*members: Member) -> Code:
    """Return the code of an APK with `members`."""
    return read_code(open_apk(memoryview(apk_bytes(members)), limits=Limits()))


@pytest.fixture
def code() -> Code:
    """The code of both files."""
    return code_of(
        Member(name="classes.dex", content=first_dex().as_bytes()),
        Member(name="classes2.dex", content=second_dex().as_bytes()),
    )


def test_classes_of_all_files(code: Code) -> None:
    """Sorted, with their number and their packages."""
    assert (code.classes, code.class_count, code.method_count) == (("La/A;", "Lb/B;"), 2, 2)
    assert dict(code.packages) == {"La": 1, "Lb": 1}
    assert code.defined_of({"La/A;", "Lno/No;"}) == {"La/A;"}


def test_classes_below_another(code: Code) -> None:
    """Each with the nearest base; a base itself is not below."""
    root = "Ljava/lang/Object;"
    assert dict(code.descendants({root})) == {"La/A;": root, "Lb/B;": root}
    assert dict(code.descendants({root, "La/A;"})) == {"Lb/B;": "La/A;"}


def test_calls_to_a_member_have_any_descriptor(code: Code) -> None:
    """Both overloads are found; caller and callee come with theirs."""
    calls = list(code.calls_to({"Landroid/os/X;->get"}))
    assert [(call.caller, call.callee) for call in calls] == [
        ("La/A;->m()V", "Landroid/os/X;->get()V"),
        ("La/A;->m()V", "Landroid/os/X;->get(I)I"),
    ]
    assert {(call.caller_class, call.member) for call in calls} == {("La/A;", "Landroid/os/X;->get")}


def test_calls_are_found_in_every_file(code: Code) -> None:
    """Though ids differ from file to file."""
    assert [call.caller for call in code.calls_to(["Landroid/os/X;->put"])] == ["La/A;->m()V"] * 2 + ["Lb/B;->n()V"]


def test_a_member_nobody_calls_has_no_calls(code: Code) -> None:
    """Unknown classes, unknown names and rubbish."""
    assert list(code.calls_to({"Lno/No;->get", "Landroid/os/X;->no", "rubbish", ""})) == []


def test_strings_are_distinct(code: Code) -> None:
    """Each once, used or not."""
    strings = list(code.strings())
    assert len(strings) == len(set(strings))
    assert {"far", "near", "unused"} <= set(strings)


def test_string_uses_are_filtered_by_value(code: Code) -> None:
    """In the order of the files; what no instruction loads is not used."""
    uses = code.string_uses({"far", "unused"})
    assert [(use.value, use.caller_class) for use in uses] == [("far", "La/A;"), ("far", "Lb/B;")]


def test_strings_are_found_by_what_they_hold(code: Code) -> None:
    """Anywhere in them, in all tables, each once."""
    assert sorted(code.strings_with(("ar", "nuse"))) == ["far", "near", "unused"]


def test_constants_near_a_call_come_nearest_first(code: Code) -> None:
    """Only those loaded at most so many code units before it."""
    call = next(code.calls_to({"Landroid/os/X;->get"}))
    assert code.string_constants_near(call) == ("near",)
    assert code.string_constants_near(call, before=100) == ("near", "far")


def test_a_constant_is_followed_to_its_call() -> None:
    """Through a move, not past another value in its register, whichever engine reads."""
    dex = DexFile(classes=[Class(name="La/A;", methods=[Method(name="m")])], strings=["kept", "lost"], calls=[GET])
    get = dex.method(*GET)
    code = [0x011A, dex.string("kept"), 0x1207, 0x011A, dex.string("lost"), 0x0112, 0x2071, get, 0x0012, 0x000E]
    found = code_of(Member(name="classes.dex", content=dex.with_code("La/A;", "m", code).as_bytes()))
    (call,) = found.calls_to({"Landroid/os/X;->get"})

    assert found.constants_reaching(call) == ("kept",)


def test_constants_after_a_call_are_asked_for(code: Code) -> None:
    """In the second file the string is loaded behind the call."""
    call = list(code.calls_to({"Landroid/os/X;->put"}))[-1]
    assert (code.string_constants_near(call), code.string_constants_near(call, after=9)) == ((), ("far",))


def test_fields_are_read_or_written(code: Code) -> None:
    """sget-object reads, sput-object writes."""
    uses = list(code.field_uses({"Landroid/os/Build;->SERIAL"}))
    assert [(use.member, use.writes) for use in uses] == [
        ("Landroid/os/Build;->SERIAL", False),
        ("Landroid/os/Build;->SERIAL", True),
    ]


def test_types_are_created_or_named(code: Code) -> None:
    """new-instance creates, const-class names."""
    uses = list(code.type_uses({"Landroid/os/X;", "Lno/No;"}))
    assert [(use.type, use.creates) for use in uses] == [("Landroid/os/X;", True), ("Landroid/os/X;", False)]


def test_xrefs_are_distinct_pairs(code: Code) -> None:
    """A call made twice is one pair."""
    assert sorted(code.xrefs()) == [
        ("La/A;->m()V", "Landroid/os/X;->get()V"),
        ("La/A;->m()V", "Landroid/os/X;->get(I)I"),
        ("La/A;->m()V", "Landroid/os/X;->put()V"),
        ("Lb/B;->n()V", "Landroid/os/X;->put()V"),
    ]


def test_one_unreadable_file_does_not_hide_the_others() -> None:
    """It is listed with its reason."""
    good = Member(name="classes2.dex", content=second_dex().as_bytes())
    code = code_of(Member(name="classes.dex", content=b"encrypted" * 20), good)
    assert ([dex.name for dex in code.unreadable], code.dex_names) == (["classes.dex"], ("classes2.dex",))
    assert code.unreadable[0].reason.startswith("It does not start like a DEX file")


def test_a_member_that_does_not_inflate_is_unreadable() -> None:
    """A dex file whose bytes are not what the archive says."""
    code = code_of(Member(name="classes.dex", content=b"\xff" * 90, deflated=False))
    assert [dex.name for dex in code.unreadable] == ["classes.dex"]


def test_only_numbered_files_at_the_root_are_code() -> None:
    """Others are never loaded by Android itself."""
    names = ["classes1.dex", "classes02.dex", "lib/classes.dex", "classes.dex.bak", "Classes.dex"]
    assert code_of(*[Member(name=name, content=b"x") for name in names]).unreadable == ()


def test_a_gap_in_the_numbers_is_noted() -> None:
    """classes3.dex without classes2.dex is read, though Android would not load it."""
    content = second_dex().as_bytes()
    code = code_of(Member(name="classes.dex", content=content), Member(name="classes3.dex", content=content))
    assert (code.dex_names, [odd.kind for odd in code.anomalies]) == (("classes.dex", "classes3.dex"), ["dex.gap"])


def test_the_parts_of_a_container_are_read_one_by_one() -> None:
    """Each has a name of its own."""
    part = DexFile(version=b"041").as_bytes()
    assert code_of(Member(name="classes.dex", content=part * 2)).dex_names == ("classes.dex", "classes.dex#2")


def test_an_app_without_code_is_fine() -> None:
    """Nothing to see, nothing unreadable."""
    code = code_of()
    assert (code.classes, code.dex_bytes, list(code.xrefs()), code.unreadable) == ((), 0, [], ())
