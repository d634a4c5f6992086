"""`earshot check`: verifies what `earshot run` needs. Changes nothing."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import aiohttp
import typer

from bot.app import WORKERS
from bot.app.process_count import plan_processes
from bot.cli.brand_configs import find_folder, load_brands
from bot.cli.check_report import CheckFinding, CheckReport, FindingKind, Findings, make_fault, make_note, make_ok
from bot.cli.checks.drafts import check_drafts
from bot.cli.checks.locations import PlaybookLocations
from bot.cli.checks.pagers import check_pagers
from bot.cli.checks.restore import check_restore
from bot.cli.checks.schedules import check_schedules
from bot.cli.checks.slack import check_app_token, check_workspace
from bot.cli.checks.slack_ids import find_slack_ids
from bot.cli.checks.slack_token import load_stored_token
from bot.cli.checks.store import check_store
from bot.cli.exits import REFUSED, LoadedConfig, exit_on_error, load_config, print_line
from bot.cli.store_connection import build_identity
from bot.clock import SystemClock
from bot.config import Playbook
from bot.config.brand_settings import format_brand_fault
from bot.config.settings import Settings, build_hook_variable
from bot.detectors.engines.keen import load_keen_model
from bot.detectors.engines.onnx import load_onnx_model
from bot.detectors.model.loading import load_model, resolve_weights_path
from bot.detectors.model.weights import PACKAGED, WeightsError
from bot.detectors.sentiment import KEEN
from bot.domain.department import Department, is_person
from bot.domain.route_conditions import OUTLET_FIELDS
from bot.domain.routing import list_routed_departments
from bot.domain.text import format_count
from bot.sinks.slack import build_web_client
from bot.sinks.slack_inspector import SlackInspector
from bot.sources.catalogue import CATALOGUE, build_context


def check(
    playbooks: Annotated[
        Path | None, typer.Option(help="A folder with a playbook for each of several brands, in place of one playbook.")
    ] = None,
) -> None:
    """Check the settings, the playbooks, Redis, Slack and the sources, and report each problem with its place.

    The exit code is 1 if there is a problem. A note (!) is worth a look, and does not change the exit code.
    """
    report = CheckReport()
    with exit_on_error():
        folder = find_folder(playbooks)
    if folder is None:
        _check_one(load_config(), report)
    else:
        _check_folder(folder, report)
    if report.faults:
        raise typer.Exit(REFUSED)
    print_line("Everything is ready. Start with: earshot run")


def _check_folder(folder: Path, report: CheckReport) -> None:
    """Check each brand that can be loaded, with its own settings."""
    read = load_brands(folder)
    for sentence in read.faults:
        report.add(CheckFinding(FindingKind.FAULT, str(sentence)))
    if read.settings is not None:
        report.add(describe_processes(read.settings))
    for config in read.brands:
        brand = config.playbook.current.slug
        mine = LoadedConfig(config.settings, config.playbook, config.playbook.path, ())
        _check_one(mine, BrandReport(report, brand))


def _check_one(read: LoadedConfig, report: CheckReport) -> None:
    for sentence in read.faults:
        report.add(CheckFinding(FindingKind.FAULT, str(sentence)))
    asyncio.run(_run_checks(read, report))


class BrandReport(CheckReport):
    """Adds the brand to a place that is a secret of its own, as the environment has it."""

    def __init__(self, report: CheckReport, brand: str) -> None:
        super().__init__()
        self._report, self._brand = report, brand

    def add(self, finding: CheckFinding) -> None:
        self._report.add(finding._replace(sentence=format_brand_fault(finding.sentence, self._brand)))


async def _run_checks(read: LoadedConfig, report: CheckReport) -> None:
    playbook = read.playbook.current if read.playbook else None
    places = PlaybookLocations(read.file) if playbook else None
    if playbook and places:
        report.add(make_ok(str(read.file), _summarize_playbook(playbook)))
        for finding in (*check_rules(playbook, places), *check_own_model(playbook)):
            report.add(finding)
    if read.settings is None:
        return
    report.add(check_model(read.settings))
    if not isinstance(report, BrandReport):  # else said once for all brands
        report.add(describe_processes(read.settings))
    identity = build_identity(playbook) if playbook else None
    checks = [check_store(read.settings, identity), _check_slack(read.settings, playbook, places, report)]
    if read.playbook:
        checks.append(check_restore(read.settings, read.playbook))
    if playbook and places:
        checks.append(check_pagers(read.settings, playbook, places))
        checks.append(check_schedules(read.settings, playbook, places, SystemClock().now()))
        checks.append(check_drafts(read.settings, playbook, places))
        checks.append(check_sources(read.settings, playbook, places))
    for findings in checks:
        async for finding in findings:
            report.add(finding)


def _summarize_playbook(playbook: Playbook) -> str:
    parts = (format_count(len(playbook.subjects), "subject"), format_count(len(playbook.departments), "department"))
    return f"{playbook.brand.name}, {', '.join(parts)}, {format_count(len(playbook.routes), 'route')}"


async def _check_slack(
    settings: Settings, playbook: Playbook | None, places: PlaybookLocations | None, report: CheckReport
) -> Findings:
    for missing in settings.check_for_run():
        yield make_fault(missing.place, missing.sentence)
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    if not token and settings.has_oauth and playbook:
        if not playbook.brand.team:
            yield make_fault(str(places.file if places else ""), "team under [brand] is not set. Only it may install")
        token = await load_stored_token(settings, playbook)
        if not token:
            yield make_note("Slack", f"the app is not installed for {playbook.brand.name} yet, so it is not checked")
    named = find_slack_ids(playbook, places) if playbook and places else None
    team = (playbook.brand.team or "") if playbook else ""
    clock = SystemClock()

    def report_waiting(seconds: float) -> None:
        report.add(make_note("Slack", f"Slack limits requests, so the check waits for {seconds:.0f} s"))

    async with aiohttp.ClientSession() as session:
        if settings.slack_app_token:
            client = build_web_client(settings.slack_app_token.get_secret_value(), settings.slack_api_url, session)
            async for finding in check_app_token(SlackInspector(client, clock, report_waiting)):
                yield finding
        if token:
            client = build_web_client(token, settings.slack_api_url, session)
            slack = SlackInspector(client, clock, report_waiting)
            async for finding in check_workspace(slack, settings.slack_api_url, named, team):
                yield finding


def check_rules(playbook: Playbook, places: PlaybookLocations) -> Iterator[CheckFinding]:
    reached = list_routed_departments(playbook.routes)
    uncalled = []
    for number, department in enumerate(playbook.departments.values()):
        here = places.find("departments", number)
        if department.name not in reached:
            hint = f'Add a route with to = "{department.name}"'
            alone = f"no route leads to {department.name}, so it only gets what people flag or hand over"
            yield make_note(here, f"{alone}. {hint}")
        elif not department.deputies:
            who = "only managers and those on call" if department.on_call else "only managers"
            yield make_note(here, f"{who} can claim what routes send to {department.name}. Name its deputies")
        if _is_point_unable(department, playbook.brand.managers):
            problem = f"{department.point} can't claim cases of {department.name}. Name them in deputies, too"
            yield make_note(places.find("departments", number, "point"), problem)
        if department.name in reached and not department.on_call:
            uncalled.append(department.name)
    if uncalled:
        problem = f"nobody is called for urgent cases in {', '.join(uncalled)}"
        yield make_note(places.find("departments"), f"{problem}. Name people in on_call")
    if places.has_key("spikes", "page_from"):
        yield make_note(places.find("spikes", "page_from"), "is called page_from_people now. The old name still works")
    if not playbook.sources:
        hint = "there are no [sources], so Earshot only sees what people flag. Add one, such as [sources.x]"
        yield make_note(str(places.file), hint)


def _is_point_unable(department: Department, managers: Sequence[str]) -> bool:
    """Return whether the point person is surely nobody who can claim: user groups and schedules may hold anybody."""
    able = (*department.deputies, *department.on_call, *managers)
    return bool(department.point) and department.point not in able and all(map(is_person, able))


def check_model(settings: Settings) -> CheckFinding:
    path = resolve_weights_path(settings.model, settings.data)
    try:
        found = load_model(path)
    except WeightsError as no:
        return make_fault("EARSHOT_MODEL", str(no))
    which = "packaged" if path == PACKAGED else str(path)
    return make_ok("the model", f"{which}, {len(found.heads)} heads")


def describe_processes(settings: Settings) -> CheckFinding:
    plan = plan_processes(WORKERS, settings.processes)
    why = "for the cores and the memory here" if settings.processes is None else "as EARSHOT_PROCESSES says"
    parts = f", {plan.children} of them for triage" if plan.children else ""
    return make_ok("processes", f"earshot run starts {format_count(plan.total, 'process', 'processes')}{parts}, {why}")


def check_own_model(playbook: Playbook) -> Iterator[CheckFinding]:
    options = playbook.detectors.onnx
    try:
        if playbook.detectors.engine == KEEN:
            manifest = load_keen_model().manifest
            yield make_ok("detectors.engine", f"earshot-keen {manifest.version}, {manifest.describe_pace()}")
        elif options is not None:
            load_onnx_model(options)
            yield make_ok("detectors.onnx", f"{options.file}, with the classes {', '.join(options.classes)}")
    except WeightsError as no:
        yield make_fault("detectors.engine" if options is None else "detectors.onnx", str(no))


async def check_sources(settings: Settings, playbook: Playbook, places: PlaybookLocations) -> Findings:
    for entry in playbook.sources:
        kind, name, options = entry
        place = places.find(*("sources", kind, name) if name else ("sources", kind))
        accounts = playbook.own_accounts
        parts = build_context(entry, settings, SystemClock(), playbook.subjects, random.random, accounts, playbook.slug)
        found = await CATALOGUE[kind].check(options, parts)
        for where, sentence in found.faults:
            yield make_fault(where or place, sentence)
        for sentence in found.notes:
            yield make_note(place, sentence)
        if not found.faults:
            yield make_ok("sources", f"{kind} {name}" if name else kind)
    for finding in (*_find_unused_hooks(settings, playbook), *_find_missing_fields(playbook, places)):
        yield finding


def _find_missing_fields(playbook: Playbook, places: PlaybookLocations) -> Iterator[CheckFinding]:
    """Routes that ask for what no source of the playbook tells, so that their conditions are never met."""
    known = {field for entry in playbook.sources for field in CATALOGUE[entry.source].gives}
    for number, route in enumerate(playbook.routes if playbook.sources else ()):
        asked = {getattr(condition, "key", "") for condition in (*route.when_post, *route.unless_post)}
        for field in OUTLET_FIELDS:
            if field in asked - known:
                able = ", ".join(name for name, kind in CATALOGUE.items() if field in kind.gives)
                problem = f'the route "{route.name}" asks for {field}, and none of your sources tells it'
                yield make_note(places.find("routes", number), f"{problem}. These do: {able}")


def _find_unused_hooks(settings: Settings, playbook: Playbook) -> list[CheckFinding]:
    """Nearly always a hook that is spelled in two ways."""
    wanted = {build_hook_variable(entry.name or "") for entry in playbook.sources if entry.source == "webhook"}
    return [
        make_note(variable, "is not used, because the playbook has no [sources.webhook] of that name")
        for variable in map(build_hook_variable, settings.hooks)
        if variable not in wanted
    ]
