"""The page of `earshot report`, looked at in both themes, at a desk, on a phone and on paper."""

import base64
import os
from pathlib import Path

import pytest
from selenium import webdriver

from bot.cards.period_report import render_period_report
from tests.browser import chromium
from tests.browser.accessibility import find_violations
from tests.browser.test_layout import PHONE
from tests.cards.test_period_report import HOSTILE, build_period

FITS = "return document.documentElement.scrollWidth <= innerWidth"


def open_page(driver: webdriver.Chrome, name: str = "baggage") -> None:
    page = base64.b64encode(render_period_report(build_period(name)).encode()).decode()
    driver.get(f"data:text/html;base64,{page}")


@pytest.mark.parametrize("name", ["baggage", HOSTILE, "a" * 300])
def test_the_page_fits_loads_nothing_and_shuts_nobody_out(driver: webdriver.Chrome, name: str) -> None:
    for size in (chromium.WINDOW, PHONE):
        chromium.resize_window(driver, size)
        open_page(driver, name)
        assert driver.execute_script(FITS)
        assert find_violations(driver) == []
    assert chromium.read_console_errors(driver) == []
    assert chromium.list_external_requests(driver) == []


def test_on_paper_it_is_light_in_either_theme_and_wide_tables_are_whole(driver: webdriver.Chrome) -> None:
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": features})
    open_page(driver)
    background = "return getComputedStyle(document.body).backgroundColor"
    assert driver.execute_script(background) == "rgb(255, 255, 255)"
    pages = driver.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    assert base64.b64decode(pages["data"]).startswith(b"%PDF")
    if folder := os.environ.get("SCREENSHOTS"):
        (Path(folder) / "period-report.pdf").write_bytes(base64.b64decode(pages["data"]))
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
