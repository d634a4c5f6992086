"""Call the heartbeat address. It may hold a secret, so it is never logged."""

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=10.0)


class HeartbeatClient:
    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session

    async def send_heartbeat(self) -> str:
        """Return why it did not arrive; empty if it did."""
        try:
            async with self._session.get(self._url, timeout=TIMEOUT, allow_redirects=False) as answer:
                return "" if 200 <= answer.status < 300 else f"EARSHOT_HEARTBEAT_URL answered {answer.status}"
        except TimeoutError:
            return f"EARSHOT_HEARTBEAT_URL did not answer in {TIMEOUT.total:.0f} s"
        except (aiohttp.ClientError, OSError, ValueError):
            return "EARSHOT_HEARTBEAT_URL cannot be reached"
