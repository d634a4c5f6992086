import json

import pytest

from bot.detectors.subject_matcher import SubjectMatcher
from bot.detectors.text.tokenizer import TOKEN, normalize
from bot.domain.subject import Subject
from bot.sources.term_filter import TermFilter

SUBJECTS = (
    Subject(name="Northwind", terms=("northwind air", "#flynorthwind"), handles=("@northwindair",)),
    Subject(name="Café Ñandú", terms=("café ñandú", "Müller", "h&m", "KLM", "3M", "楽天", "Яндекс")),
)
FOUND = [
    "Northwind Air lost my bag",
    "NORTHWIND-AIR lost it",
    "thanks @NorthwindAir",
    "#flynorthwindfail",
    "the Cafe Nandu is closed",
    "CAFÉ ÑANDÚ",
    "Mueller milk, Muller milk, MÜLLER",
    "H and M, again",
    "H & M",
    "klm's crew",
    "I like #KLM",
    "楽天で買った",
    "яндекс и ЯНДЕКС",
    "north\u0077ind air",
    "Northwind\u00a0Air",
    "n\u00f3rthwind air",
]
NOT_FOUND = ["the wind of the north", "klmn", "a 3mm screw", "air northwind", "mule"]


@pytest.mark.parametrize("text", FOUND)
@pytest.mark.parametrize("escaped", [False, True])
def test_a_post_that_names_a_subject_passes_as_text_and_as_json(text: str, *, escaped: bool) -> None:
    posts = TermFilter(SUBJECTS)
    assert posts.matches(text)
    if not escaped or text.isascii():
        assert posts.may_match(json.dumps({"text": text}, ensure_ascii=escaped).encode())


@pytest.mark.parametrize("text", NOT_FOUND)
def test_other_posts_do_not_pass(text: str) -> None:
    assert not TermFilter(SUBJECTS).matches(text)


def test_bytes_without_any_of_the_words_need_not_be_parsed() -> None:
    posts = TermFilter(SUBJECTS[:1])
    assert not posts.may_match('{"text": "nothing of ours, voilà"}'.encode())
    assert not posts.may_match(b"\xff\xfe\x00")


def test_without_subjects_everything_passes() -> None:
    posts = TermFilter(())
    assert posts.matches("anything")
    assert posts.may_match(b"anything")


@pytest.mark.parametrize("text", FOUND)
def test_what_the_detector_names_passes(text: str) -> None:
    matcher = SubjectMatcher(SUBJECTS)
    tokens = TOKEN.findall(normalize(text))
    if matcher.find_subjects([token.lower() for token in tokens], tokens, normalize(text)).matches:
        assert TermFilter(SUBJECTS).matches(text)
