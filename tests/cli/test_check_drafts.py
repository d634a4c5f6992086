"""What `earshot check` says of the model that writes drafts."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.cli.checks.drafts import SAMPLE, check_drafts
from bot.cli.checks.locations import PlaybookLocations
from bot.config import PlaybookReloader
from bot.config.settings_loader import load_settings
from bot.sources.catalogue import MODELS
from tests.scenarios.log_capture import capture_log
from tests.sinks.test_draft_client import KEY, StubModel, serve_model

DAY = Path(__file__).parents[1] / "scenarios" / "playbook.toml"
NO_MODEL = '{"error": {"message": "model \'small\' not found, try pulling it first"}}'


@pytest.fixture
async def model() -> AsyncIterator[StubModel]:
    async with serve_model() as made:
        yield made


async def list_findings(url: str, folder: Path, key: str = KEY) -> list[str]:
    written = folder / "playbook.toml"
    drafts = (
        f'\n[drafts]\nurl = "{url}"\nmodel = "small"\nsend = ["post", "voice", "replies", "author"]\n' if url else ""
    )
    written.write_text(DAY.read_text("utf-8") + drafts, "utf-8")
    settings = load_settings({"EARSHOT_DRAFTS_KEY": key} if key else {})
    read = PlaybookReloader(written, sources=MODELS).current
    with capture_log() as log:
        found = [str(one.sentence) async for one in check_drafts(settings, read, PlaybookLocations(written))]
    assert KEY not in f"{found} {log.lines}"
    return found


async def test_without_drafts_nothing_is_said(tmp_path: Path) -> None:
    assert await list_findings("", tmp_path) == []


async def test_a_model_that_answers_has_got_a_post_that_nobody_wrote_and_nothing_else(
    model: StubModel, tmp_path: Path
) -> None:
    assert await list_findings(model.url, tmp_path) == ["drafts: small answers"]
    [(body, _)] = model.requests
    assert json.loads(body["messages"][1]["content"]) == {"post": SAMPLE}
    assert "Plain and warm" not in json.dumps(body)


@pytest.mark.parametrize(
    ("answer", "key", "says"),
    [
        (web.Response(status=401, text=KEY), KEY, "the service refuses the key (401). Check EARSHOT_DRAFTS_KEY"),
        (web.Response(status=401), "", "the service wants a key (401). Set EARSHOT_DRAFTS_KEY"),
        (web.Response(status=404, text=NO_MODEL), KEY, "doesn't know the model (404). Check model in [drafts]"),
        (web.Response(status=404, text="Not found"), KEY, "answers with an error (404). Check url in [drafts]"),
        (web.Response(status=429), KEY, "the service limits requests (429). Try again later"),
        (b"<html>", KEY, "the answer can't be understood. It is none of a chat completion. Check url in [drafts]"),
    ],
)
async def test_what_is_wrong_is_said_in_one_sentence_with_what_to_do(
    model: StubModel, tmp_path: Path, answer: web.Response | bytes, key: str, says: str
) -> None:
    model.answer = lambda _: answer
    [said] = await list_findings(model.url, tmp_path, key)
    assert said.endswith(says)
    assert "line" in said, "where [drafts] is in the playbook"


async def test_a_service_that_is_down_is_told(model: StubModel, tmp_path: Path) -> None:
    [said] = await list_findings("http://127.0.0.1:9/v1/chat/completions", tmp_path)
    assert said.endswith("the service can't be reached. Is it running? Check url in [drafts]")
