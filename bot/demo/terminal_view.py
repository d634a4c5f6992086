"""The day in a terminal: a line for each new or changed card says who posted what, and who does what about it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cards.sanitize import sanitize_line
from bot.domain.case import Case, CaseStatus
from bot.domain.reports.report import Reconciliation
from bot.slack_sandbox import SlackMessage, WorkspaceChange
from bot.slack_sandbox.change_log import ChangeKind
from bot.testing.local_app import LocalApp

STYLES = {"negative": "red", "positive": "green", "neutral": "cyan", "unclear": "yellow"}
NEW, CHANGED, OTHER = "●", "↳", "·"
LEGEND = f"{NEW} a new card: who posted what   {CHANGED} what a person did with it   {OTHER} another message"


class TerminalView:
    """Lines of the terminal's width; a colour shows the sentiment of a new card, as the legend says."""

    def __init__(self, console: Console, stage: LocalApp) -> None:
        self._console = console
        self._store, self._workspace = stage.store, stage.workspace
        playbook = stage.app.rules.playbook
        self._zone = ZoneInfo(playbook.brand.time_zone)
        self._width = max((len(name) for name in playbook.departments), default=4) + 1
        self._printed: dict[tuple[str, str], str] = {}

    def print_legend(self) -> None:
        self._console.print(LEGEND, style="dim")
        if self._console.is_terminal:
            self._console.print(Text("   ").join(Text(f"{NEW} {word}", style=style) for word, style in STYLES.items()))

    async def show_change(self, change: WorkspaceChange) -> None:
        """Print a new or edited message of a channel, if it says something new."""
        if change.kind not in {ChangeKind.POSTED, ChangeKind.EDITED} or change.channel.startswith("D"):
            return
        channel = self._workspace.find_channel(change.channel)
        message = next((one for one in channel.messages if one.ts == change.ts), None)
        if message is None:
            return
        key = (change.channel, change.ts)
        case = await self._find_case(message)
        edited = case is not None and key in self._printed
        words = self._describe(message, case, edited=edited)
        if self._printed.get(key) == words.plain:
            return
        self._printed[key] = words.plain
        self._print_line(change.at, channel.name, words, edited=edited)

    async def _find_case(self, message: SlackMessage) -> Case | None:
        """Return the case whose card it is; None for any other message."""
        payload = (message.metadata or {}).get("event_payload") or {}
        name = str(payload.get("name", ""))
        return (await self._store.cases.find([name])).get(name) if name.isalnum() else None

    def _describe(self, message: SlackMessage, case: Case | None, *, edited: bool) -> Text:
        if case is None:
            return Text(f"{OTHER} {sanitize_line(self._replace_user_ids(message.text))}", style="dim")
        kind, who = case.assessment.intent.value, case.mention.display_name
        if edited:
            return Text(f"{CHANGED} {self._format_status(case)}: {kind} from {who}", style="dim")
        sentiment = "unclear" if case.assessment.is_unsure else case.assessment.sentiment.value
        line = Text(f"{NEW} {kind:<9.9} ", style=STYLES[sentiment])
        line.append(f"{who}: ", style="bold")
        return line.append(sanitize_line(case.mention.text), style="none")

    def _format_status(self, case: Case) -> str:
        users = self._workspace.users
        owner = f"@{users[case.owner].name}" if case.owner in users else case.owner
        more = f", {case.joined_count} related" if case.joined_count else ""
        if case.status is CaseStatus.CLAIMED:
            return f"{owner} claimed{more}"
        if case.status is CaseStatus.RESOLVED:
            return f"{owner} resolved ({case.resolution}){more}".strip()
        return f"{'reminder sent' if case.rung else 'unclaimed'}{more}"

    def _print_line(self, at: float, channel: str, words: Text, *, edited: bool) -> None:
        moment = datetime.fromtimestamp(at, UTC).astimezone(self._zone)
        line = Text(f"{moment:%H:%M} ", style="dim")
        line.append(f"#{channel:<{self._width}}", style="dim" if edited else "bold")
        self._console.print(line.append_text(words), no_wrap=True, overflow="ellipsis", crop=True)

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
