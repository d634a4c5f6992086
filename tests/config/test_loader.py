"""What a right playbook becomes."""

import contextlib
import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from bot.config import Brand, Playbook, PlaybookError, SourceEntry, load_playbook, parse_playbook
from bot.config.playbook import slugify_name
from bot.domain.case import CasePriority
from bot.domain.routing import CaseClocks
from bot.domain.subject import SubjectKind
from bot.sources.catalogue import MODELS
from tests.config.sample_playbook import BRAND, LAST, write_department, write_playbook, write_route

ROOT = Path(__file__).parents[2]


class Stream(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    lang: str = ""


class Hook(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    named: ClassVar[bool] = True
    trust_source: bool = True


SOURCES: dict[str, type[BaseModel]] = {"x": Stream, "webhook": Hook}


def parse_sample(*more: str) -> Playbook:
    return parse_playbook(write_playbook(*more), sources=SOURCES)


@pytest.mark.parametrize(
    ("file", "first"), [("bot/demo/playbook.toml", "care-day-and-night"), ("playbook.example.toml", "care-nights")]
)
def test_a_playbook_that_we_ship_is_right(file: str, first: str) -> None:
    playbook = load_playbook(ROOT / file, sources=MODELS)

    assert playbook.slug == "northwind-air"
    assert playbook.find_department("care").on_call == (first, "U0MIA")
    assert ("webhook", "forum") in {(entry.source, entry.name) for entry in playbook.sources}


@pytest.mark.parametrize("file", ["bot/demo/playbook.toml", "playbook.example.toml"])
def test_what_is_unsure_has_a_lane_of_its_own_and_calls_nobody(file: str) -> None:
    lanes = [
        route
        for route in load_playbook(ROOT / file, sources=MODELS).routes
        if "unsure" in route.when.get("sentiment", ())
    ]

    assert [route.to for route in lanes] == ["care", "care"]
    assert {route.clocks for route in lanes} == {CaseClocks()}


def test_the_least_that_is_right_has_sensible_defaults() -> None:
    playbook = parse_playbook(
        '[brand]\nname="N"\nmanagers="U0MIA"\n[[departments]]\nname="care"\nchannel="C0CARE"\n' + LAST
    )

    assert playbook.brand == Brand("N", "UTC", ("U0MIA",), "", "en")
    assert [(subject.name, subject.kind, subject.terms) for subject in playbook.subjects] == [
        ("N", SubjectKind.BRAND, ("N",))
    ]
    assert playbook.find_department("care").hours.is_open_at(datetime(2026, 3, 14, 3, tzinfo=UTC))
    assert (playbook.routes[0].name, playbook.routes[0].clocks) == ("route 1", CaseClocks())
    assert (playbook.detectors.engine, playbook.detectors.unsure_below) == ("blend", 0.5)


def test_hours_are_read_in_the_brands_time_zone_or_the_departments_own() -> None:
    playbook = parse_sample(
        write_department('hours = ["Mon-Fri 08:00-20:00", "Sat 10:00-24:00"]', 'time_zone = "America/New_York"'),
        '[[departments]]\nname="night"\nchannel="C0N"\nhours="Mon-Sun 22:00-06:00"',
    )

    third, night = playbook.find_department("third").hours, playbook.find_department("night").hours
    assert [window.end for window in third.windows] == [time(20), time(0)]
    assert (third.zone, night.zone) == ("America/New_York", "Europe/Lisbon")


@pytest.mark.parametrize(("written", "code"), [("iw", "he"), ("zh-CN", "zh"), ("pt-BR", "pt"), ("in", "id")])
def test_a_route_by_language_takes_what_outlets_call_it(written: str, code: str) -> None:
    assert parse_sample(write_route(f'when = {{ language = "{written}" }}')).routes[0].when == {"language": {code}}


def test_a_route_takes_a_word_or_a_list_of_words() -> None:
    words = 'when = { intent = ["complaint", "crisis"], kind = "brand" }\nunless = { language = "DE" }'

    first = parse_sample(write_route(words)).routes[0]
    assert first.when == {"intent": {"complaint", "crisis"}, "kind": {"brand"}}
    assert first.unless == {"language": {"de"}}


def test_the_clocks_of_a_route_are_its_own() -> None:
    clocks = (
        'when = { intent = "need" }\nclaim_within = "90s"\nlease = "1h30m"\nresolve_within = "2d"\nremind_every = "5m"'
    )

    assert parse_sample(write_route(clocks)).routes[0].clocks == CaseClocks(
        claim_within=timedelta(seconds=90),
        lease=timedelta(minutes=90),
        resolve_within=timedelta(days=2),
        remind_every=timedelta(minutes=5),
    )


def test_a_route_without_a_name_is_called_by_its_number() -> None:
    named = parse_sample(write_route('name = "needs"', 'when = { intent = "need" }'))

    assert [found.name for found in named.routes] == ["needs", "route 2"]


def test_people_are_called_from_high_on_or_from_what_the_playbook_or_the_department_says() -> None:
    own = write_department('page_from = "low"')
    found = parse_sample(own, '[paging]\npage_from = "normal"')

    assert parse_sample().find_department("care").page_from is CasePriority.HIGH
    assert found.find_department("care").page_from is CasePriority.NORMAL
    assert found.find_department("third").page_from is CasePriority.LOW


@pytest.mark.parametrize("key", ["page_from", "page_from_people"])
def test_a_spike_pages_from_a_number_of_people_which_has_an_old_name(key: str) -> None:
    assert parse_sample(f"[spikes]\n{key} = 12").spikes.page_from_people == 12


def test_each_table_under_sources_is_read_by_its_own_model() -> None:
    playbook = parse_sample(
        '[sources.x]\nlang = "en"', "[sources.webhook.forum]", "[sources.webhook.my-shop]\ntrust_source = false"
    )

    assert playbook.sources == (
        SourceEntry("x", None, Stream(lang="en")),
        SourceEntry("webhook", "forum", Hook()),
        SourceEntry("webhook", "my-shop", Hook(trust_source=False)),
    )


def test_a_source_that_does_not_say_whether_it_is_named_is_reported_by_its_shape() -> None:
    playbook = parse_playbook(
        write_playbook("[sources.a.one]", "[sources.b]\nlang = 'en'", "[sources.c]"),
        sources=dict.fromkeys("abc", Stream),
    )

    assert [(entry.source, entry.name) for entry in playbook.sources] == [("a", "one"), ("b", None), ("c", None)]


def test_a_new_detectors_words_can_be_routed_at_once() -> None:
    more = {"irony": frozenset({"likely"}), "topic": frozenset[str]()}
    first = write_route('when = { irony = "likely", topic = "luggage" }')

    assert parse_playbook(write_playbook(first), dimensions=more).routes[0].when["topic"] == {"luggage"}


def test_windows_line_ends_and_a_byte_order_mark_are_nobodys_fault(tmp_path: Path) -> None:
    file = tmp_path / "playbook.toml"
    file.write_bytes(b"\xef\xbb\xbf" + write_playbook().replace("\n", "\r\n").encode())

    assert load_playbook(file).brand.name == "Northwind Air"


def test_a_department_that_is_none_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        parse_sample().find_department("nobody")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Northwind Air", "northwind-air"), ("Café & Söhne!", "cafe-sohne"), ("  x  ", "x"), ("AT&T", "at-t")],
)
def test_a_slug_is_the_name_in_small_letters_and_dashes(name: str, expected: str) -> None:
    assert slugify_name(name) == expected


def test_two_brands_without_a_latin_letter_have_two_slugs() -> None:
    assert slugify_name("ノースウィンド") != slugify_name("スカイラーク")


@given(st.text(min_size=1))
def test_a_slug_can_always_stand_in_a_key(name: str) -> None:
    assert slugify_name(name)
    assert set(slugify_name(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.integers(0, 300), st.integers(0, 23), st.integers(0, 59), st.integers(1, 59))
def test_any_length_of_time_up_to_a_year_can_be_written(days: int, hours: int, minutes: int, seconds: int) -> None:
    words = f"{days}d{hours}h{minutes}m{seconds}s"

    found = parse_sample(write_route('when = { intent = "need" }', f'lease = "{words}"')).routes[0].clocks.lease
    assert found == timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@given(st.text())
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    with pytest.raises(PlaybookError) as refused:
        parse_playbook(text)
    assert all(fault.sentence for fault in refused.value.faults)


values = st.recursive(
    st.sampled_from(['"x"', "3", "true", "1.5", "[]", "{}", "1979-05-27"]),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda found: f"[{', '.join(found)}]")
        | inner.map(lambda found: f"{{ name = {found} }}")
    ),
    max_leaves=4,
)
KEYS = ["brand", "subjects", "departments", "routes", "sources", "detectors", "other"]


