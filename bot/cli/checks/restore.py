"""Check that Earshot may read what it has to look up after a backup was restored."""

import aiohttp

from bot.cli.check_report import Findings, make_fault, make_note
from bot.cli.checks.slack_token import load_stored_token
from bot.cli.store_connection import find_brand_store
from bot.clock import SystemClock
from bot.config.reload import PlaybookReloader
from bot.config.settings import Settings
from bot.domain.commits import StoreUnavailable
from bot.live_rules import ReloadableRules
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError
from bot.sinks.slack import SlackSink, build_web_client
from bot.store.embedded_server import EmbeddedServerError
from bot.store.store import connect_store
from bot.workers.recovery import RecoveryError, RestoreRecovery


async def check_restore(settings: Settings, playbook: PlaybookReloader) -> Findings:
    """Report what `earshot run` would refuse to start for. Other faults of the store and of Slack have checks."""
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    if not url and not settings.data.exists():
        return
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    token = token or await load_stored_token(settings, playbook.current)
    if not token:
        return
    try:
        async with (
            connect_store(url, settings.data, playbook.current.slug, "check") as opened,
            aiohttp.ClientSession() as session,
        ):
            store = await find_brand_store(opened, playbook.current)
            sink = SlackSink(build_web_client(token, settings.slack_api_url, session))
            await RestoreRecovery(store, sink, ReloadableRules(playbook), SystemClock()).verify_access()
    except RecoveryError as no:
        yield make_fault("Data", str(no))
    except RateLimitedError:
        unknown = "Earshot cannot check whether it may read what it posted since the backup"
        yield make_note("Data", f"Slack limits requests, so {unknown}. Check again in a minute")
    except (ValueError, StoreUnavailable, EmbeddedServerError, NotSentError, DeliveryUnknownError):
        return
