"""A brand's name is found in every form, and not in another word."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.detectors.subject_matcher import SubjectMatcher
from bot.detectors.text.tokenizer import normalize, tokenize
from bot.domain.subject import Subject
from bot.domain.text_normalization import is_findable

NAMES = {
    "Macy's": ["Macy's was closed when we came", "macys again", "MACY'S", "Macy\u2019s", "Macy`s", "#Macys", "@macys", "Macy&#39;s"],
    "Levi's": ["my Levi's tore", "levi\u02bcs", "#levis"],
    "McDonald's": ["McDonald's was cold", "mcdonalds", "McDonald\u2019s fries"],
    "L'Oréal": ["L'Oreal", "l\u2019oréal", "loreal ruined my hair", "#LOréalParis", "@loreal"],
    "Ben & Jerry's": ["ben and jerrys", "Ben&Jerry's", "Ben &amp; Jerry\u2019s", "#BenAndJerrys", "@benandjerrys"],
    "H&M": ["H&M sold me this", "h & m", "h and m", "#HM", "@hm", "H&amp;M's", "#H&M"],
    "AT&T": ["AT&T is down", "at&t's", "#ATT", "@att"],
    "M&S": ["M&S food", "m & s"],
    "3M": ["3M tape", "3m's tape", "#3M", "@3m"],
    "7-Eleven": ["7-Eleven", "7 eleven", "7eleven", "#7eleven", "7\u2011Eleven"],
    "o2": ["o2 is down", "O2's network", "#o2", "@o2"],
    "X": ["X is down", "x's new rules", "#X"],
    "EE": ["EE has no signal", "ee's shop"],
    "HP": ["my HP printer", "HP's support"],
    "GO": ["GO is late", "#GO"],
    "C++": ["C++ is fast", "c++, as ever", "(C++)"],
    "C#": ["C# is fine", "c#!"],
    ".NET": [".NET is slow", "the .net runtime"],
    "Yahoo!": ["Yahoo! mail", "yahoo is down", "Yahoo!!!", "yahoo's", "#Yahoo"],
    'Toys "R" Us': ['Toys "R" Us', "toys r us", "Toys \u201cR\u201d Us", "#ToysRUs", "@toysrus"],
    "Dr. Oetker": ["Dr. Oetker", "dr oetker pizza", "Dr.Oetker", "#DrOetker"],
    "St. Pauli": ["St Pauli", "st. pauli"],
    "Häagen-Dazs": ["Haagen Dazs", "häagen-dazs", "haagendazs", "#HäagenDazs", "Haagen-Dazs's"],
    "Škoda": ["my skoda broke", "ŠKODA", "skodas", "S\u030ckoda", "#skoda"],
    "Café Zoé": ["cafe zoe", "Cafe\u0301 Zoe\u0301", "CAFÉ ZOÉ's", "#CafeZoe"],
    "Łódź Bus": ["lodz bus", "ŁÓDŹ BUS"],
    "Straße 7": ["strasse 7", "STRASSE 7", "Straße 7"],
    "Müller": ["mueller", "muller", "MÜLLER"],
    "Bjørn Borg": ["bjorn borg", "bjoern borg", "BJØRN BORG"],
    "Işık": ["isik", "IŞIK", "Işık'ın"],
    "İstanbul Kart": ["istanbul kart", "ISTANBUL KART", "İSTANBUL KART"],
    "Türk Telekom": ["turk telekom", "Türk Telekom'un", "TÜRK TELEKOM"],
    "Coca-Cola": ["coca cola", "CocaCola", "coca-cola's", "Coca\u2010Cola", "#cocacola"],
    "H-E-B": ["H-E-B", "heb is shut", "#HEB"],
    "E.ON": ["E.ON raised it", "E.On's bill"],
    "Booking.com": ["booking.com lost it", "Booking.com's help", "on Booking.com."],
    "J.Crew": ["J.Crew", "J. Crew", "#jcrew"],
    "P!nk": ["P!nk was late", "p!nk's show"],
    "Disney+": ["Disney+ froze", "disney+!"],
    "A$AP": ["A$AP merch", "a$ap"],
    "99 Ranch": ["99 Ranch", "99 ranch's"],
    "Air France": ["air france", "Air France's", "#AirFrance", "AirFrance", "Air-France"],
    "Happy Meal": ["two Happy Meals", "happy meal's toy"],
    "Kindle": ["my Kindle™ died", "Kindle® died", "kindles", "the Kindle-owner in me"],
    "Ikea": ["d'Ikea", "l\u2019IKEA", "ikea/billy", "IKEAs", "anti-Ikea"],
    "Pizza 🍕": ["Pizza 🍕 was cold"],
    "🍎": ["my 🍎 died"],
    "@northwindair": ["@NorthwindAir", "#northwindair", "northwindair"],
    "#flynorthwind": ["#FlyNorthwind", "flynorthwind"],
    "無印良品": ["無印良品の店員", "昨日無印良品で買った", "#無印良品", "無印良品"],
    "アップル": ["アップルの店", "新しいアップルを", "ｱｯﾌﾟﾙの店"],
    "ソニー": ["ソニーの新製品", "ソニー"],
    "iPhone": ["iPhoneの画面", "新しいiPhoneが", "iPhones"],
    "淘宝": ["我在淘宝买的", "淘宝很慢"],
    "การบินไทย": ["ฉันเกลียดการบินไทยมาก", "การบินไทย"],
    "ລາວ": ["ສາຍການບິນລາວ"],
    "삼성전자": ["삼성전자가 또", "삼성전자에서는", "삼성전자"],
    "네이버": ["네이버는 느려요", "#네이버"],
    "Сбербанк": ["Сбербанк не работает", "сбербанк", "#Сбербанк"],
    "Ёлка": ["елка закрыта", "ЁЛКА"],
    "Ελλάς": ["ελλας", "ΕΛΛΑΣ", "Ελλάς"],
    "مصرف الراجحي": ["مصرف الراجحي", "مَصرف الراجحي", "ومصرف الراجحي"],
    "אל על": ["אל על איחרה", "אֶל עַל"],
    "टाटा": ["टाटा की कार", "टाटा"],
}  # fmt: skip

OTHERS = [
    ("Apple", ["pineapple juice", "#pineapple", "applet", "@pineapple", "grapple with it"]),
    ("Ford", ["I cannot afford it", "#afford", "Oxford"]),
    ("3M", ["13M people", "3 m long", "3Mb", "$3M a year", "3M+ users"]),
    ("o2", ["co2 levels", "o20", "to2"]),
    ("X", ["extra", "x-ray", "c++", "the X-Files", "x&y", "xx"]),
    ("HP", ["php is fine", "hpv", "#php"]),
    ("EE", ["see", "#see", "e e", "Lee"]),
    ("C", ["C++ is fast", "C# is fine", "H&C", "vitamin-c"]),
    ("GO", ["go home", "I go there"]),
    ("H&M", ["hm, I think", "h m", "ham"]),
    ("AT&T", ["we met at the shop", "att"]),
    ("E.ON", ["e on", "eon", "neon"]),
    ("Air France", ["I need air. France is hot", "hair france"]),
    ("Macy's", ["Macy went home", "pharmacy's"]),
    ("ライン", ["オンラインで買った", "ラインナップ"]),
    ("楽", ["音楽を聴く"]),
    ("애플", ["애플리케이션이 멈췄다"]),
    ("Northwind", ["the north", "windy"]),
    ("United", ["#reunited", "#unitedkingdomflag"]),
    ("टाटा", ["टाट"]),
]  # fmt: skip


def names_in(text: str, term: str) -> list[str]:
    text = normalize(text)
    tokens = tokenize(text)
    seen = SubjectMatcher([Subject(name="It", terms=(term,))]).find_subjects(
        [token.lower() for token in tokens], tokens, text
    )
    return [one.name for one in seen.strongest]


@pytest.mark.parametrize(("term", "text"), [(term, text) for term, texts in NAMES.items() for text in texts])
def test_a_post_that_spells_a_name_as_people_do_is_about_it(term: str, text: str) -> None:
    assert names_in(text, term) == ["It"]
    assert names_in(f"so {text} again", term) == ["It"]


@pytest.mark.parametrize(("term", "text"), [(term, text) for term, texts in OTHERS for text in texts])
def test_a_name_is_not_found_in_another_word(term: str, text: str) -> None:
    assert names_in(text, term) == []


TERMS = st.text(min_size=1, max_size=30).map(lambda term: " ".join(term.split())).filter(is_findable)


@pytest.mark.parametrize("said", ["so ({}), again", "\u201c{}\u201d", "is it {}?", "{}: no", "{}/{}"])
@pytest.mark.parametrize("term", NAMES)
def test_what_stands_beside_a_name_does_not_hide_it(term: str, said: str) -> None:
    assert names_in(said.format(term, term), term) == ["It"]


@settings(deadline=None)
@given(TERMS, st.sampled_from(["{}", "I like {} very much", "{} !", "so {} , again"]))
@example("www.northwind.example", "see {}, now")
def test_a_post_that_spells_a_term_as_the_playbook_does_is_about_it(term: str, said: str) -> None:
    assert names_in(said.format(term), term) == ["It"]
