"""What is said about a playbook that is wrong: where, why, and what was probably meant."""

from typing import ClassVar

import pytest
from pydantic import BaseModel, ConfigDict, Field

from bot.config import PlaybookError, PlaybookFault, parse_playbook
from tests.config.sample_playbook import BRAND, DEPARTMENTS, SUBJECTS, write_department, write_playbook, write_route


class Stream(BaseModel):
    model_config = ConfigDict(extra="forbid")

    named: ClassVar[bool] = False
    lang: str = Field("", max_length=2)


class Hook(BaseModel):
    model_config = ConfigDict(extra="forbid")

    named: ClassVar[bool] = True
    trust_source: bool = True


SOURCES: dict[str, type[BaseModel]] = {"x": Stream, "webhook": Hook}


def faults(text: str) -> list[PlaybookFault]:
    with pytest.raises(PlaybookError) as refused:
        parse_playbook(text, sources=SOURCES)
    return list(refused.value.faults)


def only(text: str) -> str:
    """The one fault there is, without its line."""
    (fault,) = faults(text)
    return f"{fault.place}: {fault.sentence}"


def brand(*lines: str) -> str:
    return write_playbook(brand=BRAND + "\n".join(lines))


def planned(**changed: str) -> str:
    said = {
        "name": '"launch"',
        "cause": '"launch"',
        "subject": '"Northwind"',
        "starts_at": "2026-03-20T08:00:00",
        "ends_at": "2026-03-20T20:00:00",
        **changed,
    }
    return "\n".join(["[[spikes.planned]]", *(f"{key} = {value}" for key, value in said.items())])


def campaign(**changed: str) -> str:
    said = {
        "name": '"Sale"',
        "subject": '"Northwind"',
        "starts_at": "2026-03-20T08:00:00",
        "ends_at": "2026-03-20T20:00:00",
        **changed,
    }
    return "\n".join(["[[campaigns]]", *(f"{key} = {value}" for key, value in said.items())]) + "\n"


def subject(*lines: str, terms: str = '["third"]') -> str:
    return "\n".join(["[[subjects]]", 'name = "Third"', f"terms = {terms}", *lines])


def hook(*lines: str) -> str:
    return write_playbook("\n".join(lines))


def offer(**keys: str) -> str:
    return "\n".join(("[[offers]]", 'text = "credit"', *(f"{key} = {value}" for key, value in keys.items())))


