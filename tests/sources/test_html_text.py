import pytest

from bot.sources.html_text import extract_html_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain words", "plain words"),
        ("a < b", "a < b"),
        ("AT&amp;T", "AT&T"),
        ("<p>one<br>two</p><p>three</p>", "one\ntwo\n\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("see <a href='https://x.example'>the  <b>page</b></a>", "see the page"),
        ("<script>alert(1)</script><style>p{}</style>words", "words"),
        ('<a href="#"><span class="invisible">https://</span><span>x.example/a</span></a>', "https://x.example/a"),
        ("<p>un<b>closed <i>tags", "unclosed tags"),
        ("<!-- a --><![CDATA[x]]>b", "b"),
        ("", ""),
    ],
)
def test_html_reads_as_on_the_page(html: str, text: str) -> None:
    assert extract_html_text(html) == text


def test_elements_without_end_inside_each_other_are_left_out() -> None:
    assert extract_html_text("<b>" * 50_000 + "deep") == ""
    assert extract_html_text("<div>" * 50 + "words") == "words"
