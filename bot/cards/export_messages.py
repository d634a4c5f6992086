"""What is said about a file that a manager asked for: in the answer, above the file, and where there is none."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.cards.block_kit import RenderedMessage, render_text
from bot.cards.sanitize import escape, escape_name
from bot.domain.reports.export_request import MOST_BYTES, ExportRequest
from bot.domain.text import format_count

LIMIT = f"{MOST_BYTES // 1_000_000} MB"
BY_COMMAND = "Ask for a shorter time, or use `earshot export`."
UNCONFIRMED = "Slack didn't confirm the file. If it isn't below, ask for it again."


def render_export_answer(asked: ExportRequest, zone: ZoneInfo) -> RenderedMessage:
    return render_text(f"You get a file in a direct message: {_describe_export(asked, zone)}.")


def render_export_notice(asked: ExportRequest, zone: ZoneInfo, outcome: str = "The file follows.") -> RenderedMessage:
    """Return the message above the file; `outcome` is a sentence of ours."""
    return render_text(f"📄 *Export*: {_describe_export(asked, zone)}. {outcome}")


def format_export_rows(rows: int, unreadable: int) -> str:
    """Return the words of the message that brings the file."""
    lost = f" {format_count(unreadable, 'record')} can't be read by this release, and are left out."
    return f"{format_count(rows, 'row')}.{lost if unreadable else ''}"


def explain_no_file(rows: int, error: str = "") -> str:
    """Say why there is no file: nothing to write, too much, or `error` of Slack's."""
    if error == "missing_scope":
        return "Earshot may not send files here: its Slack app lacks the scope `files:write`."
    if error:
        return f"Slack doesn't take the file ({escape(error)}). {BY_COMMAND}"
    return f"The file would be larger than {LIMIT}. {BY_COMMAND}" if rows else "There's nothing to export."


def _describe_export(asked: ExportRequest, zone: ZoneInfo) -> str:
    start, last = (at.astimezone(zone) for at in (asked.span.start, asked.span.end - timedelta(minutes=1)))
    first, end = (f"{at.day} {at:%b %Y, %H:%M}" for at in (start, last))
    name = asked.subject or asked.department or asked.theme
    scope = f" {'about' if asked.theme else 'of'} {escape_name(name)}" if name else ""
    return f"{asked.kind}{scope} from {first} to {end} as {asked.as_format.upper()}"
