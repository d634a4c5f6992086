"""Two spellings of one address are one post; two posts are never one address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.links import derive_link_id, find_link_author, find_link_outlet, list_answered_links, normalize_link
from bot.domain.mention import Mention


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.com/marta/status/77", "https://twitter.com/marta/status/77?s=20"),
        ("https://x.com/marta/status/77", "http://mobile.twitter.com/i/web/status/77/photo/1"),
        ("https://www.forum.example/t/77/", "https://forum.example/t/77?utm_source=share&utm_medium=web#reply"),
        ("https://news.example/item?id=7&p=2", "https://News.Example/item?p=2&id=7"),
        ("https://x.com/marta/status/77", "https://fxtwitter.com/marta/status/77"),
        ("https://x.com/marta/status/77", "https://vxtwitter.com/marta/status/77?s=20"),
        ("https://bsky.app/profile/marta.example/post/3kabc", "https://bsky.app/profile/did:plc:m1/post/3kabc"),
        ("https://so.example/questions/77/why-so-late", "https://so.example/q/77"),
        ("https://social.example/@marta/1234567", "https://social.example/@marta@other.example/1234567"),
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
        ("https://fxtwitter.example/marta/status/77", "https://x.com/marta/status/77"),
        ("https://so.example/questions/77/answers/1", "https://so.example/questions/77/answers/2"),
        ("https://blog.example/@marta/12", "https://blog.example/@rui/12"),
    ],
)
def test_two_posts(one: str, other: str) -> None:
    assert derive_link_id(one) != derive_link_id(other)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not an address",
        "ftp://a.example/x",
        "https://",
        "https://[::1",
        "javascript:alert(1)",
        "http://www./x",
        "\ud800",
    ],
)
def test_what_is_no_address_on_the_web_has_no_id(url: str) -> None:
    assert derive_link_id(url) == ""


def test_odd_characters_do_no_harm() -> None:
    assert normalize_link("https://a.example/\ud800?q=\ud800&\udfff=1").startswith("a.example/")
    assert len(derive_link_id("https://a.example/\ud800?q=\ud800")) == 16


@pytest.mark.parametrize(
    ("flagged", "reply"),
    [
        ("https://x.com/marta/status/77", {"id": "x:80", "in_reply_to": "77"}),
        (
            "https://bsky.app/profile/marta.example/post/3kabc",
            {"id": "bluesky:did:plc:n/3kz", "in_reply_to": "did:plc:m/3kabc"},
        ),
        ("https://news.ycombinator.com/item?id=77", {"id": "hackernews:80", "in_reply_to": "77"}),
        (
            "https://social.example/@marta/1234567",
            {"id": "social:80", "in_reply_to": "1234567", "url": "https://social.example/@nw/1234599"},
        ),
        (
            "https://github.com/other/app/issues/7",
            {
                "id": "github:comment/80",
                "in_reply_to": "9912",
                "url": "https://github.com/other/app/issues/7#issuecomment-80",
            },
        ),
        (
            "https://www.youtube.com/watch?v=V&lc=c1",
            {"id": "youtube:c1.2", "in_reply_to": "c1", "url": "https://www.youtube.com/watch?v=V&lc=c1.2"},
        ),
        (
            "https://stackoverflow.com/questions/7/why",
            {
                "id": "stackexchange:stackoverflow/12",
                "in_reply_to": "stackoverflow/7",
                "url": "https://stackoverflow.com/a/12",
            },
        ),
        (
            "https://stackoverflow.com/questions/7/why",
            {
                "id": "stackexchange:stackoverflow/comment/5",
                "in_reply_to": "stackoverflow/7",
                "url": "https://stackoverflow.com/q/7#comment5_7",
            },
        ),
    ],
)
def test_our_answer_leads_to_the_address_of_what_it_answers(flagged: str, reply: dict[str, str]) -> None:
    source = reply["id"].partition(":")[0]
    mention = Mention.model_validate({"text": "sorry", "created_at": "2026-03-10T09:00:00Z", "source": source, **reply})
    assert list_answered_links(mention) == [derive_link_id(flagged)]


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://x.com/marta/status/77", "x"),
        ("https://fxtwitter.com/marta/status/77", "x"),
        ("https://bsky.app/profile/marta.example/post/3kabc", "bluesky"),
        ("https://social.example/@marta/1234567", "mastodon"),
        ("https://x.com/marta", ""),
        ("https://forum.example/t/77", ""),
        ("", ""),
    ],
)
def test_the_outlet_of_an_address(url: str, outlet: str) -> None:
    assert find_link_outlet(url) == outlet


@pytest.mark.parametrize(
    ("url", "outlet", "handle"),
    [
        ("https://fxtwitter.com/marta/status/77", "x", "marta"),
        ("https://x.com/i/web/status/77", "", ""),
        ("https://bsky.app/profile/marta.example/post/3kabc", "bluesky", "marta.example"),
        ("https://social.example/@marta/1234567", "mastodon", "marta@social.example"),
        ("https://social.example/@marta@other.example/1234567", "mastodon", "marta@other.example"),
        ("https://forum.example/t/77", "", ""),
    ],
)
def test_who_wrote_the_post_at_an_address(url: str, outlet: str, handle: str) -> None:
    assert find_link_author(url) == (outlet, handle)


@given(
    scheme=st.sampled_from(["http", "https"]),
    host=st.text("aZ9.-", max_size=8),
    path=st.one_of(
        st.text("aZ9/_.~%@-", max_size=12), st.sampled_from(["status/77", "profile/m/post/3k", "@m/1234567", "q/77/"])
    ),
)
def test_an_address_without_parameters_is_spelled_as_with_one_that_means_nothing(
    scheme: str, host: str, path: str
) -> None:
    for place in (f"{host}/{path}", f"www.x.com/{path}", f"{host}.example"):
        assert normalize_link(f"{scheme}://{place}") == normalize_link(f"{scheme}://{place}?utm_source=a")
