"""Two spellings of one address are one post; two posts are never one address."""

import pytest

from bot.domain.links import derive_link_id, normalize_link


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.com/marta/status/77", "https://twitter.com/marta/status/77?s=20"),
        ("https://x.com/marta/status/77", "http://mobile.twitter.com/i/web/status/77/photo/1"),
        ("https://www.forum.example/t/77/", "https://forum.example/t/77?utm_source=share&utm_medium=web#reply"),
        ("https://news.example/item?id=7&p=2", "https://News.Example/item?p=2&id=7"),
        ("https://m.youtube.com/watch?v=abc", "https://www.youtube.com/watch?v=abc&fbclid=q"),
    ],
)
def test_spellings_of_one_address(one: str, other: str) -> None:
    assert derive_link_id(one) == derive_link_id(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.com/marta/status/77", "https://x.com/marta/status/78"),
        ("https://board.example/viewtopic.php?t=77", "https://board.example/viewtopic.php?t=78"),
        ("https://shop.example/Item/A", "https://shop.example/Item/a"),
        ("https://x.com/marta", "https://x.com/rui"),
    ],
)
def test_two_posts(one: str, other: str) -> None:
    assert derive_link_id(one) != derive_link_id(other)


@pytest.mark.parametrize(
    "url", ["", "not an address", "ftp://a.example/x", "https://", "https://[::1", "javascript:alert(1)", "\ud800"]
)
def test_what_is_no_address_on_the_web_has_no_id(url: str) -> None:
    assert derive_link_id(url) == ""


def test_odd_characters_do_no_harm() -> None:
    assert normalize_link("https://a.example/\ud800?q=\ud800&\udfff=1").startswith("a.example/")
    assert len(derive_link_id("https://a.example/\ud800?q=\ud800")) == 16
