"""Replies: how long they are for each outlet, where they are written, and what is put in place of a name."""

import pytest

from bot.domain.amounts import parse_amount
from bot.domain.assessment import Intent
from bot.domain.mention import Author, Mention
from bot.domain.replies.checks import CHECKS, ReplyContext, check_reply
from bot.domain.replies.composer import MAX_URL, build_composer_url, prefix_addressee
from bot.domain.replies.lengths import count_graphemes, measure_reply
from bot.domain.replies.saved_replies import (
    SavedReply,
    fill_placeholders,
    insert_reply,
    pick_name,
    rank_replies,
    restore_placeholders,
)

FAMILY = "👩‍👩‍👧‍👦"
INSTANCES = {"social": "https://mastodon.example/"}


def mention(source: str = "x", url: str = "", handle: str = "marta") -> Mention:
    return Mention.model_validate(
        {
            "id": f"{source}:123",
            "text": "my bag is lost",
            "created_at": "2026-03-10T09:00:00Z",
            "url": url,
            "author": {"id": "1", "handle": handle},
        }
    )


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("", 0),
        ("We're on it.", 12),
        ("é", 1),
        ("e\u0301", 1),
        ("日本語", 6),
        ("See https://northwind.example/a/very/long/path?with=parameters", 4 + 23),
        ("See northwind.com/help, please", 4 + 23 + 8),
        ("It's 3.30 pm, e.g. today", 24),
        ("🙏", 2),
        (FAMILY, 2),
        ("👍🏽", 2),
        ("🇵🇹🇬🇧", 4),
        ("1\ufe0f\u20e3", 2),
        ("“quoted” – yes…", 16),
    ],
)
def test_x_counts_links_as_23_and_all_but_latin_twice(text: str, used: int) -> None:
    assert measure_reply("x", text) == (used, 280)


def test_bluesky_counts_what_a_person_sees_as_one_character() -> None:
    assert measure_reply("bluesky", f"{FAMILY}👍🏽🇵🇹e\u0301ok") == (6, 300)
    assert measure_reply("bluesky", "x" * 301).remaining == -1


def test_mastodon_counts_links_as_23_and_remote_people_by_their_first_part() -> None:
    assert measure_reply("mastodon", "@marta@far.example see https://northwind.example/help/with/bags") == (34, 500)


def test_other_outlets_have_no_limit() -> None:
    assert measure_reply("", "x" * 900).remaining is None
    assert count_graphemes("line\r\nbreak") == 10


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (mention(), "https://x.com/intent/post?in_reply_to=123&text=Hi%20%26%20sorry%21%0A%2B1"),
        (mention(url="https://x.com/marta/status/456?s=20"), "https://x.com/intent/post?in_reply_to=456&text="),
        (mention("bluesky", handle="marta.bsky.social"), "https://bsky.app/intent/compose?text="),
        (mention("social"), "https://mastodon.example/share?text="),
        (mention("reviews"), ""),
    ],
)
def test_the_composer_of_each_outlet(post: Mention, expected: str) -> None:
    url = build_composer_url(post, "Hi & sorry!\n+1", INSTANCES)
    assert url.startswith(expected)
    assert bool(url) == bool(expected)


def test_a_link_never_leads_to_a_place_that_a_post_names() -> None:
    evil = Mention.model_validate({**mention("social").model_dump(), "url": "https://evil.example/@marta/1"})
    assert build_composer_url(evil, "Hi", INSTANCES).startswith("https://mastodon.example/share?")
    forged = mention().copy_with(id="x:1&text=evil")
    assert build_composer_url(forged, "Hi", INSTANCES) == "https://x.com/intent/post?text=Hi"


def test_a_text_that_is_too_long_for_a_link_is_left_out_of_it() -> None:
    url = build_composer_url(mention(), FAMILY * 130, INSTANCES)
    assert url == "https://x.com/intent/post?in_reply_to=123"
    assert len(url) < MAX_URL


