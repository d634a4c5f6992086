"""One browser and one process of demos for the whole folder; a demo and a window for each story."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver

from tests.browser import chromium
from tests.browser.demo_client import Demo, DemoProcess
from tests.browser.window import SMALLER, Window
from tests.slack_sandbox import conftest as sandbox

world = sandbox.world
"""A sandbox with a small app of its own, for what our own app never sends."""
OpenWindow = Callable[[], Window]
TakeScreenshot = Callable[..., None]
"""Of a window, under a name, and at a size where it is not the usual one."""


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    both = chromium.find_browser()
    if both is None:
        pytest.skip(chromium.HOW)
    with chromium.start_browser(*both, tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture(scope="session")
def demo_runner(driver: webdriver.Chrome) -> Iterator[DemoProcess]:
    """Asks for the browser first: without one, nothing is started."""
    made = DemoProcess()
    yield made
    made.close()


@pytest.fixture
def demo(demo_runner: DemoProcess) -> Iterator[Demo]:
    yield demo_runner.start_demo()
    demo_runner.end_demo()


@contextmanager
def open_checked_windows(driver: webdriver.Chrome, url: str) -> Iterator[OpenWindow]:
    """Another window, as often as one asks. Whatever the story, in none of them: a fault in the console, a request off
    this machine, or something at its end that shuts people out.
    """
    resting = driver.current_window_handle
    chromium.read_console_errors(driver)
    chromium.list_external_requests(driver)
    made: list[Window] = []

    def another() -> Window:
        driver.switch_to.new_window("window")
        chromium.resize_window(driver)
        chromium.set_theme(driver, "light")
        made.append(Window(driver, url, driver.current_window_handle))
        return made[-1]

    yield another
    shut_out = [one for window in made for one in window.find_accessibility_faults()]
    wrong, elsewhere = chromium.read_console_errors(driver), chromium.list_external_requests(driver)
    for window in made:
        window.close()
    driver.switch_to.window(resting)
    assert (shut_out, wrong, elsewhere) == ([], [], [])


@pytest.fixture
def open_window(driver: webdriver.Chrome, demo: Demo) -> Iterator[OpenWindow]:
    with open_checked_windows(driver, demo.url) as another:
        yield another


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    return open_window()


@pytest.fixture
def take_screenshot() -> TakeScreenshot:
    """Pictures for the README, where SCREENSHOTS names a folder; see `make screenshots`."""

    def photograph(window: Window, name: str, size: chromium.Size = SMALLER) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            window.save_screenshot(Path(folder) / f"{name}.png", size)

    return photograph
