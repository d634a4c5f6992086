"""What connects one process to Slack: the socket that Slack answers on, or the endpoints that Slack and people call."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from bot.app.brand_services import BrandServices
from bot.clock import Clock
from bot.config.settings import Settings
from bot.sinks.slack import build_web_client
from bot.usecases.installations import InstallationUseCases
from bot.web.process_routes import Endpoint
from handlers import register
from handlers.bolt_app import SocketModeConnection, build_bolt_app, build_http_endpoint
from handlers.brand_access import BrandAccess
from handlers.oauth import REDIRECT_PATH, AppCredentials, build_oauth, build_oauth_endpoints


@dataclass(frozen=True, slots=True)
class SlackEndpoints:
    """`events` is what Slack calls; None with SLACK_APP_TOKEN. `gets` are for people who install the app."""

    events: Endpoint | None = None
    gets: Mapping[str, Endpoint] = field(default_factory=dict)


@asynccontextmanager
async def connect_slack(
    settings: Settings, services: BrandServices, session: aiohttp.ClientSession, clock: Clock
) -> AsyncIterator[SlackEndpoints]:
    """Connect the brands; with SLACK_APP_TOKEN, a socket is open within the block."""
    client = build_web_client(None, settings.slack_api_url, session)
    installations = InstallationUseCases(services.states, services.find_installation, clock)
    app = _build_credentials(settings)
    flow = build_oauth(client, app, installations) if app else None
    signing = None if settings.slack_app_token else settings.slack_signing_secret
    secret = signing.get_secret_value() if signing else ""

    def find(team: str, enterprise: str) -> BrandAccess | None:
        service = services.find(team, enterprise)
        if service is None:
            return None
        by_link = installations if service.has_install_link else None
        return BrandAccess(service.client, service.app.usecases if service.app else None, by_link)

    bolt = build_bolt_app(client, secret, find, flow)
    register(bolt, find)
    gets = build_oauth_endpoints(flow) if flow else {}
    if not settings.slack_app_token:
        yield SlackEndpoints(build_http_endpoint(bolt, secret) if secret else None, gets)
        return
    socket = SocketModeConnection(bolt, settings.slack_app_token.get_secret_value())
    await socket.open()
    try:
        yield SlackEndpoints(gets=gets)
    finally:
        await socket.close()


def _build_credentials(settings: Settings) -> AppCredentials | None:
    if not (settings.slack_client_id and settings.slack_client_secret and settings.public_url):
        return None
    return AppCredentials(
        settings.slack_client_id,
        settings.slack_client_secret.get_secret_value(),
        f"{settings.slack_api_url.rstrip('/').removesuffix('/api')}/oauth/v2/authorize",
        f"{settings.public_url.rstrip('/')}{REDIRECT_PATH}",
    )
