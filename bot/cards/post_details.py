"""What an outlet tells about a post beside its text: stars, place, pictures, the post it answers, reactions."""

from collections import Counter
from collections.abc import Iterator

from bot.cards.block_kit import Block, make_context, make_plain_text
from bot.cards.sanitize import sanitize_line
from bot.domain.mention import Mention
from bot.domain.post_details import MAX_PARENT_LENGTH, Media
from bot.domain.text import format_count, join_words

PARENT_SHOWN = 200
"""Characters of the parent post on the card. The rest is under *Why?*."""
PLACE_SHOWN = 40
ALT_SHOWN = 100
MEDIA_NAMES = {"image": "picture", "video": "video", "audio": "recording", "other": "attachment"}
REACTIONS = {"likes": "like", "replies": "reply", "shares": "share", "views": "view"}


def format_place(mention: Mention) -> str:
    return sanitize_line(mention.place, PLACE_SHOWN)


def format_media(media: tuple[Media, ...]) -> str:
    """Return `Picture: a torn suitcase`, or `2 pictures and 1 video: a torn suitcase`, with the first description."""
    if not media:
        return ""
    alt = next(filter(None, (sanitize_line(one.alt, ALT_SHOWN) for one in media)), "")
    counts = Counter(MEDIA_NAMES[one.kind] for one in media)
    what = join_words([format_count(number, noun) for noun, number in counts.items()])
    what = next(iter(counts)).capitalize() if len(media) == 1 else what
    return f"{what}: {alt}" if alt else what


def render_parent(mention: Mention, max_length: int = PARENT_SHOWN) -> list[Block]:
    """Return the words that the post answers, in grey; [] where nobody told them."""
    parent = mention.parent
    if parent is None or not (words := sanitize_line(parent.text, max_length)):
        return []
    author = sanitize_line(parent.author, 40)
    return [make_context(make_plain_text(f"In reply to {author}: {words}" if author else f"In reply to: {words}"))]


def render_post_details(mention: Mention) -> Iterator[Block]:
    """Return what the card has no room for: the whole parent post, each description, and the reactions."""
    yield from render_parent(mention, MAX_PARENT_LENGTH)
    for one in mention.media:
        if alt := sanitize_line(one.alt):
            yield make_context(make_plain_text(f"{MEDIA_NAMES[one.kind].capitalize()}: {alt}"))
    facts = [
        mention.rating.describe() if mention.rating else "",
        sanitize_line(mention.place),
        *_list_reactions(mention),
    ]
    facts += ["automated account"] if mention.author.bot else []
    if shown := " · ".join(filter(None, facts)):
        yield make_context(make_plain_text(f"Told by the outlet: {shown}"))


def _list_reactions(mention: Mention) -> Iterator[str]:
    for name, noun in REACTIONS.items():
        number = getattr(mention.engagement, name, None)
        if number is not None:
            yield format_count(number, noun, name)
