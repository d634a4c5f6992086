import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detectors.subject_matcher import SubjectMatcher
from bot.detectors.text.tokenizer import TOKEN, normalize
from bot.domain.subject import Subject
from bot.domain.text_normalization import fold_for_search, fold_letters, normalize_text
from bot.sources.term_filter import TermFilter

SUBJECTS = (
    Subject(name="Northwind", terms=("northwind air", "#flynorthwind"), handles=("@northwindair",)),
    Subject(name="Café Ñandú", terms=("café ñandú", "Müller", "h&m", "KLM", "3M", "楽天", "Яндекс", "Smørgåsbord")),
)
TERMS = [term for subject in SUBJECTS for term in (*subject.terms, *subject.handles)]
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
    "\U0001d5e1\U0001d5fc\U0001d5ff\U0001d601\U0001d5f5\U0001d604\U0001d5f6\U0001d5fb\U0001d5f1 air, in bold",
    "ＮＯＲＴＨＷＩＮＤ ＡＩＲ",
    "north\u00adwind air 🛫\ufe0f",
    "Smorgasbord, smörgåsbord, SMØRGÅSBORD",
]
NOT_FOUND = ["the wind of the north", "klmn", "a 3mm screw", "air northwind", "mule"]


@pytest.mark.parametrize("text", FOUND)
@pytest.mark.parametrize("escaped", [False, True])
def test_a_post_that_names_a_subject_passes_as_text_and_as_json(text: str, *, escaped: bool) -> None:
    raw = json.dumps({"text": text}, ensure_ascii=escaped).encode()
    found = [
        posts for posts in (TermFilter([Subject(name="One", terms=(term,))]) for term in TERMS) if posts.matches(text)
    ]
    assert found
    assert all(posts.may_match(raw) for posts in found)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_other_posts_do_not_pass(text: str) -> None:
    assert not TermFilter(SUBJECTS).matches(text)


def test_bytes_without_any_of_the_words_need_not_be_parsed() -> None:
    posts = TermFilter(SUBJECTS[:1])
    assert not posts.may_match('{"text": "nothing of ours, voilà"}'.encode())
    assert not posts.may_match(b"\xff\xfe\x00")
    assert not posts.may_match(rb'{"text": "salt \u0026 pepper \u003c3"}')


LONG_TERMS = ("northwind air", "café ñandú", "Müller", "Smørgåsbord", "楽天", "Яндекс", "Ελλάς")
SPELLINGS = [
    form for term in LONG_TERMS for form in (term, term.upper(), unicodedata.normalize("NFD", term), f"#{term}")
]

ALL_TERMS = TermFilter([Subject(name="All", terms=LONG_TERMS)])
EACH_TERM = [TermFilter([Subject(name="One", terms=(term,))]) for term in LONG_TERMS]


@given(
    st.lists(st.sampled_from(SPELLINGS) | st.text(max_size=20), max_size=6), st.sampled_from(["", " "]), st.booleans()
)
def test_no_post_that_matches_is_left_out_by_its_bytes(parts: list[str], between: str, escaped: bool) -> None:  # noqa: FBT001
    text = between.join(parts)
    for posts in ALL_TERMS, *EACH_TERM:
        if posts.matches(text):
            assert posts.may_match(json.dumps({"text": text}, ensure_ascii=escaped).encode("utf-8", "replace"))


def test_every_letter_is_the_same_in_both_ways_of_folding() -> None:
    for letter in map(chr, range(0x80, 0x110000)):
        folded = fold_letters(normalize_text(letter)).encode("ascii", "ignore")
        if folded.isalnum():
            assert fold_for_search(letter) == folded


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
