"""The workers as in production, in processes that die where they are told.

`python -m tests.kill.child` is a fork server: for each line of configuration it forks a child,
and it says which one started or died. A child that had to import everything again would take a second to start.
"""

import asyncio
import json
import os
import select
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog

from bot.cards.block_kit import RenderedMessage, render_text
from bot.config.settings_loader import load_settings
from bot.domain.outbox import Notification
from bot.domain.own_accounts import OwnAccounts
from bot.domain.paging.context import PageContext
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import ContactMethod, Page, PageAttempt
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.routing import CaseClocks
from bot.sinks.pagers.base import PageRequest, PagerResponse
from bot.sinks.pagers.webhook import WebhookPager
from bot.sinks.slack import SlackSink, build_web_client
from bot.store.client import RedisClient, Words
from bot.store.keys import Keys
from bot.store.store import Store
from bot.store.transaction import WRITTEN
from bot.workers.case_deadlines import DeadlineWorker
from bot.workers.delivery import DeliveryWorker
from bot.workers.escalations import EscalationWorker
from bot.workers.ledger_news import LedgerWorker
from bot.workers.paging import PagerWorker
from bot.workers.paging.context import PageContexts
from bot.workers.paging.targets import AckLinkBuilder, TargetResolver
from bot.workers.runner import run_worker
from bot.workers.scheduled_reports import ScheduledReportWorker
from bot.workers.triage import TriageWorker
from tests.fake_on_call import FakeOnCallLookup, ListedStaff
from tests.kill.crash_points import OWN_HANDLE, ChildConfig, CrashTrigger, crash
from tests.kill.fast_clock import FastClock
from tests.kill.person_clicks import run_clicks
from tests.pagers.fake_services import SECRET
from tests.workers.fake_rules import FakeRules

SIGNED = {"EARSHOT_PAGER_WEBHOOK_SECRET": SECRET}
IDLE = timedelta(seconds=1)
"""After which what a dead one had is another's. Of the server's own, real time."""


class CommitCall:
    """What a call of the commit script writes: whether it answers entries of the inbox, as only triage does."""

    def __init__(self, args: Words) -> None:
        _, entries, _, _, _, _, _, words, *_ = json.loads(str(args[1]))
        self.answers = bool(entries)
        self.words = [*words, *map(str, args[2:])]


class DyingClient(RedisClient):
    """The door to Redis, with a crash trigger on both sides of it."""

    def __init__(self, config: ChildConfig, trigger: CrashTrigger) -> None:
        super().__init__(config.redis, config.brand, config.copies)
        self._trigger = trigger
        keys = Keys(config.brand)
        self._by_key = {keys.ledger: "told", keys.report_schedules: "scheduled"}

    async def execute(self, *words: str | float) -> Any:
        reply = await super().execute(*words)
        if words[0] == "XREADGROUP" and reply and self._trigger.should_crash("read:after"):
            crash(self._trigger)
        return reply

    async def run_scripts(self, name: str, calls: Sequence[tuple[Sequence[str], Words]]) -> list[Any]:
        kind = ""
        if name == "commit" and calls:
            call = CommitCall(calls[0][1])
            begins = any('"posting"' in word for word in call.words)
            found = [self._by_key[key] for key in calls[0][0] if key in self._by_key]
            kind = found[0] if found else "triaged" if call.answers else "begun" if begins else "noted"
        if kind and self._trigger.should_crash(f"{kind}:before"):
            crash(self._trigger)
        replies = await super().run_scripts(name, calls)
        if kind and self._trigger.should_crash(f"{kind}:after"):
            crash(self._trigger)
        return replies