def test_where_the_composer_opens_a_new_post_the_person_is_named_once() -> None:
    far = mention("social", handle="marta@far.example")
    assert prefix_addressee(far, "We found it.", INSTANCES) == "@marta@far.example We found it."
    assert prefix_addressee(far, "Hi @Marta@far.example!", INSTANCES) == "Hi @Marta@far.example!"
    assert prefix_addressee(mention("social", handle="a b@c\nd"), "We found it.", INSTANCES) == "We found it."
    assert prefix_addressee(mention(), "We found it.", INSTANCES) == "We found it."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("O'Brien & Söhne", "O'Brien & Söhne"),
        ("& Co &", "Co"),
        ("Marta", "Marta"),
        ("✨ Marta da Silva ✨", "Marta da Silva"),
        ("O'Brien-Smith", "O'Brien-Smith"),
        ("マルタ", "マルタ"),
        ("", "@marta"),
        ("🔥🔥", "@marta"),
        ("Refunds at https://evil.example", "@marta"),
        ("call +35191234567", "@marta"),
        ("Marta\n<!channel> *bold* {signature}", "Marta channel bold signature"),
        ("A" * 400, "A" * 40),
    ],
)
def test_a_name_is_what_a_person_is_called_and_no_advertisement(name: str, expected: str) -> None:
    assert pick_name(Author(id="1", handle="marta", name=name)) == expected


def test_an_unknown_name_leaves_no_gap() -> None:
    assert fill_placeholders("Hi {name}, we're on it.\n{signature}", "", "– Ana") == "Hi, we're on it.\n– Ana"
    assert fill_placeholders("Thank you, {name}! It helps.", "", "") == "Thank you! It helps."
    assert fill_placeholders("{name}, We look for it.", "", "") == "We look for it."
    assert fill_placeholders("Hi {name}!", "Marta", "") == "Hi Marta!"


def test_a_reply_is_saved_without_the_names_in_it() -> None:
    written = "Hi Marta, Martas are great. Anyway\n– Ana"
    assert (
        restore_placeholders(written, Author(id="1", name="Marta"), "– Ana")
        == "Hi {name}, Martas are great. Anyway\n{signature}"
    )


def test_typed_words_stay_and_an_unchanged_saved_reply_is_replaced() -> None:
    assert insert_reply("", "B", ["A", "B"]) == "B"
    assert insert_reply(" A\n", "B", ["A", "B"]) == "B"
    assert insert_reply("A, but mine", "B", ["A", "B"]) == "A, but mine\n\nB"


def test_replies_for_the_kind_come_first_in_the_language_of_the_case() -> None:
    def saved(name: str, language: str = "", *intents: Intent) -> SavedReply:
        return SavedReply(name=name, text=name, language=language, intents=intents)

    replies = [
        saved("german", "de", Intent.COMPLAINT),
        saved("praise", "en", Intent.PRAISE),
        saved("any"),
        saved("english", "en", Intent.COMPLAINT),
    ]
    assert [one.name for one in rank_replies(replies, Intent.COMPLAINT, "en")] == ["english", "any", "german"]


CARE = "Apologise, rebook, credit up to 50 EUR."