NEED = 'when = { intent = "need" }'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # a key that is none
        (brand('managrs = ["U0A"]'), "brand.managrs: there is no key 'managrs'. Did you mean 'managers'?"),
        (write_playbook("[detectors]\nengin = 'vader'"), "detectors.engin: there is no key 'engin'. Did you mean 'engine'"),
        (write_playbook(write_department('on_cal = ["U0A"]')), "departments[3].on_cal: there is no key 'on_cal'. Did you mean"),
        (write_playbook(write_route(NEED, 'claim_withn = "5m"')), "routes[1].claim_withn: there is no key 'claim_withn'. Did"),
        (write_playbook("[sorces.x]"), "sorces: there is no key 'sorces'. Did you mean 'sources'?"),
        (write_playbook("[[replies]]\nname = 'A'\nfor = 'praize'\ntext = 'B'"), "replies[1].for[1]: 'praize' is not a known"),
        (write_playbook("[zzz]"), "zzz: there is no key 'zzz'. Use 'approval', 'brand', 'campaigns', 'cards', 'crisis', 'departments', 'detectors', 'drafts', 'drills', 'escalations', "),
        (write_playbook(planned(subject='"Northwnd"')), "spikes.planned[1].subject: there is no subject 'Northwnd'"),
        (write_playbook(planned(ends_at="2026-03-01T08:00:00")), "spikes.planned[1]: ends before it starts"),
        (write_playbook(planned(cause='"party"')), "spikes.planned[1].cause: "),
        (write_playbook(planned(starts_at='"soon"')), "spikes.planned[1].starts_at: "),
        # campaigns
        (write_playbook(campaign(subject='"Northwnd"')), "campaigns[1].subject: there is no subject 'Northwnd'. Did you mean 'Northwind'?"),
        (write_playbook(campaign(ends_at="2026-03-01T08:00:00")), "campaigns[1]: ends before it starts"),
        (write_playbook(campaign(kind='"pul"')), "campaigns[1].kind: 'pul' is not a known value. Did you mean 'pull'?"),
        (write_playbook(campaign(owner='"@ana"')), "campaigns[1].owner: '@ana' is not a person's id"),
        (write_playbook(campaign(times="0")), "campaigns[1].times: must be 1.0 or more"),
        (write_playbook(campaign() + campaign(name='"sale"')), "campaigns[2].name: 'sale' is already the name of campaigns[1]"),
        (write_playbook(campaign() + campaign(name='"Film"', parent='"Slae"')), "campaigns[2].parent: there is no other campaign 'Slae'. Did you mean 'Sale'?"),
        (write_playbook(campaign(parent='"Sale"')), "campaigns[1].parent: there is no other campaign 'Sale'"),
        (write_playbook(campaign() + campaign(name='"A"', parent='"Sale"') + campaign(name='"B"', parent='"A"')), "campaigns[3].parent: 'A' has a parent itself. Name that one"),
        (write_playbook(campaign() + '[[campaigns.assets]]\nname = "Film"'), "campaigns[1].assets[1]: needs words or a link, so that posts about it are found"),
        (write_playbook(campaign() + '[[campaigns.assets]]\nname = "Film"\nlink = "film"'), "campaigns[1].assets[1].link: "),
        (write_playbook('[paging]\npage_from = "urgent"'), "paging.page_from: 'urgent' is not a known value. Use 'low', 'normal'"),
        (write_playbook("[spikes]\npage_from = -1"), "spikes.page_from: must be 0 or more"),
        (write_playbook("[spikes]\npage_from = 3\npage_from_people = 4"), "spikes.page_from: there is no key 'page_from'. Did you mean 'page_from_people'?"),
        # brand
        (write_playbook(brand=""), "brand: [brand] is missing"),
        (write_playbook(brand='[brand]\nmanagers = ["U0MIA"]\n'), "brand.name: is missing"),
        (brand('language = "German"'), "brand.language: 'German' is not a language code"),
        (write_playbook(brand=BRAND.replace("Lisbon", "Lisboa")), "Did you mean 'Europe/Lisbon'?"),
        (write_playbook(brand=BRAND.replace("U0MIA", "@mia")), "brand.managers[1]: '@mia' is neither a person's nor a user"),
        (write_playbook(brand=BRAND.replace("Northwind Air", "  ")), "brand.name: is empty"),
        (write_playbook(brand=BRAND.replace("Northwind Air", "a\\u202eb")), r"brand.name: 'a\u202eb' has characters that"),
        # etiquette
        (write_playbook('[etiquette]\nanswered_within = "400d"'), "etiquette.answered_within: '400d' is out of range. Use '1s' to '30d', or '0h' to turn it off"),
        (write_playbook("[etiquette]\nanswered_within = 2"), "etiquette.answered_within: '2' has no unit. Write it like '15m'"),
        (write_playbook("[etiquette]\nmax_approaches = 0"), "etiquette.max_approaches: must be 1 or more"),
        (write_playbook('[etiquette]\nmax_approaches = "two"'), "etiquette.max_approaches: must be a whole number, without quotes"),
        (write_playbook("[etiquette]\nmax_approach = 3"), "etiquette.max_approach: there is no key 'max_approach'. Did you mean 'max_approaches'?"),
        # subjects
        (write_playbook(subject('kind = "rival"')), "subjects[3].kind: 'rival' is not a known value. Use 'brand', 'product'"),
        (write_playbook(subject(terms="[]")), "subjects[3].terms: is empty. Name at least one"),
        (write_playbook(subject(terms='["a", ""]')), "subjects[3].terms[2]: is empty"),
        (write_playbook(subject(terms='["NorthWind "]')), "subjects[3].terms: 'NorthWind ' is already a term of 'Northwind'"),
        (write_playbook(subject('exclude = "third"')), "subjects[3].exclude: 'third' is also a term, so it would never"),
        (write_playbook(subject().replace("Third", "northwind")), "'northwind' is already the name of subjects[1]"),
        # departments
        (write_playbook(departments=""), "departments: [[departments]] is missing. Add at least one"),
        (write_playbook(write_department().replace("third", "care")), "departments[3].name: 'care' is already the name of departments[1]"),
        (write_playbook(write_department().replace("third", "Nobody")), "departments[3].name: 'nobody' is reserved for mentions"),
        (write_playbook(write_department().replace("third", "@ana")), "departments[3].name: '@ana' looks like a person"),
        (write_playbook(write_department().replace("third", "#care")), "departments[3].name: '#care' looks like a channel"),
        (write_playbook(write_department().replace("C0THIRD", "#third")), "'#third' is a channel's name, and names change. Use its"),
        (write_playbook(write_department().replace("C0THIRD", "D0ANA")), "departments[3].channel: 'D0ANA' is not a channel id"),
        (write_playbook(write_department('fallback = "pr"')), "departments[3].fallback: 'pr' is not a channel id"),
        (write_playbook(write_department('deputies = ["U0ANA", "ana"]')), "departments[3].deputies[2]: 'ana' is neither a person's"),
        (write_playbook(write_department('on_call = ["S0CARE"]')), "departments[3].on_call[1]: 'S0CARE' is a user group, and Earshot"),
        (write_playbook(write_department('on_call = ["C0CARE"]')), "departments[3].on_call[1]: 'C0CARE' is not a person's id"),
        (write_playbook(write_department('hours = "8-20"')), "departments[3].hours[1]: '8-20' is not a range of hours. Write it"),
        (write_playbook(write_department("hours = []")), "departments[3].hours: an empty list would mean never. Leave the key out"),
        (write_playbook(write_department("hours = [8]")), "departments[3].hours[1]: must be a word in quotes, like 'Mon-Fri"),
        (write_playbook(write_department('time_zone = "CEST"')), "departments[3].time_zone: 'CEST' is not a time zone"),
        (write_playbook(write_department(f'authority = "{"a" * 1501}"')), "departments[3].authority: is longer than 1500 characters"),
        # offers and guidance
        (write_playbook(offer(limit='"fifty"')), "offers[1].limit: is not an amount. Write it like 50 EUR or 49.90 EUR"),
        (write_playbook(offer(limit='"50"')), "offers[1].limit: is not an amount. Write it like 50 EUR or 49.90 EUR"),
        (write_playbook(offer(limit="50")), "offers[1].limit: must be a word in quotes, like '50 EUR'"),
        (write_playbook(offer(limit='"50 EUR"', daily='"500 USD"')), "offers[1]: limit is in EUR and daily in USD. Use one"),
        (write_playbook(offer(ask='"U0MIA"')), "offers[1]: has somebody to ask for more, but no limit. Add one, like limit ="),
        (write_playbook(offer(ask='"S0CARE"', limit='"5 EUR"')), "offers[1].ask: 'S0CARE' is a user group, and Earshot calls"),
        (write_playbook(offer(departments='"cafe"')), "offers[1].departments: 'cafe' is not a department. Did you mean 'care'?"),
        (write_playbook(offer(when='{ intent = "complain" }')), "'complain' is not a valid intent. Did you mean 'complaint'?"),
        (write_playbook(offer(ask_default='"maybe"')), "offers[1].ask_default: 'maybe' is not a known value. Use 'yes' or 'no'"),
        (write_playbook('[[guidance]]\ntext = "a"\nlink = "wiki/bags"'), "guidance[1].link: "),
        (write_playbook('[[guidance]]\ntext = ""'), "guidance[1].text: is empty"),
        # routes
        (write_playbook(last=""), "routes: [[routes]] is missing. Add at least one"),
        (write_playbook(write_route(NEED, to="sale")), "routes[1].to: 'sale' is not a department. Did you mean 'sales'?"),
        (write_playbook(f"[[routes]]\n{NEED}"), "routes[1].to: is missing"),
        (write_playbook(write_route('when = { intnt = "need" }')), "routes[1].when.intnt: no detector knows 'intnt'. Did you mean"),
        (write_playbook(write_route('when = { intent = "complain" }')), "'complain' is not a valid intent. Did you mean 'complaint'?"),
        (write_playbook(write_route('when = { sentiment = "Negative" }')), "'Negative' is not a valid sentiment. Did you mean 'negative'?"),
        (write_playbook(write_route('when = { kind = "competitors" }')), "'competitors' is not a valid kind. Did you mean 'competitor'?"),
        (write_playbook(write_route('when = { subject = "Northwnd" }')), "'Northwnd' is not a valid subject. Did you mean 'Northwind'?"),
        (write_playbook(write_route('when = { language = "english" }')), "'english' is not a language code. Use two letters"),
        (write_playbook(write_route('when = { source = "the forum" }')), "'the forum' is not the name of a source. Use one like 'x'"),
        (write_playbook(write_route("when = { intent = 3 }")), "routes[1].when.intent: must be a word in quotes, or a list of words"),
        (write_playbook(write_route("when = { intent = [] }")), "routes[1].when.intent: an empty list matches nothing"),
        (write_playbook(write_route(NEED, 'unless = { knd = "brand" }')), "routes[1].unless.knd: no detector knows 'knd'. Did you"),
        (write_playbook(write_route(NEED, 'name = "a"'), write_route(f'name = "A"\n{NEED}\nunless = {{}}')), "'A' is already the name of routes[1]"),
        (write_playbook(write_route(NEED, "lease = 15")), "routes[1].lease: '15' has no unit. Write it like '15m', '4h' or '1h30m'"),
        (write_playbook(write_route(NEED, 'lease = "soon"')), "routes[1].lease: 'soon' is not a duration. Write it like '90s'"),
        (write_playbook(write_route(NEED, 'lease = "0m"')), "routes[1].lease: '0m' is out of range"),
        (write_playbook(write_route(NEED, 'lease = "999999d"')), "routes[1].lease: '999999d' is out of range"),
        # subjects
        (write_playbook(subject(terms='["third", "!!!"]')), "subjects[3].terms[2]: '!!!' has no letter, digit or emoji"),
        (write_playbook(subject('exclude = ["?"]')), "'?' has no letter, digit or emoji, so no post can match it"),
        # detectors
        (write_playbook("[detectors]\nunsure_below = 2"), "detectors.unsure_below: must be 1.0 or less"),
        (write_playbook('[detectors]\nengine = "bert"'), "detectors.engine: 'bert' is not a known value. Use 'blend'"),
        # sources
        (hook("[sources.webhok.forum]"), "sources.webhok: there is no source 'webhok'. Did you mean 'webhook'?"),
        (hook("[sources.webhook]"), "sources.webhook: has no name. Give it one, such as [sources.webhook.forum]"),
        (hook("[sources.webhook.My_Forum]"), "'My_Forum' is not valid in an address. Use a-z, 0-9 and dashes"),
        (hook("[sources.webhook.forum]", "trust = 1"), "sources.webhook.forum.trust: there is no key 'trust'. Use 'trust_source'"),
        (write_playbook('[[escalations]]\nquiet_hours = "Mon-Sun 22:00-07:00"'), "escalations[1].quiet_hours: 'sev1' cannot wait"),
        (hook("[sources.x]", 'lang = "eng"'), "sources.x.lang: is longer than 2 characters"),
        (hook("[sources.x.main]"), "sources.x.main: there is no key 'main'"),
        (hook("[sources]", "x = 3"), "sources.x: must be a table"),
    ],
)  # fmt: skip
def test_a_fault_is_reported_with_its_place_and_what_was_meant(text: str, said: str) -> None:
    assert any(said in f"{fault.place}: {fault.sentence}" for fault in faults(text)), faults(text)


