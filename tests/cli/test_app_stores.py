"""Reviews of one's own apps, as `check` and `listen` meet them, with the keys in files."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from tests.cli.shell import Shell
from tests.sources.fake_app_stores import (
    APP,
    ISSUER,
    KEY_ID,
    PACKAGE,
    FakeAppStore,
    FakeGooglePlay,
    build_apple_review,
    build_google_review,
    serve_fake_app_store,
    serve_fake_google_play,
)

APPLE = '[sources.appstoreconnect]\napps = ["{app}"]\nkey_id = "{key}"\nissuer_id = "{issuer}"\nurl = "{url}"'
GOOGLE = '[sources.googleplay]\napps = ["{app}"]\nurl = "{url}"'
WITHOUT_THE_EXTRA = "import sys; sys.modules['jwt'] = None; from bot.cli import app; app(['check'])"


@pytest.fixture
async def apple() -> AsyncIterator[FakeAppStore]:
    async with serve_fake_app_store(SystemClock().now) as store:
        yield store


@pytest.fixture
async def google() -> AsyncIterator[FakeGooglePlay]:
    async with serve_fake_google_play(SystemClock().now) as play:
        yield play


def configure(shell: Shell, apple: FakeAppStore, google: FakeGooglePlay) -> None:
    shell.playbook(
        APPLE.format(app=APP, key=KEY_ID, issuer=ISSUER, url=apple.url), GOOGLE.format(app=PACKAGE, url=google.url)
    )
    shell.write("AuthKey.p8", apple.secret)
    shell.write("account.json", google.secret)
    shell.env.update(
        EARSHOT_SOURCE_APPSTORECONNECT_SECRET_FILE="AuthKey.p8", EARSHOT_SOURCE_GOOGLEPLAY_SECRET_FILE="account.json"
    )


async def test_check_tries_both_and_says_what_is_wrong(
    connected: Shell, apple: FakeAppStore, google: FakeGooglePlay
) -> None:
    configure(connected, apple, google)
    done = await connected.run_in_thread("check")
    assert (done.exit_code, done.stderr) == (0, "")
    assert apple.claims["aud"] == "appstoreconnect-v1"
    assert len(google.tokens) == 1

    connected.write("AuthKey.p8", "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----")
    google.reviews.clear()
    done = await connected.run_in_thread("check")
    assert done.exit_code == 1
    assert "sources.appstoreconnect: has a private key that cannot sign with ES256" in done.stderr
    assert "sources.googleplay: the outlet is not found (404)" in done.stderr
    assert "MIGH" not in done.output


async def test_listen_shows_the_reviews_with_their_stars(
    shell: Shell, apple: FakeAppStore, google: FakeGooglePlay
) -> None:
    configure(shell, apple, google)
    written = SystemClock().now() - timedelta(minutes=5)
    apple.reviews[APP].append(build_apple_review("a1", written))
    google.reviews[PACKAGE].append(build_google_review("g1", written, "a white screen, each time"))
    words = ("listen", "--source", "appstoreconnect", "--source", "googleplay", "--for", "3s")
    done = await asyncio.to_thread(shell.run_process, *words)
    shown = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert "it never lets me check in" in shown
    assert "a white screen, each time" in shown
    assert shown.count("1 of 5 stars") == 2


async def test_without_the_extra_a_sentence_says_what_to_install(
    shell: Shell, apple: FakeAppStore, google: FakeGooglePlay
) -> None:
    configure(shell, apple, google)
    command = [sys.executable, "-c", WITHOUT_THE_EXTRA]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=shell.folder, env=shell.environment, capture_output=True, timeout=60
    )
    said = done.stderr.decode()
    assert done.returncode == 1
    for name in ("appstoreconnect", "googleplay"):
        assert f"sources.{name}: needs what the extra brings: pip install" in said
    assert "earshot-slack[stores]" in said
    assert "Traceback" not in said
