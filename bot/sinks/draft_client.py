"""Ask a model for a draft, at an endpoint like OpenAI's chat completions. Neither the key nor an answer is logged."""

import json
from collections.abc import Sequence

import aiohttp
from pydantic import SecretStr

from bot.domain.replies.drafts import DraftOptions, DraftUnavailableError

PATIENCE = 4.0
"""Seconds. A person waits in front of an open form."""
MAX_BYTES = 65_536
MAX_TOKENS = 400
URL_HINT = "Check url in [drafts]"


class DraftClient:
    def __init__(self, session: aiohttp.ClientSession, key: SecretStr | None, patience: float = PATIENCE) -> None:
        self._session = session
        self._key = key
        self._timeout = aiohttp.ClientTimeout(total=patience)

    def list_secrets(self) -> tuple[str, ...]:
        """Return what must not come back in an answer."""
        return (self._key.get_secret_value(),) if self._key else ()

    async def request_draft(self, options: DraftOptions, messages: Sequence[dict[str, str]]) -> str:
        """Return the text of the answer, which is not to be trusted. Raises `DraftUnavailableError`."""
        headers = {"Authorization": f"Bearer {self._key.get_secret_value()}"} if self._key else {}
        body = {"model": options.model, "messages": list(messages), "max_tokens": MAX_TOKENS, "stream": False}
        try:
            async with self._session.post(
                options.url, json=body, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as answer:
                raw = await _read_at_most(answer.content)
        except TimeoutError:
            raise DraftUnavailableError(
                "the service is too slow", f"It has {self._timeout.total:g} s. Choose a faster model"
            ) from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise DraftUnavailableError("the service can't be reached", f"Is it running? {URL_HINT}") from None
        if answer.status != 200:
            raise self._explain_error(answer.status, raw)
        return _parse_answer(raw)

    def _explain_error(self, status: int, raw: bytes) -> DraftUnavailableError:
        """Tell apart what can be mended in the settings. Of what the service says, nothing is repeated."""
        if status in {401, 403}:
            why, hint = ("refuses the key", "Check") if self._key else ("wants a key", "Set")
            return DraftUnavailableError(f"the service {why} ({status})", f"{hint} EARSHOT_DRAFTS_KEY")
        if status in {400, 404, 422} and b"model" in raw.lower():
            return DraftUnavailableError(f"the service doesn't know the model ({status})", "Check model in [drafts]")
        if status == 429:
            return DraftUnavailableError("the service limits requests (429)", "Try again later")
        return DraftUnavailableError(f"the service answers with an error ({status})", URL_HINT)


async def _read_at_most(content: aiohttp.StreamReader) -> bytes:
    raw = b""
    while chunk := await content.read(MAX_BYTES):
        raw += chunk
        if len(raw) > MAX_BYTES:
            raise DraftUnavailableError("the answer is too long")
    return raw


def _parse_answer(raw: bytes) -> str:
    try:
        text = json.loads(raw)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        text = None
    if not isinstance(text, str):
        raise DraftUnavailableError("the answer can't be understood", f"It is none of a chat completion. {URL_HINT}")
    return text