@pytest.mark.parametrize(
    ("check", "text", "sentence"),
    [
        ("promise", "We give you €200", "200 EUR is more than you can offer: up to 50 EUR. Ask a manager first."),
        ("promise", "We give you 1,200.50 EUR", "1,200.50 EUR is more than you can offer: up to 50 EUR."),
        ("promise", "That is 60,01 euros", "60.01 EUR is more than you can offer"),
        ("promise", "30,000 miles are yours", "30,000 miles is more than you can offer: up to 20,000 miles."),
        ("promise", "Take $20", "The playbook doesn't say that you can offer 20 USD."),
        ("promise", "We refund 1 020,00 €", "1,020 EUR is more than you can offer"),
        ("promise", "Here are 50 EUR and 20.000 miles", ""),
        ("promise", "NW1204 at gate 12 at 18:30, 3 hours, see https://northwind.example/900EUR", ""),
        ("personal data", "Write to marta@mail.example", "Everybody can read this, and it has an email address in it."),
        (
            "promise",
            "We give fifty euros and a further fifty euros",
            "100 EUR is more than you can offer: up to 50 EUR",
        ),
        ("promise", "You get 20 EUR. And another 40 EUR from us.", "60 EUR is more than you can offer"),
        ("promise", "You get 20 EUR, or 40 EUR as credit.", ""),
        ("promise", "You get a refund of 40 EUR.", "The playbook doesn't say that you can offer this: “refund”."),
        ("promise", "100 % of the ticket price back", "“100 % of the ticket price back”"),
        (
            "promise",
            "We give you 90 EUR and a free flight",
            "up to 50 EUR. The playbook doesn't say that you can offer this:",
        ),
        (
            "promise",
            "You get €90. You get €90.",
            "90 EUR is more than you can offer: up to 50 EUR. Ask a manager first.",
        ),
        ("personal data", "Call +351 912 345 678", "a phone number"),
        ("personal data", "Ruf 0171 234 5678 an", "a phone number"),
        (
            "personal data",
            "Is it a@b.example, PT50 0002 0123 1234 5678 9015 4?",
            "an email address and an account number",
        ),
        ("personal data", "Card 4111 1111 1111 1111", "a long number"),
        ("personal data", "Call about card 4111 1111 1111 1111", "a long number"),
        ("personal data", "To PT50 0002 0123 1234 5678 9015 4?", "an account number"),
        ("personal data", "Your booking X7K2PQ is fine", "a booking code"),
        ("personal data", "Write to help@northwind.example about NW1204 on 10 March 2026 at 18:30", ""),
        ("personal data", "You fly on 2026-03-10 09:00, or on 10/03/2026 14:30", ""),
        ("personal data", "Hi @marta@far.example, PLEASE see https://northwind.example/123456789012", ""),
        ("second apology", "Sorry! We apologise.", "This apologizes twice."),
        ("second apology", "Sorry about that.", ""),
        ("legal word", "This is our fault.", "“our fault” can be used against us in court."),
        ("legal word", "Das ist unsere Schuld", "“unsere Schuld”"),
        ("legal word", "It is nobody's default seat.", ""),
        ("disclosure", "We look at it.", "If you answer as @ana, say that you work for Northwind Air."),
        ("disclosure", "I work for them and look at it.", ""),
        ("disclosure", "Ana from northwind air here.", ""),
        ("capitals", "WE ARE ON IT NOW", "Most of this is in capitals"),
        ("capitals", "NW1204 is OK", ""),
        ("placeholder", "Hi {first name}, we look", "“{first name}” is still in the text. Write what it stands for."),
        ("placeholder", "We look {here} or {}", "“{here}”"),
        ("placeholder", "Smile :-{} and {1}", ""),
        ("capitals", "私たちは調べています。お待ちください", ""),
    ],
)
def test_each_check_says_its_sentence_or_nothing(check: str, text: str, sentence: str) -> None:
    context = ReplyContext(
        text,
        limits=(parse_amount("20000 miles"),),
        authority=CARE,
        known="Write to help@northwind.example",
        brand="Northwind Air",
        account="@ana",
    )
    said = CHECKS[check](context)
    assert said.startswith(sentence) if sentence[:1].isupper() else sentence in said
    assert bool(said) == bool(sentence)


def test_a_reply_after_an_apology_is_told_so_and_an_empty_one_is_told_nothing() -> None:
    [found] = check_reply(ReplyContext("Sorry again.", has_apologized=True))
    assert found == ("second apology", "An earlier reply apologized already. Say what happens next.")
    assert check_reply(ReplyContext("", brand="Northwind Air", account="@ana", has_apologized=True)) == ()


@pytest.mark.parametrize("text", ["9" * 2000, "A1" * 1000, "€" * 2000, "a@" * 1000, "1.,1" * 500, "PT50 " * 400])
def test_no_text_takes_the_checks_long(text: str) -> None:
    assert isinstance(check_reply(ReplyContext(text, authority=CARE)), tuple)
