"""One brand of a process. Its parts exist while Earshot has access to its workspace."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import aiohttp
import structlog
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app import EarshotApp, build_app, build_external_services, build_route_dependencies
from bot.app.child_messages import BrandOrder
from bot.app.playbook_reload import build_sources, reload_playbook
from bot.app.token_check import TeamError, fetch_identity, verify_token
from bot.clock import Clock
from bot.config.brand_settings import BrandConfig, build_brand_variable
from bot.detectors.model.loading import resolve_weights_path
from bot.domain.commits import StoreUnavailable
from bot.domain.installation import InstallationState, SlackInstallation
from bot.sinks.slack import SlackSink, build_web_client
from bot.store.brand_identity import BrandIdentity, StoreMismatchError, claim_keys
from bot.store.migrations import run_migrations
from bot.store.shards import MentionShard
from bot.store.store import Store
from bot.usecases.installations import BrandInstallation
from bot.web.health_endpoints import BrandHealth
from bot.web.request_body import BodyReader
from bot.web.routes import build_brand_app
from bot.workers.process_monitor import ProcessMonitor, TriageProcesses
from bot.workers.recovery import RecoveryError, RestoreRecovery
from bot.workers.runner import run_worker, sleep_or_stop

STORE = "store"
"""The issue of a brand whose data this process does not accept."""
LOOK_EVERY = 2.0
"""Seconds between looks at the installation, which another process may have changed."""
SETTLED_AFTER = timedelta(minutes=1)
"""After an uninstallation every process has stopped serving the brand, and nothing is written any more."""
NOT_INSTALLED = "Earshot is not installed in the workspace {team}. Open {link} to install it"
REVOKED = "Slack revoked the token. Open {link} to install Earshot again. What is due to be posted waits"
REMOVING = "Earshot was uninstalled, and everything of this brand is being removed"
TOKEN = "SLACK_BOT_TOKEN"  # noqa: S105 - the name of the variable
IN_ENVIRONMENT = SlackInstallation("", "", "", datetime.min.replace(tzinfo=UTC), "")

log = structlog.get_logger("earshot")


@dataclass(frozen=True, slots=True)
class ProcessParts:
    """What the brands of a process share."""

    session: aiohttp.ClientSession
    clock: Clock
    name: str
    """Of this process, in leases and consumer groups."""
    workers: Sequence[str]
    install_link: str = ""
    bodies: BodyReader = field(default_factory=BodyReader)
    children: TriageProcesses | None = None
    """The processes that triage for this one."""


class BrandService:
    """Serves one brand, also over HTTP: it is the web app of the brand's addresses."""

    def __init__(self, config: BrandConfig, store: Store, identity: BrandIdentity, parts: ProcessParts) -> None:
        self._config, self._identity, self._parts = config, identity, parts
        settings, token = config.settings, config.settings.slack_bot_token
        self.client = build_web_client(
            token.get_secret_value() if token else "",
            settings.slack_api_url,
            parts.session,
            "" if self.has_install_link else self.team,  # else the installation was verified
        )
        self.store = store
        self.app: EarshotApp | None = None
        self._site: ASGIApp | None = None
        self._issues: dict[str, str] = {}

    @property
    def id(self) -> str:
        return self.store.brand

    @property
    def name(self) -> str:
        """In the status: the id, empty if the process has one playbook and so one brand."""
        return self.id if self.path else ""

    @property
    def _log_name(self) -> dict[str, str]:
        """What log lines of this brand have, if the process may have several."""
        return {"brand": self.id} if self._config.site else {}

    @property
    def team(self) -> str:
        """The workspace or the organisation; empty if it is that of the token."""
        return self._config.playbook.current.brand.team or ""

    @property
    def path(self) -> str:
        return self._config.site

    @property
    def has_install_link(self) -> bool:
        return self._config.has_install_link

    def get_installation(self) -> BrandInstallation | None:
        if not self.has_install_link:
            return None
        return BrandInstallation(self._config.playbook.current.brand.name, self.store.installations)

    def describe_health(self) -> BrandHealth:
        sources = self.app.ingest.list_source_issues() if self.app else {}
        return BrandHealth(self.store, sources, tuple(self._config.playbook.current.departments), dict(self._issues))

    async def open(self) -> None:
        """Serve the brand from now on, if it is installed. Raises what its store does, `RecoveryError`, `TeamError`."""
        state = await self._load_state()
        if state.installation is not None and state.uninstalled_at is None:
            await self._build_parts(state.installation)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve the brand whenever it is installed, and remove its data once it was uninstalled, until told to stop."""
        structlog.contextvars.bind_contextvars(**self._log_name)
        while not stop.is_set():
            try:
                await self._run_once(stop)
            except (RecoveryError, StoreMismatchError) as no:
                self._set_issue(STORE, str(no))
            except TeamError as no:
                self._set_issue("slack", str(no))
            except StoreUnavailable as away:
                log.warning("store unreachable", reason=str(away))
            if not stop.is_set():
                await sleep_or_stop(LOOK_EVERY, self._parts.clock, stop)

    def build_order(self) -> BrandOrder:
        """Return what a triage process has to know of the brand."""
        playbook, identity = self._config.playbook, self._identity._replace(id=self.id)
        return BrandOrder(identity, playbook.current.text, str(playbook.path), self.path, self._config.settings)

    async def apply_order(self, order: BrandOrder) -> None:
        if order.playbook != self._config.playbook.current.text:
            await self.reload(order.playbook)

    async def reload(self, text: str | None = None) -> bool:
        """Read the playbook again, or `text`. A bad one is an issue of this brand, and the old one stays."""
        config = self._config
        if self.app is None:
            faults = tuple(map(str, config.playbook.reload(text)))
        else:
            with structlog.contextvars.bound_contextvars(**self._log_name):
                faults = await reload_playbook(self.app, config.playbook, config.settings, self._parts.workers, text)
        sentence = f"{config.playbook.path} was rejected, the old one stays: {faults[0]}" if faults else ""
        self._set_issue("playbook", sentence)
        return not faults

    async def _run_once(self, stop: asyncio.Event) -> None:
        state = await self._load_state()
        if state.uninstalled_at is not None:
            self._set_slack_issue(REMOVING)
            await self._remove_data(state.uninstalled_at)
        elif state.installation is None:
            self._set_slack_issue(NOT_INSTALLED)
        else:
            app = self.app or await self._build_parts(state.installation)
            await self._run_workers(app, stop)

    async def _run_workers(self, app: EarshotApp, stop: asyncio.Event) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(app.run_workers(self._parts.workers))
                if self._parts.children is not None:
                    group.create_task(self._watch_children(app, self._parts.children))
                await self._watch_installation(stop)
                app.stop.set()
        finally:
            self.app = self._site = None
            with suppress(StoreUnavailable):  # then the leases expire
                await app.delivery.release_lease()
                await app.spikes.release_lease()

    async def _watch_children(self, app: EarshotApp, children: TriageProcesses) -> None:
        """Tell whoever watches the brand when no process triages for it."""
        monitor = ProcessMonitor(app.store, children, self.name, socket.gethostname(), app.clock)
        app.liveness.register_probe("triage", lambda: children.is_any_working(self.name), app.clock.now())
        await run_worker(monitor, app.clock, app.stop, app.liveness)
        with suppress(StoreUnavailable):  # then the issue expires
            await monitor.clear_issue()

    async def _watch_installation(self, stop: asyncio.Event) -> None:
        """Return when the brand is to be served no longer."""
        if not self.has_install_link:
            while not (stop.is_set() or self.client.is_verified or self.client.other_team):
                await sleep_or_stop(LOOK_EVERY, self._parts.clock, stop)
                await fetch_identity(self.client)
            if not self.client.other_team:
                await stop.wait()
            return
        while not stop.is_set():
            await sleep_or_stop(LOOK_EVERY, self._parts.clock, stop)
            with suppress(StoreUnavailable):
                state = await self._load_state()
                if state.installation is None or state.uninstalled_at is not None:
                    return
                self._set_token(state.installation)

    async def _load_state(self) -> InstallationState:
        if not self.has_install_link:
            return InstallationState(IN_ENVIRONMENT)
        return await self.store.installations.load()

    async def _build_parts(self, installation: SlackInstallation) -> EarshotApp:
        """Build everything anew: nothing that was in memory outlives an uninstallation."""
        config, parts = self._config, self._parts
        await verify_token(self.client, self._name_variable(TOKEN), self.team)
        await claim_keys(self.store.client, self._identity._replace(id=self.id), self.store.shard_count)
        shards = [MentionShard(one.number, one.client, self.id, self.store.client) for one in self.store.shards]
        self.store = Store(self.store.client, self.id, parts.name, shards)
        await run_migrations(self.store.client, self.store.keys, self.store.leases)
        await self.store.intake.create_group()
        await self.store.report_counters.mark_theme_words_start(parts.clock.now())
        self._set_token(installation)
        external = build_external_services(config.settings, parts.session, parts.clock)
        app = build_app(
            self.store,
            config.playbook,
            SlackSink(self.client),
            parts.clock,
            parts.name,
            external=external,
            weights=resolve_weights_path(config.settings.model, config.settings.data),
        )
        await RestoreRecovery(self.store, SlackSink(self.client), app.rules, parts.clock).run()
        app.set_sources(build_sources(config.playbook.current, config.settings, parts.clock, parts.workers))
        routes = replace(build_route_dependencies(app, config.settings), bodies=parts.bodies)
        self.app, self._site = app, build_brand_app(routes)
        self._set_issue(STORE, "")
        return app

    def _name_variable(self, name: str) -> str:
        return build_brand_variable(name, self.id) if self._config.site else name

    def _set_token(self, installation: SlackInstallation) -> None:
        if self.has_install_link:
            self.client.token = installation.token
            self._set_slack_issue("" if installation.token else REVOKED)

    def _set_slack_issue(self, sentence: str) -> None:
        self._set_issue("slack", sentence.format(team=self.team, link=self._parts.install_link))

    def _set_issue(self, part: str, sentence: str) -> None:
        if sentence and self._issues.get(part) != sentence:
            log.warning("brand has an issue", brand=self.id, part=part, issue=sentence)
        self._issues.pop(part, None)
        if sentence:
            self._issues[part] = sentence

    async def _remove_data(self, since: datetime) -> None:
        """Remove all keys of the brand, again until nobody has written any: other processes may not know yet."""
        if gone := await self.store.installations.remove_keys():
            log.info("data of the brand removed", brand=self.id, keys=gone)
        elif self._parts.clock.now() - since > SETTLED_AFTER:
            await self.store.installations.drop_uninstalled_mark()
            log.info("removal of the brand is complete", brand=self.id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request to one of the brand's addresses."""
        structlog.contextvars.bind_contextvars(**self._log_name)
        site = self._site or JSONResponse(
            {"error": "this brand is not served at the moment"}, 503, {"Retry-After": "60"}
        )
        await site(scope, receive, send)
