import pytest

from nyfiken.importing.cleaning import as_id, cut, plain, without_markup


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("<p>One.</p><P ALIGN=center>Two.<br/>Three.</p>", "One.\n\nTwo.\nThree."),
        ("<ul><li>first</li><li>second</li></ul>", "- first\n- second"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("R&amp;D &ndash; 20&nbsp;&deg;C, &#8220;so&#8221;", "R&D – 20 °C, “so”"),
        ("Loctite&amp;reg; cure", "Loctite® cure"),
        ("<script>alert('no')</script>yes<style>p {}</style>", "yes"),
        ("pressure < 5 bar and > 2", "pressure < 5 bar and > 2"),
        ("an <a href='x'>unclosed link", "an unclosed link"),
    ],
)
def test_markup_becomes_what_a_reader_would_see(cell, said):
    assert plain(without_markup(cell)) == said


def test_odd_spaces_line_ends_and_control_characters_are_gone():
    assert plain("  a\u00a0 b\t c \r\n\r\n\r\n\r\nd\x00\x1b e\r") == "a b c\n\nd e"


def test_letters_written_in_two_parts_become_one():
    assert plain("a\u030angest") == "ångest"


@pytest.mark.parametrize(
    ("text", "longest", "kept"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("one two three", 8, "one two…"),
        ("one two three", 9, "one two…"),
        ("one, two", 6, "one…"),
        ("unbreakable", 5, "unbr…"),
    ],
)
def test_what_is_too_long_ends_at_a_word(text, longest, kept):
    assert cut(text, longest) == kept
    assert len(cut(text, longest)) <= longest


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Järfälla kommun", "jarfalla-kommun"),
        ("  FöU / UFöU ", "fou-ufou"),
        ("Ångström & Öberg AB", "angstrom-oberg-ab"),
        ("x" * 60, "x" * 40),
        ("—", ""),
    ],
)
def test_a_name_becomes_a_unit_id(name, unit):
    assert as_id(name) == unit
