"""One window on the workspace, in the words of its user."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser import accessibility, chromium

PATIENCE = 60.0
"""Seconds. A story takes a twentieth of it; a busy machine may need more."""
SMALLER = (1120, 700)
"""Of a picture for the README, in pixels."""


class Window:
    def __init__(self, driver: webdriver.Chrome, url: str, handle: str) -> None:
        self.driver, self._url, self._handle = driver, url, handle

    def open(self, person: str = "ana", place: str = "C0CARE") -> "Window":
        self.front()
        self.driver.get("about:blank")
        self.driver.get(f"{self._url}/#/{person}/{place}")
        self.wait_until(
            lambda: self.find_elements("body:not(.loading)") and self.find_elements("#log:not([aria-busy])"),
            "the page is read",
        )
        self.wait_until(lambda: self.find_element("#identity").get_property("value") == person, f"one is @{person}")
        return self

    def reload(self) -> None:
        self.front()
        self.driver.refresh()

    def close(self) -> None:
        self.driver.switch_to.window(self._handle)
        self.driver.close()

    def switch_user(self, person: str) -> None:
        """By the switch at the top of the page."""
        self.front()
        Select(self.find_element("#identity")).select_by_value(person)
        self.wait_until(
            lambda: self.find_elements(f"#nav a[href^='#/{person}/'][aria-current]"), f"the list is that of @{person}"
        )
        self.wait_until(lambda: self.find_elements("#log:not([aria-busy])"), "the messages are read")

    def open_channel(self, name: str) -> None:
        """By the list at the side; the app's own conversation is called Earshot."""
        self.press(f"//nav[@id='nav']//a[.//span[@class='name'][.='{name}']]")
        self.wait_for_text(name, within="#place-name")
        self.wait_until(lambda: self.find_elements("#log:not([aria-busy])"), "the messages are read")

    # What is there.

    def find_element(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def find_elements(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def read_text(self, within: str = "body") -> str:
        """What can be read there, hidden things left out; nothing where there is no such place."""
        self.front()
        return "\n".join(one.text for one in self.find_elements(within))

    def wait_for_text(self, *words: str, within: str = "body") -> None:
        self.wait_until(
            lambda: all(one in self.read_text(within) for one in words), f"{within} says {' and '.join(words)}"
        )

    def find_card(self, who: str) -> "Card":
        """The card of a case, by who said it: the first that names them, since reminders of it come later."""
        return Card(self, f"(//div[@id='log']//article[contains(@aria-label, '{who}')])[1]")

    @property
    def focus(self) -> WebElement:
        return self.driver.switch_to.active_element

    def wait_for_focus(self, css: str) -> bool:
        return bool(self.driver.execute_script("return document.activeElement.matches(arguments[0])", css))

    def find_accessibility_faults(self) -> list[str]:
        """What axe-core finds wrong here, in both themes."""
        self.front()
        found = accessibility.find_violations(self.driver)
        chromium.set_theme(self.driver, "light")
        return found

    # What one does.

    def press(self, path: str) -> None:
        """As soon as it is there to be pressed; what is redrawn meanwhile is found again."""

        def pressed() -> bool:
            control = self.driver.find_element(By.XPATH, path)
            if not control.is_enabled():
                return False
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", control)
            control.click()
            return True

        self.wait_until(pressed, f"{path} can be pressed")

    def send_message(self, words: str) -> None:
        """Into the message box, and sends it; Escape closes the list of commands, which would take the Enter."""
        self.front()
        self.find_element("#say").send_keys(words, Keys.ESCAPE, Keys.ENTER)
        self.wait_until(lambda: not self.find_element("#say").get_property("value"), "what was typed is sent")

    def press_keys(self, *keys: str) -> None:
        self.front()
        self.focus.send_keys(*keys)

    def wait_until(self, what: Callable[[], object], sentence: str) -> None:
        """Waits for it, however often the page is redrawn meanwhile."""
        self.front()
        last = ""

        def tried(_: webdriver.Chrome) -> bool:
            nonlocal last
            try:
                return bool(what())
            except WebDriverException as no:
                last = (no.msg or "").splitlines()[0]
                return False

        try:
            WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(tried)
        except TimeoutException:
            raise AssertionError(f"Not within {PATIENCE:g} s: {sentence}. {last}\n{self.read_text()[:3000]}") from None

    @contextmanager
    def form(self, title: str) -> Iterator["Form"]:
        """The modal of that title, which is gone afterwards."""
        self.wait_for_text(title, within="#modal[open] h2")
        yield Form(self)
        self.wait_until(lambda: not self.find_elements("#modal[open]"), f"the form {title} is closed")

    def save_screenshot(self, file: Path, size: chromium.Size = SMALLER) -> None:
        self.front()
        chromium.resize_window(self.driver, size)
        assert self.driver.save_screenshot(str(file))

    def front(self) -> None:
        if self.driver.current_window_handle != self._handle:
            self.driver.switch_to.window(self._handle)


class Card:
    def __init__(self, window: Window, path: str) -> None:
        self._window, self._path = window, path

    @property
    def element(self) -> WebElement:
        return self._window.driver.find_element(By.XPATH, self._path)

    @property
    def words(self) -> str:
        return self.element.text

    @property
    def id(self) -> str:
        return str(self.element.get_attribute("id"))

    @property
    def actions(self) -> set[str]:
        """The action ids of what can be pressed on it."""
        return {
            str(one.get_attribute("data-action"))
            for one in self.element.find_elements(By.CSS_SELECTOR, "[data-action]")
        }

    def wait_for_text(self, *words: str) -> None:
        self._window.wait_until(lambda: all(one in self.words for one in words), f"the card says {' and '.join(words)}")

    def wait_for_button(self, action: str) -> None:
        self._window.wait_until(lambda: action in self.actions, f"the card offers {action}")

    def click(self, action: str) -> None:
        self._window.press(f"{self._path}//*[@data-action='{action}']")

    def choose_in_menu(self, words: str) -> None:
        """In the menu behind three dots."""
        self._window.press(f"{self._path}//button[contains(@class, 'more')]")
        self._window.press(f"//*[@role='menuitem'][starts-with(normalize-space(.), '{words}')]")


class Form:
    def __init__(self, window: Window) -> None:
        self._window = window

    def tick_box(self, words: str) -> None:
        """The one among some boxes that begins with these words."""
        self._window.press(f"//dialog[@id='modal']//label[starts-with(normalize-space(.), '{words}')]")

    def choose_option(self, words: str) -> None:
        """In whichever list of the form has something that begins with these words."""

        def chosen() -> bool:
            for field in self._window.find_elements("#modal select"):
                there = Select(field)
                for option in there.options:
                    if option.text.startswith(words):
                        there.select_by_visible_text(option.text)
                        return True
            return False

        self._window.wait_until(chosen, f"{words} can be chosen")

    def submit(self) -> None:
        self._window.press("//dialog[@id='modal']//button[@type='submit']")
