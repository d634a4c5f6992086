"""What axe-core finds wrong with what is on the screen, by WCAG A and AA and by best practices, in both themes."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from selenium import webdriver

from tests.browser import chromium

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EVERYTHING = {"type": "tag", "values": TAGS}
COLOURS = {"type": "rule", "values": ("color-contrast", "link-in-text-block")}
"""All that another theme changes; the rest was looked at in the first."""
THEMES = {"light": EVERYTHING, "dark": COLOURS}
ASK = """
const done = arguments[1];
axe.run(document, {runOnly: arguments[0], resultTypes: ["violations"]})
  .then((found) => done(found.violations.map((one) => one.id + ": " + one.help + "\\n" +
    one.nodes.slice(0, 4).map((node) => "  " + node.target.join(" ") + "  " + node.any.map((why) => why.message).join("; ")).join("\\n"))))
  .catch((no) => done(["axe could not look: " + no]));
"""


def find_violations(driver: webdriver.Chrome) -> list[str]:
    """A sentence for each, with the theme and the places."""
    if not driver.execute_script("return Boolean(window.axe)"):
        driver.execute_script(_axe())
    found: list[str] = []
    for theme, rules in THEMES.items():
        chromium.set_theme(driver, theme)
        told: list[Any] = driver.execute_async_script(ASK, rules)
        found += [f"{theme}: {one}" for one in told]
    return found


@cache
def _axe() -> str:
    """From the wheel that `make install` brings; the package around it drives a browser that we do not use."""
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec, "axe-core is not installed: run `make install`."
    assert spec.submodule_search_locations
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")
