"""Rich text, down to the last run."""

from collections.abc import Mapping

from bot.sandbox.blocks.check import Check, by_type, flag, listed, text, thing, url, whole, word
from bot.sandbox.blocks.objects import ID

MOST = 3000
STYLE = thing(
    {},
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag),
)
STYLED: Mapping[str, Check] = {"style": STYLE}
RUNS: Mapping[str, Check] = {
    "text": thing({"text": text(MOST * 4)}, STYLED),
    "link": thing({"url": url}, {**STYLED, "text": text(MOST), "unsafe": flag}),
    "user": thing({"user_id": text(255)}, STYLED),
    "usergroup": thing({"usergroup_id": text(255)}, STYLED),
    "channel": thing({"channel_id": text(255)}, STYLED),
    "team": thing({"team_id": text(255)}, STYLED),
    "broadcast": thing({"range": word("here", "channel", "everyone")}, STYLED),
    "emoji": thing({"name": text(255)}, {**STYLED, "unicode": text(255), "skin_tone": whole(1, 6), "url": url}),
    "color": thing({"value": text(7)}, STYLED),
    "date": thing(
        {"timestamp": whole(0, 99_999_999_999), "format": text(255)},
        {**STYLED, "url": url, "fallback": text(MOST)},
    ),
}
RUN = by_type(RUNS)
SECTION = thing({"elements": listed(RUN, 0, 1000)})
BORDER: Mapping[str, Check] = {"border": whole(0, 1)}
PARTS: Mapping[str, Check] = {
    "rich_text_section": SECTION,
    "rich_text_list": thing(
        {"style": word("bullet", "ordered"), "elements": listed(by_type({"rich_text_section": SECTION}), 1, 1000)},
        {**BORDER, "indent": whole(0, 8), "offset": whole(0, 10_000)},
    ),
    "rich_text_preformatted": thing(
        {"elements": listed(by_type({"text": RUNS["text"], "link": RUNS["link"]}), 1, 1000)},
        {**BORDER, "language": text(50)},
    ),
    "rich_text_quote": thing({"elements": listed(RUN, 1, 1000)}, BORDER),
}
RICH_TEXT = by_type({"rich_text": thing({"elements": listed(by_type(PARTS), 1, 1000)}, {"block_id": ID})})