class DyingSink(SlackSink):
    """The way to Slack, likewise."""

    def __init__(self, client: Any, trigger: CrashTrigger) -> None:
        super().__init__(client)
        self._trigger = trigger

    async def _call_method(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        posts = method == "chat.postMessage"
        if posts and self._trigger.should_crash("post:before"):
            crash(self._trigger)
        reply = await super()._call_method(method, **arguments)
        if posts and self._trigger.should_crash("post:after"):
            crash(self._trigger)
        return reply


class NamedReports:
    """Digests of managers, which say only which ones they are."""

    async def render_report(self, schedule_id: str, due: datetime) -> RenderedMessage:
        return render_text(f"{schedule_id} of {due}")

    async def render_refusal(self, schedule_id: str) -> None:
        """Nothing is refused here."""

    async def pause_refused(self, pending: Notification, error: str) -> None:
        raise AssertionError(pending, error)


class DyingPagingClient(RedisClient):
    """The door to Redis of those who page: which commit it is stands in the page that is written."""

    def __init__(self, url: str, trigger: CrashTrigger) -> None:
        super().__init__(url)
        self._trigger = trigger

    async def run_scripts(self, name: str, calls: Sequence[tuple[Sequence[str], Words]]) -> list[Any]:
        moment = _moment(calls[0][1]) if name == "commit" and calls else ""
        if moment and self._trigger.should_crash(f"{moment}:before"):
            crash(self._trigger)
        replies = await super().run_scripts(name, calls)
        if moment and replies[0] == WRITTEN and self._trigger.should_crash(f"{moment}:after"):
            crash(self._trigger)
        return replies


def _moment(words: Words) -> str:
    """By the newest attempt of the page that is written."""
    bodies = [word for word in CommitCall(words).words if word.startswith('{"id"') and '"cause"' in word]
    attempts = json.loads(bodies[0]).get("attempts") if bodies else None
    if not attempts:
        return ""
    return {"waiting": "climbed", "sending": "sending"}.get(attempts[-1].get("result", "waiting"), "ended")


class DyingPager:
    """A pager, with a crash trigger on both sides of its call."""

    name = "webhook"

    def __init__(self, pager: WebhookPager, trigger: CrashTrigger) -> None:
        self._pager, self._trigger = pager, trigger

    async def send_page(self, call: PageRequest) -> PagerResponse:
        if self._trigger.should_crash("rung:before"):
            crash(self._trigger)
        told = await self._pager.send_page(call)
        if self._trigger.should_crash("rung:after"):
            crash(self._trigger)
        return told

    async def refresh_page(self, page: Page, matter: PageContext, storm: PageGroup) -> PagerResponse:
        return await self._pager.refresh_page(page, matter, storm)

    async def sync_page(self, page: Page) -> PagerResponse:
        return await self._pager.sync_page(page)

    async def fetch_outcome(self, _attempt: PageAttempt) -> None:
        return

    async def check_connection(self) -> None:
        return


def build_clock(config: ChildConfig) -> FastClock:
    return FastClock(config.since, config.times, config.limit)


async def run_workers(config: ChildConfig) -> None:
    clock, trigger, stop = build_clock(config), CrashTrigger.from_config(config), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    rules = FakeRules(*config.departments)
    rules.own_accounts = OwnAccounts({("x", OWN_HANDLE): ""})
    minutes = timedelta(minutes=config.claim_within) or None
    rules.clocks = CaseClocks(claim_within=minutes, remind_every=minutes)
    client = DyingClient(config, trigger)
    store = Store(client, config.brand, config.name)
    async with aiohttp.ClientSession() as session:
        sink = DyingSink(build_web_client(config.token, config.api, session), trigger)
        workers = (
            TriageWorker(store, rules, clock, config.name, idle_most=IDLE),
            DeliveryWorker(store, sink, rules, FakeOnCallLookup(rules), clock, lease=IDLE, reports=NamedReports()),
            DeadlineWorker(store, rules, FakeOnCallLookup(rules), ListedStaff(), clock),
            LedgerWorker(store, rules, clock),
            ScheduledReportWorker(store, rules, ListedStaff(), clock),
        )
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(run_worker(worker, clock, stop))
    await client.close()


async def run_pager(config: ChildConfig) -> None:
    """Only pages, by a pager that knows one call from another."""
    clock, trigger, stop = build_clock(config), CrashTrigger.from_config(config), asyncio.Event()
    rules = FakeRules(*config.departments)
    rules.escalation = EscalationPolicy(
        ways=(ContactMethod.WEBHOOK,), wait=timedelta(seconds=20), repeat_every=timedelta(seconds=25), repeats=1
    )
    store = Store(DyingPagingClient(config.redis, trigger), config.brand, config.name)
    settings = load_settings({"EARSHOT_PAGER_WEBHOOK_URL": f"{config.pager}/webhook", **SIGNED})
    matters = PageContexts({}, lambda: "UTC", lambda _, __: EscalationPolicy())
    async with aiohttp.ClientSession() as session:
        pager = WebhookPager.from_settings(settings, session, clock)
        assert pager is not None
        workers = (
            EscalationWorker(
                store, rules, TargetResolver(rules, FakeOnCallLookup(rules), {ContactMethod.WEBHOOK}), matters, clock
            ),
            PagerWorker(
                DyingPager(pager, trigger), store, rules, matters, AckLinkBuilder(store.signing_secrets, clock), clock
            ),
        )
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(run_worker(worker, clock, stop))


def fork_child(line: str) -> None:
    pid = os.fork()
    if pid:
        print(f"born {pid}", flush=True)  # noqa: T201 - what the parent reads
        return
    config = ChildConfig.model_validate_json(line)
    run = run_clicks if config.clicks else run_pager if config.pager else run_workers
    asyncio.run(run(config))
    os._exit(0)


def serve_forks() -> None:
    """One line in, one child; ends with its input, and then ends those that are left."""
    children = 0
    while True:
        readable, _, _ = select.select([sys.stdin], [], [], 0.01)
        if readable:
            line = sys.stdin.readline()
            if not line:
                break
            fork_child(line)
            children += 1
        while children and (gone := os.waitpid(-1, os.WNOHANG))[0]:
            children -= 1
            print(f"died {gone[0]} {os.waitstatus_to_exitcode(gone[1])}", flush=True)  # noqa: T201
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    os.setpgrp()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    serve_forks()
