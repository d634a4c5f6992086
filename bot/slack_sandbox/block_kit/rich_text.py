"""Rich text, down to the last run."""

from collections.abc import Mapping

from bot.slack_sandbox.block_kit.objects import ID
from bot.slack_sandbox.block_kit.schema import (
    Check,
    check_by_type,
    check_enum,
    check_flag,
    check_int,
    check_list,
    check_object,
    check_text,
    check_url,
)

MOST = 3000
STYLE = check_object(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), check_flag
    ),
)
STYLED: Mapping[str, Check] = {"style": STYLE}
RUNS: Mapping[str, Check] = {
    "text": check_object({"text": check_text(MOST * 4)}, STYLED),
    "link": check_object({"url": check_url}, {**STYLED, "text": check_text(MOST), "unsafe": check_flag}),
    "user": check_object({"user_id": check_text(255)}, STYLED),
    "usergroup": check_object({"usergroup_id": check_text(255)}, STYLED),
    "channel": check_object({"channel_id": check_text(255)}, STYLED),
    "team": check_object({"team_id": check_text(255)}, STYLED),
    "broadcast": check_object({"range": check_enum("here", "channel", "everyone")}, STYLED),
    "emoji": check_object(
        {"name": check_text(255)},
        {**STYLED, "unicode": check_text(255), "skin_tone": check_int(1, 6), "url": check_url},
    ),
    "color": check_object({"value": check_text(7)}, STYLED),
    "date": check_object(
        {"timestamp": check_int(0, 99_999_999_999), "format": check_text(255)},
        {**STYLED, "url": check_url, "fallback": check_text(MOST)},
    ),
}
RUN = check_by_type(RUNS)
SECTION = check_object({"elements": check_list(RUN, 0, 1000)})
BORDER: Mapping[str, Check] = {"border": check_int(0, 1)}
PARTS: Mapping[str, Check] = {
    "rich_text_section": SECTION,
    "rich_text_list": check_object(
        {
            "style": check_enum("bullet", "ordered"),
            "elements": check_list(check_by_type({"rich_text_section": SECTION}), 1, 1000),
        },
        {**BORDER, "indent": check_int(0, 8), "offset": check_int(0, 10_000)},
    ),
    "rich_text_preformatted": check_object(
        {"elements": check_list(check_by_type({"text": RUNS["text"], "link": RUNS["link"]}), 1, 1000)},
        {**BORDER, "language": check_text(50)},
    ),
    "rich_text_quote": check_object({"elements": check_list(RUN, 1, 1000)}, BORDER),
}
RICH_TEXT = check_by_type(
    {"rich_text": check_object({"elements": check_list(check_by_type(PARTS), 1, 1000)}, {"block_id": ID})}
)
