"""The use cases of one process, as they are in production: on a real store, asking a Slack of the test's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from bot.app import EarshotApp, ExternalServices, build_app
from bot.config import PlaybookReloader
from bot.domain.case import Case, JoinReason, derive_case_id
from bot.domain.cases import intake
from bot.domain.commits import CaseDecision
from bot.domain.correction import Correction
from bot.domain.mention import Mention
from bot.domain.paging.page import Page
from bot.domain.routing import find_route
from bot.sinks.slack import SlackSink, build_web_client
from bot.sinks.slack_directory import SlackDirectory
from bot.store.message_records import CardRecord, CardState
from bot.store.store import Store
from handlers import UseCases
from tests.clock import SteppedClock
from tests.domain.samples import build_assessment, build_mention
from tests.usecases.slack_api import FakeSlackApi
from tests.workers.numbered_mentions import spell_number

ANA, BEN, RAJ, LEA, OLA, TOM, MIA = "U0ANA", "U0BEN", "U0RAJ", "U0LEA", "U0OLA", "U0TOM", "U0MIA"
"""Ana and Ben are deputies of care, Raj is on call for it; Lea is of pr, Ola of ops, Tom of sales; Mia manages."""
JOE = "U0JOE"
"""Joe works in no department."""
BRAND = ("subject:Northwind Air", "kind:brand", "sentiment:negative")
COMPLAINT = (*BRAND, "intent:complaint")
QUESTION = (*BRAND, "intent:question")
CRISIS = (*BRAND, "intent:crisis", "harm:safety")
SPAM = (*BRAND, "intent:spam")


class UseCaseHarness:
    def __init__(
        self,
        store: Store,
        clock: SteppedClock,
        playbook: Path,
        slack: FakeSlackApi,
        session: ClientSession,
        public_url: str = "https://earshot.example",
    ) -> None:
        self.store = store
        self.clock = clock
        self.slack = slack
        self._session = session
        self._path = playbook
        self._playbook = PlaybookReloader(playbook)
        sink = SlackSink(build_web_client("xoxb-test", slack.base_url, session))
        outside = ExternalServices(public_url=public_url)
        self.directory = SlackDirectory(sink, clock)
        self.app: EarshotApp = build_app(store, self._playbook, sink, clock, "test", wait=False, external=outside)

    @property
    def usecases(self) -> UseCases:
        return self.app.usecases

    def start_another(self, store: Store | None = None, **more: str) -> "UseCaseHarness":
        """Start a second process on the same store, or on this one."""
        return UseCaseHarness(store or self.store, self.clock, self._path, self.slack, self._session, **more)

    def edit_playbook(self, **changes: str) -> None:
        """Rename departments and schedules in the file, and read it again: `care="help"`."""
        for old, new in changes.items():
            self.replace_in_playbook(f'"{old}"', f'"{new}"')

    def replace_in_playbook(self, old: str, new: str) -> None:
        text = self._path.read_text()
        assert old in text
        self._reload(text.replace(old, new))

    def drop_from_playbook(self, table: str, name: str, until: str) -> None:
        """Take the table of this name out of the file, up to the next such line, and read it again."""
        before, head, rest = self._path.read_text().partition(f'{table}\nname = "{name}"\n')
        assert head
        assert until in rest
        self._reload(f"{before}{until}{rest.partition(until)[2]}")

    def _reload(self, text: str) -> None:
        self._path.write_text(text)
        assert not self._playbook.reload()

    async def open_case(self, number: int = 1, labels: Sequence[str] = COMPLAINT, **changes: Any) -> Case:
        """Commit the case that a mention with these labels opens where its route leads."""
        post, assessment = self.build_mention(number, **changes), build_assessment(*labels)
        route = find_route(self.app.rules.list_routes(), post, assessment)
        department = self.app.rules.find_department(route.to)
        assert department is not None
        return await self.commit(intake.open_case(post, assessment, route, department, self.clock.now()))

    async def join_case(
        self, case: Case, number: int, why: JoinReason = JoinReason.COPY, labels: Sequence[str] = COMPLAINT
    ) -> Case:
        """Commit that another mention has become part of this case."""
        department = self.app.rules.find_department(case.department)
        assert department is not None
        decision = intake.join_case(
            case, self.build_mention(number), build_assessment(*labels), why, department, self.clock.now()
        )
        return await self.commit(decision)

    async def keep_spam(self, number: int = 1, labels: Sequence[str] = SPAM, **changes: Any) -> str:
        """Commit a mention that was taken for spam; return the id of its entry."""
        post, at = self.build_mention(number, **changes), self.clock.now()
        await self.store.cases.commit(intake.count_only(post, build_assessment(*labels), at), at)
        return (await self.store.spam.list_newest(1))[0].id

    async def commit(self, decision: CaseDecision) -> Case:
        await self.store.cases.commit(decision, self.clock.now())
        assert decision.after is not None
        return await self.store.cases.get(decision.after.id)

    def build_mention(self, number: int, **changes: Any) -> Mention:
        text = f"@northwindair lost my bag again and again {spell_number(number)}"
        said = {"id": f"x:{number}", "text": text, "author": f"@p{number}", "created_at": self.clock.now()}
        return build_mention(**said | changes)

    async def open_page(self, number: int = 1, **changes: Any) -> Page:
        """Commit a crisis for pr, which opens the page of its case, and call the first person."""
        case = await self.open_case(number, CRISIS, **changes)
        await self.app.pages.step()
        page = await self.store.pages.find_for_case(case)
        assert page is not None
        return page

    async def post_card(self, case: Case) -> None:
        """Note that Slack shows the card of this case in its department's channel."""
        department = self.app.rules.find_department(case.department)
        assert department is not None
        record = CardRecord(state=CardState.POSTED, channel=department.channel, ts="1.1", drawn=case.version)
        await self.store.outbox.save_card(case.id, record)

    async def read_case(self, number: int = 1) -> Case:
        return await self.store.cases.get(derive_case_id(f"x:{number}"))

    async def list_pending(self) -> list[str]:
        """Return the names of the notifications in the outbox: kind, subject, number and destination."""
        queues = await self.store.outbox.list_queues(1_000)
        return sorted(one.notification.key for queue in queues for one in queue.head)

    async def list_corrections(self) -> list[Correction]:
        return [noted.correction async for noted in self.store.corrections.iter_corrections()]
