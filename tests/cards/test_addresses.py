"""An address of a stranger's stands behind a button only where it leads where it reads."""

import json

import pytest

from bot.cards import case as card
from bot.cards import page_text
from bot.cards.sanitize import sanitize_url
from tests.cards.samples import AT, CARE, build_new_case, mention

GOOD = (
    "https://x.example/i/status/1",
    "http://x.example:8080/a?b=c&d=%20e#f",
    "https://X.EXAMPLE/@marta",
    "https://müller.example/straße",
    "https://例え.example/無印良品",
    "https://[2001:db8::1]/a",
    "https://x.example/a@b?mail=a@b.example",
)
BAD = {
    "a user before the host": "https://bank.example@evil.example/",
    "a user and a password": "https://bank.example:443@evil.example/",
    "turned around": "https://evil.example/\u202egnp.exe",
    "isolated": "https://evil.example/\u2066a\u2069",
    "right-to-left mark": "https://evil.example/\u200fa",
    "zero width": "https://bank\u200b.example/",
    "soft hyphen": "https://bank\u00ad.example/",
    "control": "https://evil.example/\x7f",
    "C1 control": "https://evil.example/\x9b2J",
    "line separator": "https://evil.example/\u2028a",
    "no-break space": "https://bank.example\u00a0.evil.example/",
    "blank letter": "https://bank.example\u3164.evil.example/",
    "tag": "https://evil.example/\U000e0041",
    "private use": "https://evil.example/\ue000",
    "broken letter": "https://evil.example/\ud800",
    "script": "javascript:alert(1)",
    "data": "data:text/html,<b>",
    "slack": "slack://channel?id=C1",
    "file": "file:///etc/passwd",
    "no host": "https:///a",
    "no host but a port": "https://:80/a",
    "no number of a port": "https://x.example:99999/",
    "half an IPv6 address": "https://[::1/a",
    "a slash in another script": "https://bank.example\uff0f.evil.example/",
    "backslash": "https://bank.example\\@evil.example/",
    "markup": "https://evil.example/|your bank>",
}


@pytest.mark.parametrize("url", GOOD)
def test_an_address_that_leads_where_it_reads_is_a_button(url: str) -> None:
    assert sanitize_url(f" {url} ") == url
    assert url in json.dumps(
        card.render_case(build_new_case(mention=mention(url=url)), CARE, AT).all_blocks, ensure_ascii=False
    )


def test_a_scheme_in_capitals_which_slack_refuses_is_put_into_small_letters() -> None:
    assert sanitize_url("HTTPS://X.EXAMPLE/@Marta") == "https://X.EXAMPLE/@Marta"


@pytest.mark.parametrize("why", BAD)
def test_an_address_that_does_not_is_no_button_and_goes_to_nobodys_phone(why: str) -> None:
    case = build_new_case(
        mention=mention(url=BAD[why].encode("utf-8", "ignore").decode() if why != "broken letter" else "")
    )

    assert sanitize_url(BAD[why]) == ""
    assert "Open post" not in json.dumps(card.render_case(case, CARE, AT).all_blocks)
    assert page_text.build_case_page_context(case, "").url == ""
