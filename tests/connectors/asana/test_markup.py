"""The comment as Asana's rich text: always valid, never a mention, never too long."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.asana.markup import LIMIT, rich_text
from connectors.sandbox.asana_html import from_html
from syncer.domain.comment import Block, Bullets, Comment, Heading, Paragraph, Style, Text

MARK = "okr-syncer:acme/1200000000000777"
SIGNED = Paragraph((Text("Kept up to date by okr-syncer. ", Style.EMPHASIS), Text(MARK, Style.CODE)))


def html(*blocks: Block, limit: int = LIMIT) -> str:
    """The markup of a comment of these blocks."""
    return rich_text(Comment(blocks, MARK), limit)


def one(text: str, style: Style = Style.PLAIN, url: str = "") -> str:
    """The markup of one run, without the body and the marker's line."""
    whole = html(Paragraph((Text(text, style, url),)))
    return whole.removeprefix("<body>").removesuffix(f"\n<code>{MARK}</code></body>")


def test_a_whole_comment() -> None:
    assert html(
        Heading((Text("OKR rollup"),)),
        Paragraph((Text("Number: "), Text("37 %", Style.STRONG), Text(", "), Text("off track", Style.BAD))),
        Bullets(((Text("one"),), (Text("two", Style.GOOD),))),
        SIGNED,
    ) == (
        "<body><strong>OKR rollup</strong>\n"
        "Number: <strong>37 %</strong>, <strong>off track</strong>"
        "<ul><li>one</li><li><strong>two</strong></li></ul>"
        f"<em>Kept up to date by okr-syncer. </em><code>{MARK}</code></body>"
    )


def test_two_lists_side_by_side_stay_well_formed() -> None:
    whole = html(Bullets(((Text("a"),),)), Bullets(((Text("b"),),)), SIGNED)
    assert "<ul><li>a</li><li>b</li></ul>" in whole


@pytest.mark.parametrize(
    ("style", "markup"),
    [
        (Style.PLAIN, "x"),
        (Style.STRONG, "<strong>x</strong>"),
        (Style.EMPHASIS, "<em>x</em>"),
        (Style.CODE, "<code>x</code>"),
        (Style.GOOD, "<strong>x</strong>"),
        (Style.WARNING, "<strong>x</strong>"),
        (Style.BAD, "<strong>x</strong>"),
        (Style.NEUTRAL, "<strong>x</strong>"),
    ],
)
def test_every_style_has_a_tag_asana_knows(style: Style, markup: str) -> None:
    assert one("x", style) == markup


def test_foreign_markup_is_text() -> None:
    assert one('<b>&amp;</b> "') == "&lt;b&gt;&amp;amp;&lt;/b&gt; &quot;"
    assert one('<a data-asana-gid="42"/>') == "&lt;a data-asana-gid=&quot;42&quot;/&gt;"


def test_characters_that_xml_does_not_know_are_dropped() -> None:
    assert one("a\x00b\x08c\ud800d\ufffee\x9bf") == "abcdef"


def test_characters_that_turn_text_around_are_dropped() -> None:
    assert one("a\u202eb\u2066c") == "abc"


def test_a_line_break_in_foreign_text_makes_no_line() -> None:
    assert one("a\r\nb\u2028c\td") == "a b c d"


@pytest.mark.parametrize("text", ["https://app.asana.com/0/profile/42", "see APP.ASANA.COM/0/1"])
def test_an_address_of_asana_in_foreign_text_is_no_address(text: str) -> None:
    assert "asana.com" not in one(text).lower()
    assert one(text).replace("\u200b", "") == text


def test_a_link_is_a_link() -> None:
    markup = one("the number", url="https://bi.example/x?a=1&b=\"2'")
    assert markup == '<a href="https://bi.example/x?a=1&amp;b=&quot;2&#x27;">the number</a>'


@pytest.mark.parametrize(
    "url",
    [
        "https://app.asana.com/0/profile/42",
        "https://APP.asana.com./0/1",
        "http://user@asana.com/0/1",
        "javascript:alert(1)",
        "//evil.example",
        "https://",
        "https://[broken",
        "mailto:ana@acme.example",
    ],
)
def test_a_link_to_asana_or_to_no_page_is_text(url: str) -> None:
    assert one("x", url=url) == "x"


def test_the_marker_is_added_where_the_comment_lacks_it() -> None:
    assert html(Paragraph((Text("x"),))) == f"<body>x\n<code>{MARK}</code></body>"
    assert html() == f"<body><code>{MARK}</code></body>"


def test_a_longer_marker_does_not_stand_for_ours() -> None:
    assert html(Paragraph((Text(f"{MARK}8"),))).endswith(f"\n<code>{MARK}</code></body>")


def test_too_long_a_comment_loses_lines_before_its_last_and_says_so() -> None:
    lines = tuple((Text(f"line {number}"),) for number in range(100))
    whole = html(Heading((Text("OKR rollup"),)), Bullets(lines), SIGNED, limit=400)
    assert len(whole) <= 400
    assert whole.startswith("<body><strong>OKR rollup</strong><ul><li>line 0</li>")
    kept = whole.count("<li>")
    assert f"</ul><em>Shortened: {100 - kept} more lines did not fit.</em>\n" in whole
    assert whole.endswith(f"<code>{MARK}</code></body>")


def test_the_limit_is_held_by_letters_of_several_bytes() -> None:
    lines = tuple((Text("\U0001f680" * 1000),) for _ in range(40))
    assert 60_000 < len(html(Bullets(lines), SIGNED).encode()) <= LIMIT


def test_a_single_endless_line_is_cut() -> None:
    assert one("x" * 9000) == "x" * 2000 + "…"


runs = st.lists(
    st.builds(
        Text, st.text(max_size=40), st.sampled_from(Style), st.sampled_from(["", "https://bi.example/<&>"])
    ),
    max_size=4,
).map(tuple)
blocks = st.one_of(
    st.builds(Heading, runs),
    st.builds(Paragraph, runs),
    st.builds(Bullets, st.lists(runs, max_size=4).map(tuple)),
)


@given(st.lists(blocks, max_size=6).map(tuple), st.integers(250, 2000))
def test_whatever_is_in_it_asana_takes_it(content: tuple[Block, ...], limit: int) -> None:
    whole = rich_text(Comment((*content, SIGNED), MARK), limit)
    assert len(whole.encode()) <= limit
    read = from_html(whole, "html_text")
    assert MARK in read.text
    assert {name for element in ET.fromstring(whole).iter() for name in element.attrib} <= {"href"}
