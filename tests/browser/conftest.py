"""One browser and one process of demos for the whole folder; a demo and a window for each story."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver

from tests.browser import chromium
from tests.browser.demo import Demo, Theatre
from tests.browser.window import Window
from tests.slack_sandbox import conftest as sandbox

world = sandbox.world
"""A sandbox with a small app of its own, for what our own app never sends."""
Opens = Callable[[], Window]
Photographs = Callable[[Window, str], None]


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    both = chromium.found()
    if both is None:
        pytest.skip(chromium.HOW)
    with chromium.started(*both, tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture(scope="session")
def theatre(driver: webdriver.Chrome) -> Iterator[Theatre]:
    """Asks for the browser first: without one, nothing is started."""
    made = Theatre()
    yield made
    made.closes()


@pytest.fixture
def demo(theatre: Theatre) -> Iterator[Demo]:
    yield theatre.plays()
    theatre.ends()


@contextmanager
def looked_at(driver: webdriver.Chrome, url: str) -> Iterator[Opens]:
    """Another window, as often as one asks. Whatever the story, in none of them: a fault in the console, a request off
    this machine, or something at its end that shuts people out.
    """
    resting = driver.current_window_handle
    chromium.complaints(driver)
    chromium.asked_elsewhere(driver)
    made: list[Window] = []

    def another() -> Window:
        driver.switch_to.new_window("window")
        chromium.measures(driver)
        chromium.wears(driver, "light")
        made.append(Window(driver, url, driver.current_window_handle))
        return made[-1]

    yield another
    shut_out = [one for window in made for one in window.shuts_out()]
    wrong, elsewhere = chromium.complaints(driver), chromium.asked_elsewhere(driver)
    for window in made:
        window.closes()
    driver.switch_to.window(resting)
    assert (shut_out, wrong, elsewhere) == ([], [], [])


@pytest.fixture
def opens(driver: webdriver.Chrome, demo: Demo) -> Iterator[Opens]:
    with looked_at(driver, demo.url) as another:
        yield another


@pytest.fixture
def window(opens: Opens) -> Window:
    return opens()


@pytest.fixture
def photographs() -> Photographs:
    """Pictures for the README, where SCREENSHOTS names a folder; see `make screenshots`."""

    def photograph(window: Window, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            window.photographs(Path(folder) / f"{name}.png")

    return photograph
