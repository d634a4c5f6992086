"""The day in a terminal: one line for each new or changed card."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cards.sanitize import sanitize_line
from bot.config import Playbook
from bot.domain.reports.report import Reconciliation
from bot.slack_sandbox import SlackWorkspace, WorkspaceChange
from bot.slack_sandbox.change_log import ChangeKind

HEADLINE = re.compile(r"^(?P<kind>\S+) for \S+ from (?P<who>.+?): (?P<rest>.+)$")
"""The beginning of a card's text; the department is left out, since the channel names it."""
LEANING = re.compile(r", leaning \w+")
FEELING = re.compile(r"^(unsure|negative|neutral|positive), ")
"""Left out when a card changes."""
STYLES = {"negative": "red", "positive": "green", "neutral": "cyan", "unsure": "yellow"}


class TerminalView:
    """Lines of 80 columns; colours only repeat what the words say."""

    def __init__(self, console: Console, workspace: SlackWorkspace, playbook: Playbook) -> None:
        self._console = console
        self._workspace = workspace
        self._zone = ZoneInfo(playbook.brand.time_zone)
        self._width = max((len(name) for name in playbook.departments), default=4) + 1
        self._printed: dict[tuple[str, str], str] = {}

    def show_change(self, change: WorkspaceChange) -> None:
        """Print a new or edited message of a channel, if its text is new."""
        if change.kind not in {ChangeKind.POSTED, ChangeKind.EDITED} or change.channel.startswith("D"):
            return
        channel = self._workspace.find_channel(change.channel)
        message = next((one for one in channel.messages if one.ts == change.ts), None)
        if message is None:
            return
        words, key = sanitize_line(self._replace_user_ids(message.text)), (change.channel, change.ts)
        if self._printed.get(key) == words:
            return
        edited = key in self._printed
        self._printed[key] = words
        self._print_card_line(change.at, channel.name, words, edited=edited)

    def _print_card_line(self, at: float, channel: str, words: str, *, edited: bool) -> None:
        moment = datetime.fromtimestamp(at, UTC).astimezone(self._zone)
        style = next((style for word, style in STYLES.items() if word in words), "")
        line = Text()
        line.append(f"{moment:%H:%M} ", style="dim")
        line.append(f"#{channel:<{self._width}}", style="dim" if edited else "bold")
        line.append("↳ " if edited else "● ", style="dim" if edited else style)
        found = HEADLINE.match(words)
        if found:
            line.append(f"{found['kind'].lower():<10.10} ", style=style)
            line.append(f"{found['who']:<14.14} ", style="dim" if edited else "")
            words = LEANING.sub("", found["rest"])
            words = FEELING.sub("", words) if edited else words
        line.append(words, style="" if found or edited else style)
        self._console.print(line, no_wrap=True, overflow="ellipsis", crop=True)

    def _replace_user_ids(self, words: str) -> str:
        for user in self._workspace.users.values():
            words = words.replace(f"<@{user.id}>", f"@{user.name}")
        return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    def print_totals(self, account: Reconciliation) -> None:
        self._console.print(str(account), highlight=False, soft_wrap=True)

    def print_summary(self, rows: list[tuple[str, int, int]]) -> None:
        """Print the open and overdue cases of each department."""
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("\nat the end")
        for name in ("open", "overdue"):
            table.add_column(name, justify="right", vertical="bottom")
        for name, waiting, late in rows:
            table.add_row(name, str(waiting), str(late))
        self._console.print(table)
