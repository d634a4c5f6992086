"""The demo's controls, as somebody uses them."""

from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from tests.browser.window import Window


class Panel:
    """Opened, if it is not."""

    def __init__(self, window: Window) -> None:
        self._window = window
        window.wait_until(lambda: window.find_elements("#panel-toggle"), "the panel is there")
        if not window.find_element("#panel").is_displayed():
            window.press("//*[@id='panel-toggle']")
        window.wait_until(lambda: window.find_element("#panel").is_displayed(), "the panel is open")

    def submit_form(self, what: str, **filled: str) -> None:
        """Fills in one of its forms, by the names of the fields, and sends it."""
        form = self._form(what)
        for name, words in filled.items():
            field = self._window.find_element(f"{form} [name={name}]")
            if field.tag_name == "select":
                Select(field).select_by_value(words)
            else:
                field.clear()
                field.send_keys(words)
        self._window.press(f"//*[@id='panel']//*[@data-doing='{what}']//button[@type='submit']")

    def _form(self, what: str) -> str:
        """Opened, if it is not."""
        form = f"#panel [data-doing={what}]"
        if not self._window.find_elements(f"{form}[open]"):
            self._window.press(f"//*[@id='panel']//*[@data-doing='{what}']/summary")
        return form

    def answers(self, *words: str) -> None:
        self._window.wait_for_text(*words, within="#did")

    def clear_faults(self) -> None:
        self._window.press("//*[@data-doing='break']//button[.='Restore Slack']")
        self.answers("Slack is back")

    def open_hood(self) -> None:
        if not self._window.find_elements("#hood[open]"):
            self._window.press("//*[@id='hood']/summary")

    def skip_to_night(self) -> None:
        self._window.press("//*[@id='panel']//button[@data-doing='night']")

    def skip_hours(self, hours: int) -> None:
        self.open_hood()
        field = self._window.find_element("#hood [name=hours]")
        field.clear()
        field.send_keys(str(hours))
        self._window.press("//*[@id='hood']//form[@data-doing='skip']//button[@type='submit']")

    def set_speed(self, words: str) -> None:
        self._window.press(f"//*[@aria-label='Speed of the day']//button[.='{words}']")
        self._window.wait_until(
            lambda: self._window.driver.find_element(
                By.XPATH, f"//*[@aria-label='Speed of the day']//button[.='{words}'][@aria-pressed='true']"
            ),
            f"the day runs at {words}",
        )

    def toggle_teammates(self) -> None:
        self._window.press("//*[@id='teammates']")
