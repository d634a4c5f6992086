"""The real application on the Slack sandbox: real Bolt, real HTTP, signed requests, a real store."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from bot.app import EarshotApp, ExternalServices, build_app, build_external_services, build_site
from bot.clock import Clock
from bot.config import PlaybookReloader
from bot.config.settings import Settings
from bot.sinks.draft_client import DraftClient
from bot.sinks.slack import SlackSink, build_web_client
from bot.slack_sandbox import SlackSandbox, SlackWorkspace
from bot.store.leases import build_process_name
from bot.store.store import Store, connect_store
from bot.web.http_server import serve_in_background
from handlers import register
from handlers.bolt_app import build_bolt_app, build_http_endpoint
from handlers.brand_access import BrandAccess
from handlers.manifest import build_manifest


@dataclass(frozen=True, slots=True)
class LocalApp:
    app: EarshotApp
    sandbox: SlackSandbox
    workspace: SlackWorkspace
    store: Store
    url: str
    """Of the app's own site."""


def mount_nothing(_: SlackSandbox) -> None:
    """Mount no further routes."""


def _build_local_services(session: aiohttp.ClientSession) -> ExternalServices:
    """Return what needs no account: the endpoint of `[drafts]`, without a key."""
    return ExternalServices(drafts=DraftClient(session, None))


@asynccontextmanager
async def run_local_app(
    *,
    playbook: PlaybookReloader,
    workspace: SlackWorkspace,
    clock: Clock,
    folder: Path | None = None,
    redis_url: str = "",
    brand: str = "",
    trigger_now: Callable[[], float] | None = None,
    wait: bool = True,
    ports: Sequence[int] = (0,),
    mount: Callable[[SlackSandbox], None] = mount_nothing,
    settings: Settings | None = None,
    shards: int = 1,
) -> AsyncIterator[LocalApp]:
    """Start store, sandbox, app and site; no worker runs yet.

    `brand` names the keys, by default after the playbook; `folder` keeps the store's files, by default a temporary one.
    `wait` is for workers that run by themselves, not for those that a test steps.
    `settings` name the pagers; with them, messages have links.
    `ports` are tried in order for the workspace; `mount` adds routes to it.
    """
    async with AsyncExitStack() as stack:
        # A Redis that is slow to stop may still write to its folder.
        files = folder or Path(stack.enter_context(TemporaryDirectory(prefix="earshot-", ignore_cleanup_errors=True)))
        opened = connect_store(redis_url, files, brand or playbook.current.slug, build_process_name(), shards=shards)
        store = await stack.enter_async_context(opened)
        await store.intake.create_group()
        sandbox = SlackSandbox(workspace, now=lambda: clock.now().timestamp(), trigger_now=trigger_now, ports=ports)
        mount(sandbox)
        await stack.enter_async_context(sandbox)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        external = build_external_services(settings, session, clock) if settings else _build_local_services(session)
        client = build_web_client(sandbox.bot_token, sandbox.api_url, session)
        app = build_app(store, playbook, SlackSink(client), clock, build_process_name(), wait=wait, external=external)
        ours = BrandAccess(client, app.usecases)
        bolt = build_bolt_app(build_web_client(None, sandbox.api_url, session), sandbox.signing_secret, lambda *_: ours)
        register(bolt, lambda *_: ours)
        site = build_site(app, settings, build_http_endpoint(bolt, sandbox.signing_secret))
        url = f"http://127.0.0.1:{await stack.enter_async_context(serve_in_background(site))}"
        app.links.public_url = url if settings else ""
        app.usecases.feeds.public_url = url
        sandbox.app.request_url = f"{url}/slack/events"
        sandbox.install(build_manifest(socket_mode=False, request_url=sandbox.app.request_url))
        yield LocalApp(app, sandbox, workspace, store, url)
