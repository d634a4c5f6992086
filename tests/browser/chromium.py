"""Headless Chromium, and what it tells about a page that a person would not see: its console, its requests."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = (
    "The stories in the browser were left out: there is no Chromium with its driver here; "
    "`apt-get install chromium chromium-driver` brings both."
)
WINDOW = (1280, 800)
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--hide-scrollbars",
    "--lang=en-GB",
)
OURS = ("data", "blob", "about", "chrome", "devtools")
"""Schemes that need no network."""
SCRIPT_TIMEOUT = 120
"""Seconds. On a busy machine axe-core needs more than the usual thirty for the whole gallery."""
Size = tuple[int, int]


def find_browser() -> tuple[str, str] | None:
    """The browser and its driver; both or nothing."""
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


@contextmanager
def start_browser(browser: str, driver: str, folder: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.add_experimental_option("perfLoggingPrefs", {"enableNetwork": True, "enablePage": False})
    running = webdriver.Chrome(options=options, service=Service(driver))
    running.set_script_timeout(SCRIPT_TIMEOUT)
    try:
        yield running
    finally:
        running.quit()


def read_console_errors(driver: webdriver.Chrome) -> list[str]:
    """What the console says is wrong, since it was last asked."""
    log: list[dict[str, Any]] = driver.get_log("browser")  # type: ignore[no-untyped-call]
    return [str(line["message"]) for line in log if line["level"] in {"SEVERE", "WARNING"}]


def list_external_requests(driver: webdriver.Chrome) -> list[str]:
    """Addresses off this machine that were asked for, since it was last asked."""
    log: list[dict[str, Any]] = driver.get_log("performance")  # type: ignore[no-untyped-call]
    told = [json.loads(line["message"])["message"] for line in log]
    urls = [one["params"]["request"]["url"] for one in told if one["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if urlsplit(url).scheme not in OURS and urlsplit(url).hostname != "127.0.0.1"]


def set_theme(driver: webdriver.Chrome, theme: str) -> None:
    """As if the system were light or dark; and still, so that nothing is looked at half-way."""
    features = [{"name": "prefers-color-scheme", "value": theme}, {"name": "prefers-reduced-motion", "value": "reduce"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def resize_window(driver: webdriver.Chrome, size: Size = WINDOW) -> None:
    """The page's own width and height, whatever window is around it."""
    given = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", given)


def set_font_size(driver: webdriver.Chrome, pixels: int) -> None:
    """As in the browser's settings, where 16 is the usual."""
    sizes = {"fontSizes": {"standard": pixels, "fixed": pixels}}
    driver.execute_cdp_cmd("Page.setFontSizes", sizes)


def set_offline(driver: webdriver.Chrome, *, offline: bool) -> None:
    given = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", given)