def test_one_mistake_is_one_fault() -> None:
    assert (
        only(write_playbook(write_route(NEED, to="sale")))
        == "routes[1].to: 'sale' is not a department. Did you mean 'sales'?"
    )
    assert only(write_playbook(write_route('when = { intnt = "x" }'))).startswith("routes[1].when.intnt: ")
    assert only(write_playbook(write_department('time_zone = "Mars"'))).startswith("departments[3].time_zone: ")


def test_a_route_to_a_department_that_has_a_fault_of_its_own_is_right() -> None:
    wrong = DEPARTMENTS.replace("C0CARE", "#care")

    assert only(write_playbook(write_route(NEED), departments=wrong)).startswith("departments[1].channel: '#care'")


def test_everything_that_is_wrong_is_reported_at_once_from_the_top_of_the_file() -> None:
    text = write_playbook(
        write_route('when = { intent = "nead" }', "lease = 3", to="sale"),
        write_department('hours = "always"', 'chanel = "C0X"'),
        "[sources.y]",
        brand=BRAND.replace("Lisbon", "Lisboa"),
        subjects=SUBJECTS.replace("skylark", "northwind"),
    )

    assert [fault.place for fault in faults(text)] == [
        "brand.time_zone",
        "subjects[2].terms",
        "routes[1].when.intent",
        "routes[1].lease",
        "routes[1].to",
        "departments[3].hours[1]",
        "departments[3].chanel",
        "sources.y",
    ]


