"""Log that the app was uninstalled or its token revoked: nothing can be posted until it is installed again."""

import structlog

from handlers.use_cases import Payload

log = structlog.get_logger("slack")


async def on_app_uninstalled(body: Payload, event: Payload) -> None:
    log.error("slack access taken away", why=event["type"], team=body.get("team_id"))
