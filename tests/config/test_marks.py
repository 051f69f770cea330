import math

import pytest

from config.marks import Place, parse

FLOW = "not valid YAML: while parsing a flow node, expected the node content, but found '<stream end>'"
TAB = "not valid YAML: while scanning for the next token, found character '\\t' that cannot start any token"
SECOND = "a second YAML document starts here; write one workspace per file"


def faults(text: str) -> list[tuple[int, int, str, str]]:
    tree = parse(text)
    return [(f.place.line, f.place.column, tree.show(f.path), f.message) for f in tree.faults]


def test_scalars_follow_yaml_1_2_and_dates_stay_text() -> None:
    text = "a: on\nb: NO\nc: 12:30\nd: 2026-10-01\ne: true\nf:\ng: 0x10\nh: 007\ni: 1_000\n"
    text += "j: 1.5\nk: '3'\nl: ~\n"
    assert parse(text).value == {
        "a": "on",
        "b": "NO",
        "c": "12:30",
        "d": "2026-10-01",
        "e": True,
        "f": None,
        "g": 16,
        "h": "007",
        "i": 1000,
        "j": 1.5,
        "k": "3",
        "l": None,
    }


def test_an_old_yaml_version_in_the_file_changes_no_word() -> None:
    assert parse("%YAML 1.1\n---\na: off\nb: 1:30\n").value == {"a": "off", "b": "1:30"}


def test_not_a_number_and_infinity_are_read_so_that_the_model_can_refuse_them() -> None:
    value = parse("a: .nan\nb: -.inf\nc: 1e999\n").value
    assert isinstance(value, dict)
    assert math.isnan(value["a"])
    assert value["b"] == -math.inf
    assert value["c"] == math.inf


def test_aliases_and_merges_are_followed_and_own_keys_win() -> None:
    tree = parse("a: &x {b: 1, c: 5}\nd: {<<: *x, b: 2}\ne: *x\nf: {<<: [*x, {g: 1}]}\n")
    assert tree.value == {
        "a": {"b": 1, "c": 5},
        "d": {"b": 2, "c": 5},
        "e": {"b": 1, "c": 5},
        "f": {"b": 1, "c": 5, "g": 1},
    }
    assert tree.place(("d", "c")) == Place(1, 14)


def test_places_are_those_of_keys_and_items() -> None:
    tree = parse("a:\n  - id: x\n    b: 1\n  - c\n")
    assert tree.place(("a",)) == Place(1, 1)
    assert tree.place(("a", 0)) == Place(2, 5)
    assert tree.place(("a", 0, "b")) == Place(3, 5)
    assert tree.place(("a", 1)) == Place(4, 5)
    assert tree.place(("a", 0, "missing")) == Place(2, 5)
    assert tree.show(("a", 0, "b")) == "a.x.b"
    assert tree.show(("a", 1)) == "a[1]"
    assert dict(tree.paths())["a.x.b"] == Place(3, 5)


def test_every_duplicate_key_is_found_and_no_value_is_repeated() -> None:
    assert faults("a: 1\na: hunter2\nb: {c: 1, c: 2, c: 3}\n") == [
        (2, 1, "a", "the key stands twice, first on line 1; keep one"),
        (3, 11, "b.c", "the key stands twice, first on line 3; keep one"),
        (3, 17, "b.c", "the key stands twice, first on line 3; keep one"),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: b: c", (1, 5, "", "not valid YAML: mapping values are not allowed here")),
        (
            "a: [1,\n",
            (2, 1, "", FLOW),
        ),
        (
            "a: 1\n\tb: 2",
            (2, 1, "", TAB),
        ),
        ("a: 1\n---\nb: 1", (2, 1, "", SECOND)),
        ("a: *hunter2", (1, 4, "", "an alias without its anchor; text that begins with * needs quotes")),
        (
            "a: !hunter2 x",
            (1, 4, "a", "tags are not used in this file; text that begins with ! needs quotes"),
        ),
        ("a: 1\nb: \x01", (2, 4, "", "a control character is not allowed here")),
        ("a: &a\n  - *a\n", (1, 4, "a[0]", "an anchor may not contain itself")),
        ("? [a]\n: 1\n", (1, 3, "", "a key must be plain text")),
        ("[" * 1000, (1, 1, "", "not readable as YAML")),
    ],
)
def test_broken_yaml_is_said_with_its_place(text: str, fault: tuple[int, int, str, str]) -> None:
    assert faults(text) == [fault]


def test_an_anchor_used_a_billion_times_is_built_once() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert not parse("\n".join(lines)).faults


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n\n"])
def test_an_empty_text_has_no_value(text: str) -> None:
    assert parse(text).value is None