@given(st.dictionaries(st.sampled_from(KEYS), values))
def test_no_value_of_a_wrong_kind_breaks_the_reading(found: dict[str, str]) -> None:
    with pytest.raises(PlaybookError) as refused:
        parse_playbook("\n".join(f"{key} = {value}" for key, value in found.items()), sources=SOURCES)
    assert all(fault.sentence for fault in refused.value.faults)


PARTS = ["name", "channel", "terms", "deputies", "hours", "when", "to", "lease", "time_zone", "kind"]


@given(st.sampled_from(["brand", "subjects", "departments", "routes"]), st.dictionaries(st.sampled_from(PARTS), values))
def test_no_key_of_a_wrong_kind_breaks_the_reading(table: str, found: dict[str, str]) -> None:
    header = f"[{table}]" if table == "brand" else f"[[{table}]]"
    text = write_playbook(brand="" if table == "brand" else BRAND)
    text += "\n".join([header, *(f"{key} = {value}" for key, value in found.items())])

    with contextlib.suppress(PlaybookError):
        parse_playbook(text)


def test_approval_names_intents_and_kinds_of_harm_and_has_somebody_to_ask() -> None:
    harms = {"harm": frozenset({"legal", "safety"})}
    read = parse_playbook(write_playbook('[approval]\nfor = ["crisis", "legal"]\nby = "U0MIA"'), dimensions=harms)
    assert read.replies.approval.classes == {"crisis", "legal"}
    assert (read.replies.approval.by, read.replies.approval.default) == ("U0MIA", True)
    for table, fault in (
        ('for = "legl"\nby = "U0MIA"', "'legl' is neither an intent nor a kind of harm. Did you mean 'legal'?"),
        ('for = "legal"', "needs somebody who approves. Name them: by = 'U…'"),
    ):
        with pytest.raises(PlaybookError, match=re.escape(fault)):
            parse_playbook(write_playbook(f"[approval]\n{table}", brand='[brand]\nname = "N"'), dimensions=harms)


def test_own_accounts_are_those_of_the_brand_its_subjects_and_its_people_by_the_names_of_sources() -> None:
    found = parse_sample(
        '[[subjects]]\nname = "N"\nterms = ["n air"]\nhandles = ["@NAir"]',
        '[[subjects]]\nname = "Rival"\nkind = "competitor"\nterms = ["rival"]\nhandles = ["@rival"]',
        '[[people]]\nid = "U0ANA"\naccounts = ["x:@Ana", "webhook:@ana"]',
        "[sources.webhook.forum]",
    ).own_accounts

    assert dict(found.owners) == {
        ("x", "nair"): "",
        ("x", "ana"): "U0ANA",
        ("webhook", "ana"): "U0ANA",
        ("forum", "ana"): "U0ANA",
    }


@pytest.mark.parametrize("account", ["", "@", "x:", "an account", "X Ltd:@ana"])
def test_an_account_that_is_none_is_refused_with_the_way_to_write_it(account: str) -> None:
    with pytest.raises(PlaybookError, match="Write the source and the handle, like 'x:@ana'"):
        parse_sample(f'[[people]]\nid = "U0ANA"\naccounts = ["{account}"]')