def test_a_department_whose_cases_nobody_could_claim_is_a_fault() -> None:
    nobody = '[brand]\nname = "N"\n'
    said = "has no deputies, and [brand] has no managers, so nobody can claim its cases"

    assert faults(write_playbook(brand=nobody)) == [
        PlaybookFault("departments[1]", said, 13),
        PlaybookFault("departments[2]", said, 17),
    ]
    staffed = DEPARTMENTS.replace("C0", 'C0X"\ndeputies = "U0ANA"\nfallback = "C0')
    assert parse_playbook(write_playbook(brand=nobody, departments=staffed)).find_department("care").deputies == (
        "U0ANA",
    )


NEVER = "can never match, because routes[1] matches the same first. Move it up, or remove it"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("", NEED, NEVER),
        ("when = {}", 'when = { intent = "crisis" }', NEVER),
        (NEED, 'when = { intent = "need", kind = "brand" }', NEVER),
        ('when = { intent = ["need", "praise"] }', NEED, NEVER),
        (NEED, NEED, NEVER),
        (NEED, 'when = { intent = ["need", "praise"] }', "right"),
        ('when = { intent = "need", kind = "brand" }', NEED, "right"),
        (f'{NEED}\nunless = {{ kind = "brand" }}', NEED, "right"),
        ('when = { kind = "brand" }', NEED, "right"),
    ],
)
def test_a_route_behind_one_that_takes_everything_from_it_is_a_fault(first: str, second: str, said: str) -> None:
    text = write_playbook(write_route(first), write_route(second))

    if said == "right":
        assert len(parse_playbook(text).routes) == 3
    else:
        assert faults(text)[0].place == "routes[2]"
        assert faults(text)[0].sentence == said


@pytest.mark.parametrize("last", [NEED, 'unless = { kind = "brand" }', f'{NEED}\nunless = {{ kind = "brand" }}'])
def test_the_last_route_must_match_everything(last: str) -> None:
    said = "routes[1].when: the last route must match everything: when = {}, and no unless"

    assert only(write_playbook(last=write_route(last))) == said


def test_a_value_that_would_play_tricks_on_a_terminal_is_reported_harmlessly() -> None:
    text = write_playbook(write_route(NEED, to=r"\u001b[2Jcare"))

    assert all(str(fault).isprintable() for fault in faults(text))


def test_a_key_that_would_play_tricks_on_a_terminal_is_reported_harmlessly() -> None:
    assert all(str(fault).isprintable() for fault in faults(brand('"a\\u001b[2J" = 1')))
