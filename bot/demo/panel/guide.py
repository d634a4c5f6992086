"""The guide through the first five minutes: five steps, ticked by what has happened in the app and the workspace."""

from typing import Any, NamedTuple

from bot.cards import action_ids
from bot.demo.panel.night_crisis import NightCrisis
from bot.demo.session import DemoSession
from bot.demo.simulated_users import list_members
from bot.domain.audit import AuditAction, parse_event_time
from bot.domain.cases.roll_ups import RollUp, RollUpTopic
from bot.domain.department import Department
from bot.domain.destination import ToPerson
from bot.domain.paging.page import Page

Json = dict[str, Any]
ACTIONS = {AuditAction.CLAIMED.value: "claim", AuditAction.RESOLVED.value: "resolve"}
"""What people do with a case, by what the audit log says: steps of the guide, and actions of simulated users."""
FOLLOW_UP = "follow_up"
"""The step that nobody simulated does."""
CARD_BUTTON = '[data-action="{}"]'
SKIP_BUTTON = '#panel [data-doing="night"]'


class GuideStep(NamedTuple):
    """`person` and `place` are where it is done, `focus` the control there, `types` what to write into it."""

    key: str
    title: str
    hint: str
    focus: str
    person: str = ""
    place: str = ""
    types: str = ""


class GuideProgress:
    """Looks at what has happened each time it is asked; what is ticked stays ticked."""

    def __init__(self, session: DemoSession) -> None:
        self._session = session
        self._began = session.stage.app.clock.now()
        """What was done before is invented."""
        self._read_to = ""
        self._done: set[str] = set()
        self._claimed, self._owner = "", ""
        """The newest case that the person at the page has claimed, and who they were."""

    async def build_guide(self, crisis: NightCrisis | None) -> Json:
        """Build what the page shows. Raises `StoreUnavailable`."""
        await self._read_actions()
        page = await crisis.load_page() if crisis else None
        if page is not None and page.attempts:
            self._done.add("night")
        if self._has_report():
            self._done.add("report")
        steps = [one._asdict() | {"done": one.key in self._done} for one in await self._list_steps()]
        return {"steps": steps, "phone": await self._build_phone(page)}

    async def _read_actions(self) -> None:
        """Tick what a person did: simulated users do the same by other hands."""
        store, simulated = self._session.stage.store, self._session.users.performed
        for place, event in await store.audit_log.read(self._read_to):
            self._read_to = place
            if parse_event_time(event) < self._began:
                continue
            case, kind = event.get("case", ""), ACTIONS.get(event.get("what", ""), "")
            if event.get("what") == AuditAction.FOLLOWED_UP and event.get("by"):
                self._done.add(FOLLOW_UP)
            if not kind or not event.get("by") or (case, kind) in simulated:
                continue
            self._done.add(kind)
            self._claimed, self._owner = case, event["by"]

    def _has_report(self) -> bool:
        """Whether a manager was given a report."""
        private = self._session.stage.workspace.ephemerals
        shown = (one for manager in self._session.stage.app.rules.managers for one in private.get(manager, []))
        return any(
            element.get("action_id") == action_ids.SHARE_REPORT for one in shown for _, element in one.iter_elements()
        )

    async def _list_steps(self) -> list[GuideStep]:
        rules = self._session.stage.app.rules
        department = rules.list_departments()[0]
        deputy = next(iter(list_members(department.deputies)), "")
        person, manager = self._get_name(deputy), self._get_name(next(iter(rules.managers), deputy))
        claim, resolve = (CARD_BUTTON.format(one) for one in (action_ids.CLAIM, action_ids.RESOLVE))
        channel, outcome = department.channel, "Press Resolve… and choose an outcome."
        answer = GuideStep("resolve", "Resolve it", outcome, f"#log {resolve}", person, channel)
        card = await self._session.stage.store.outbox.load_card(self._claimed) if self._claimed else None
        if card is not None and card.ts:
            place = f"#m-{card.channel}-{card.ts.replace('.', '-')} {resolve}"
            owner = self._get_name(self._owner)
            answer = answer._replace(focus=place, person=owner, place=f"{card.channel}/{card.ts}")
        ask = "/sentiment today"
        return [
            GuideStep("claim", "Claim a card", "The team sees who answers.", f"#log {claim}", person, channel),
            answer,
            await self._build_follow_up_step(department),
            GuideStep("report", "Be the manager", f"Ask for the day: {ask}", "#say", manager, channel, ask),
            GuideStep("night", "Skip to 4am", "A crisis comes in. See who is paged.", SKIP_BUTTON),
        ]

    async def _build_follow_up_step(self, department: Department) -> GuideStep:
        """Lead to who is asked to follow up on what a colleague answered; until then to the button that skips ahead."""
        step = GuideStep(FOLLOW_UP, "Follow up", "Skip ahead. A teammate asks if an answer helped.", SKIP_BUTTON)
        for person in sorted({*list_members(department.deputies), *self._session.stage.app.rules.managers}):
            roll_up = RollUp(department.name, ToPerson(person), RollUpTopic.FOLLOW_UPS)
            record = (await self._session.stage.store.roll_ups.load(roll_up)).record
            if record.is_open and record.card.ts:
                place, ts = record.card.channel, record.card.ts
                focus = f"#m-{place}-{ts.replace('.', '-')} {CARD_BUTTON.format(action_ids.FOLLOW_UP_SATISFIED)}"
                hint = "A teammate answered. Did it help? Satisfied ends it, Not satisfied opens the case again."
                return step._replace(hint=hint, focus=focus, person=self._get_name(person), place=place)
        return step

    def _get_name(self, user: str) -> str:
        found = self._session.stage.workspace.users.get(user)
        return found.name if found else ""

    async def _build_phone(self, page: Page | None) -> Json | None:
        """Return the link that was sent to the phone of who is paged, and who has acknowledged."""
        users, links = self._session.stage.workspace.users, self._session.stage.app.links
        people = [one.person for one in page.attempts if one.person in users] if page else []
        if page is None or not people:
            return None
        by = users.get(page.acknowledged_by)
        link = await links.build_link(page, people[-1])
        return {"person": users[people[-1]].name, "url": link, "answered_by": by.name if by else ""}
