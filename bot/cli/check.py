"""`earshot check`: whether everything is as `earshot run` needs it. Changes nothing."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import typer

from bot.cli.checks.model import of_model, of_own_model
from bot.cli.checks.named import named_in
from bot.cli.checks.pagers import of_pagers
from bot.cli.checks.places import Places
from bot.cli.checks.rules import of_rules
from bot.cli.checks.schedules import of_schedules
from bot.cli.checks.slack import of_app_token, of_workspace
from bot.cli.checks.sources import of_sources
from bot.cli.checks.store import of_store
from bot.cli.findings import Finding, Kind, Report, fault, note, well
from bot.cli.opening import identity
from bot.cli.saying import REFUSED, Read, read_both, tell
from bot.clock import SystemClock
from bot.domain.words import format_count
from bot.playbook import Playbook
from bot.settings import Settings
from bot.sinks.inspection import SlackInspector
from bot.sinks.slack import build_web_client


def check() -> None:
    """Read settings and playbook, try Redis, Slack and the sources, and say every fault in a sentence with its place.

    Exit code 1 if there is any fault. What is marked ! (note) is worth a look, and is no fault.
    """
    report = Report()
    read = read_both()
    for sentence in read.faults:
        report.add(Finding(Kind.FAULT, str(sentence)))
    asyncio.run(_look(read, report))
    if report.faults:
        raise typer.Exit(REFUSED)
    tell("All is well: earshot run can start.")


async def _look(read: Read, report: Report) -> None:
    playbook = read.playbook.current if read.playbook else None
    places = Places(read.file) if playbook else None
    if playbook and places:
        report.add(well(str(read.file), _gist(playbook)))
        for finding in (*of_rules(playbook, places), *of_own_model(playbook)):
            report.add(finding)
    if read.settings is None:
        return
    report.add(of_model(read.settings))
    async for finding in of_store(read.settings, identity(playbook) if playbook else None):
        report.add(finding)
    async for finding in _of_slack(read.settings, playbook, places, report):
        report.add(finding)
    if playbook and places:
        async for finding in of_pagers(read.settings, playbook, places):
            report.add(finding)
        async for finding in of_schedules(read.settings, playbook, places, SystemClock().now()):
            report.add(finding)
        async for finding in of_sources(read.settings, playbook, places):
            report.add(finding)


def _gist(playbook: Playbook) -> str:
    parts = (format_count(len(playbook.subjects), "subject"), format_count(len(playbook.departments), "department"))
    return f"{playbook.brand.name}, {', '.join(parts)}, {format_count(len(playbook.routes), 'route')}"


async def _of_slack(
    settings: Settings, playbook: Playbook | None, places: Places | None, report: Report
) -> AsyncIterator[Finding]:
    for missing in settings.check_for_run():
        yield fault(missing.place, missing.sentence)
    named = named_in(playbook, places) if playbook and places else None
    clock = SystemClock()

    def report_waiting(seconds: float) -> None:
        report.add(note("Slack", f"it asks us to wait for {seconds:.0f} s, and we do"))

    async with aiohttp.ClientSession() as session:
        if settings.slack_app_token:
            client = build_web_client(settings.slack_app_token.get_secret_value(), settings.slack_api_url, session)
            async for finding in of_app_token(SlackInspector(client, clock, report_waiting)):
                yield finding
        if settings.slack_bot_token:
            client = build_web_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, session)
            async for finding in of_workspace(
                SlackInspector(client, clock, report_waiting), settings.slack_api_url, named
            ):
                yield finding
