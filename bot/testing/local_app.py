"""The real application before a Slack of its own: real Bolt, real HTTP, signed requests, a real store."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from bot.app import EarshotApp, ExternalServices, build_ack_routes, build_app, build_external_services
from bot.clock import Clock
from bot.config import PlaybookReloader
from bot.config.settings import Settings
from bot.sinks.slack import SlackSink, build_web_client
from bot.slack_sandbox import SlackSandbox, SlackWorkspace
from bot.store.leases import build_process_name
from bot.store.store import Store, connect_store
from bot.web import RouteDependencies, build_web_app
from bot.web.http_server import serve_in_background
from handlers import register
from handlers.bolt_app import build_bolt_app, build_http_endpoint
from handlers.manifest import build_manifest


@dataclass(frozen=True, slots=True)
class LocalApp:
    app: EarshotApp
    sandbox: SlackSandbox
    workspace: SlackWorkspace
    store: Store
    url: str
    """Of our own site."""


def mount_nothing(_: SlackSandbox) -> None:
    """Beside the workspace."""


def _create_temp_folder() -> TemporaryDirectory[str]:
    """A server that is slow to end may still write there."""
    return TemporaryDirectory(prefix="earshot-", ignore_cleanup_errors=True)


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
) -> AsyncIterator[LocalApp]:
    """Everything up and connected; no worker runs yet. `brand` puts the keys under another name than the playbook's.

    `wait` is for workers that run by themselves; who steps them does not want them to wait.
    `folder` is where the embedded store keeps its files; without one, they are gone when this ends.
    `settings` tell which pagers there are; with them, messages have links.
    `ports`: where the workspace is served, the first that is free; `mount` adds to it what is served beside it.
    """
    async with AsyncExitStack() as stack:
        files = folder or Path(stack.enter_context(_create_temp_folder()))
        opened = connect_store(redis_url, files, brand or playbook.current.slug, build_process_name())
        store = await stack.enter_async_context(opened)
        await store.inbox.create_group()
        sandbox = SlackSandbox(workspace, now=lambda: clock.now().timestamp(), trigger_now=trigger_now, ports=ports)
        mount(sandbox)
        await stack.enter_async_context(sandbox)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        outside = build_external_services(settings, session, clock) if settings else ExternalServices()
        client = build_web_client(sandbox.bot_token, sandbox.api_url, session)
        house = build_app(store, playbook, SlackSink(client), clock, build_process_name(), wait=wait, external=outside)
        app = build_bolt_app(client, sandbox.signing_secret)
        register(app, house.usecases)
        parts = RouteDependencies(
            store=store,
            clock=clock,
            hooks=lambda: house.hooks,
            list_source_names=house.ingest.list_source_issues,
            departments=lambda: tuple(playbook.current.departments),
            slack=build_http_endpoint(app, sandbox.signing_secret),
            ack_routes=build_ack_routes(house, settings, clock),
            calendar_links=house.usecases.feeds,
        )
        port = await stack.enter_async_context(serve_in_background(build_web_app(parts)))
        url = f"http://127.0.0.1:{port}"
        house.links.public_url = url if settings else ""
        house.usecases.feeds.public_url = url
        sandbox.request_url = f"{url}/slack/events"
        sandbox.install(build_manifest(socket_mode=False, request_url=sandbox.request_url))
        yield LocalApp(house, sandbox, workspace, store, url)
