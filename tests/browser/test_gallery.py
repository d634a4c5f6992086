"""Every card, message and modal, looked at in both themes, at a desk and on a phone."""

import asyncio
import base64
import os
from pathlib import Path

import pytest
from selenium import webdriver

from bot.demo.gallery_page import PATH, build_gallery
from bot.demo.setup import load_demo_inputs
from tests.browser import chromium
from tests.browser.conftest import open_checked_windows
from tests.browser.test_layout import PHONE
from tests.browser.window import Window

PICTURES = {"Report": "report", "Episode: its page": "episode"}
NARROW = (760, 900)
CLIP = """const {x, y, width, height} = arguments[0].getBoundingClientRect();
return {x: x + scrollX, y: y + scrollY, width, height};"""


def _save_whole_page(window: Window, name: str) -> None:
    """A picture of all of it, where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        shot = window.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
        (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def _save_drawings(window: Window, suffix: str = "") -> None:
    """Pictures of single drawings for the guides, where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        chromium.resize_window(window.driver, NARROW)
        for title, name in PICTURES.items():
            drawing = window.driver.find_element("xpath", f"//section[h2[.='{title}']]//article")
            clip = window.driver.execute_script(CLIP, drawing)
            shot = window.driver.execute_cdp_cmd(
                "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": {**clip, "scale": 1}}
            )
            (Path(folder) / f"{name}{suffix}.png").write_bytes(base64.b64decode(shot["data"]))
        chromium.resize_window(window.driver)


def _look(driver: webdriver.Chrome, url: str) -> None:
    with open_checked_windows(driver, url) as another:
        window = another()
        driver.get(url + PATH)
        window.wait_until(lambda: window.find_elements("#gallery:not([aria-busy])"), "all of it is drawn")
        assert window.read_text(".unknown") == ""
        for name, size in (("gallery", chromium.WINDOW), ("gallery-phone", PHONE)):
            chromium.resize_window(driver, size)
            assert driver.execute_script("return document.documentElement.scrollWidth <= innerWidth"), name
            assert window.find_accessibility_faults() == []
            _save_whole_page(window, name)
        chromium.resize_window(driver)
        _save_drawings(window)
        chromium.set_theme(driver, "dark")
        _save_drawings(window, "-dark")
        _save_whole_page(window, "gallery-dark")


@pytest.mark.timeout(300)
async def test_every_drawing_is_shown_and_shuts_nobody_out(driver: webdriver.Chrome) -> None:
    playbook = load_demo_inputs(None, None).playbook
    assert playbook is not None
    async with build_gallery(playbook, ports=(0,)) as sandbox:
        await asyncio.to_thread(_look, driver, sandbox.url)
