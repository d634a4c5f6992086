"""Every block and element that Slack takes is drawn, and what is picked and filled in arrives; of an app of our own."""

import asyncio
import re
import struct
import zlib
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import open_checked_windows
from tests.browser.window import Window
from tests.slack_sandbox.conftest import World
from tests.slack_sandbox.shapes import actions, button, menu, modal, mrkdwn, options, plain, question, section
from tests.slack_sandbox.test_blocks import GOOD

AIRPORTS = ("Lisbon", "Porto", "Faro")
CONFIRM = {
    "title": plain("Really?"),
    "text": plain("It cannot be undone."),
    "confirm": plain("Do it"),
    "deny": plain("No"),
}
Story = Callable[[Window], None]


@pytest.fixture
async def sees(driver: webdriver.Chrome, world: World) -> Callable[[Story], Any]:
    """Plays a story in a window of #care, while the sandbox goes on in this loop."""

    def played(story: Story) -> None:
        with open_checked_windows(driver, world.sandbox.url) as another:
            story(another().open())

    async def play(story: Story) -> None:
        await asyncio.to_thread(played, story)

    return play


def picture(side: int = 24) -> bytes:
    """A green square, as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    lines = b"".join(b"\0" + b"\x0a\x66\x50" * side for _ in range(side))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def listens(world: World, heard: dict[str, Any]) -> None:
    """Remembers what was picked, suggests airports, and opens the form that was put under `form`."""

    async def acted(ack: Any, body: dict[str, Any], action: dict[str, Any], client: Any) -> None:
        await ack()
        heard[action["action_id"]] = action
        if action["action_id"] == "form":
            await client.views_open(trigger_id=body["trigger_id"], view=heard["view"])

    async def suggested(ack: Any, payload: dict[str, Any]) -> None:
        found = [one for one in AIRPORTS if payload["value"].lower() in one.lower()]
        await ack(options=options(*found))

    async def submitted(ack: Any, view: dict[str, Any]) -> None:
        await ack()
        heard["filled"] = view["state"]["values"]

    anything: dict[str, Any] = {"action_id": re.compile(".*")}
    world.app.action(anything)(acted)
    world.app.options(anything)(suggested)
    world.app.view("asked")(submitted)


async def test_every_block_that_slack_takes_is_drawn_and_shuts_nobody_out(world: World, sees: Any) -> None:
    for block in GOOD:
        await world.post(blocks=[block], text=str(block["type"]))

    def story(window: Window) -> None:
        window.wait_until(lambda: len(window.find_elements("#log article")) == len(GOOD), "all of them are there")
        assert window.read_text("#log .unknown") == ""
        assert window.find_accessibility_faults() == []

    await sees(story)


async def test_charts_and_tables_have_their_numbers_behind_them(world: World, sees: Any) -> None:
    series: list[Any] = [
        {"name": "negative", "data": [{"label": day, "value": n} for n, day in enumerate(("mon", "tue"), 3)]}
    ]
    shapes: dict[str, dict[str, Any]] = {
        kind: {"type": kind, "series": series, "axis_config": {"categories": ["mon", "tue"]}}
        for kind in ("bar", "line", "area")
    }
    shapes["pie"] = {"type": "pie", "segments": [{"label": "angry", "value": 3}, {"label": "calm", "value": 1}]}
    for kind, chart in shapes.items():
        await world.post(blocks=[{"type": "data_visualization", "title": f"A {kind}", "chart": chart}])

    def story(window: Window) -> None:
        window.wait_until(
            lambda: len(window.find_elements("#log .block-chart svg[role=img]")) == len(shapes), "all are drawn"
        )
        for figure in window.find_elements("#log .block-chart"):
            marks = figure.find_elements(By.CSS_SELECTOR, "svg :is(rect, polyline, polygon, path)")
            assert all(one.size["width"] > 0 and one.size["height"] > 0 for one in marks)
            assert marks
            figure.find_element(By.TAG_NAME, "summary").click()
        window.wait_for_text("angry", "calm", "tue", within="#log .block-chart table")

    await sees(story)


async def test_labels_of_a_chart_that_say_more_than_the_others_are_written_and_none_lies_over_another(
    world: World, sees: Any
) -> None:
    days = [f"{day} Mar" for day in range(1, 21)]
    days[4], days[6], days[19] = "5 Mar ▸ start", "7 Mar ▸ end", "20 Mar, so far"
    points = [{"label": day, "value": 1 + nth * 13} for nth, day in enumerate(days)]
    for shown in (20, 5):
        line = {"name": "mentions", "data": points[-shown:]}
        chart = {"type": "line", "series": [line], "axis_config": {"categories": days[-shown:]}}
        await world.post(blocks=[{"type": "data_visualization", "title": "A campaign", "chart": chart}])

    def story(window: Window) -> None:
        window.wait_until(lambda: len(window.find_elements("#log .block-chart svg")) == 2, "both are drawn")
        long, short = window.find_elements("#log .block-chart svg")
        assert {days[4], days[6], days[19]} <= {one.text for one in long.find_elements(By.TAG_NAME, "text")}
        assert {one.text for one in short.find_elements(By.TAG_NAME, "text")} >= {*days[-5:]}
        for drawn in (long, short):
            boxes = [one.rect for one in drawn.find_elements(By.TAG_NAME, "text")]
            assert not [(one, other) for one, other in combinations(boxes, 2) if overlap(one, other)]

    await sees(story)


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "width"), ("y", "height"))
    )


async def test_a_file_is_offered_and_a_picture_shown(world: World, sees: Any) -> None:
    for name, content in (("bag.png", picture()), ("list.csv", b"flight,bags\n1204,3\n")):
        await world.client.files_upload_v2(channel="C0CARE", filename=name, title=name, content=content)

    def story(window: Window) -> None:
        window.wait_for_text("bag.png", "list.csv", within="#log")
        shown = "return document.querySelector('#log .file img').naturalWidth"
        window.wait_until(lambda: window.driver.execute_script(shown) == 24, "the picture is shown")
        assert len(window.find_elements("#log .file img")) == 1
        assert len(window.find_elements("#log .file a[download]")) == 2

    await sees(story)


async def test_what_is_picked_in_a_message_reaches_the_app_after_its_are_you_sure(world: World, sees: Any) -> None:
    heard: dict[str, Any] = {}
    listens(world, heard)
    more = {"type": "overflow", "action_id": "more", "options": options("first", "second"), "confirm": CONFIRM}
    search = {
        "type": "external_select",
        "action_id": "where",
        "placeholder": plain("Which airport?"),
        "min_query_length": 1,
    }
    await world.post(
        blocks=[section(accessory=more), actions(menu(), search, button(action_id="sure", confirm=CONFIRM))]
    )

    def story(window: Window) -> None:
        window.press("//button[@aria-label='More actions for this']")
        window.press("//*[@role='menuitem'][.='second']")
        window.wait_for_text("It cannot be undone.", within="dialog[open]")
        assert window.find_accessibility_faults() == []
        window.press("//dialog[@open]//button[.='Do it']")
        window.wait_until(lambda: "more" in heard, "the choice has arrived")
        window.press("//button[@data-action='sure']")
        window.press("//dialog[@open]//button[.='No']")
        window.press("//*[@data-key='who']/option[.='b']")
        window.wait_until(lambda: "who" in heard, "the choice has arrived")
        field = window.find_element("[data-key=where]")
        field.send_keys("por")
        window.wait_until(lambda: window.find_elements("datalist option[value=Porto]"), "the app suggests one")
        field.send_keys(Keys.BACKSPACE * 3, "Porto", Keys.TAB)
        window.wait_until(lambda: "where" in heard, "the choice has arrived")

    await sees(story)
    assert heard["more"]["selected_option"]["value"] == "second"
    assert heard["who"]["selected_option"]["value"] == "b"
    assert heard["where"]["selected_option"]["value"] == "Porto"
    assert "sure" not in heard


FIELDS: dict[str, dict[str, Any]] = {
    "words": {"type": "plain_text_input", "multiline": True},
    "mail": {"type": "email_text_input"},
    "link": {"type": "url_text_input"},
    "number": {"type": "number_input", "is_decimal_allowed": False},
    "day": {"type": "datepicker"},
    "hour": {"type": "timepicker"},
    "one": {"type": "radio_buttons", "options": options("a", "b")},
    "some": {"type": "checkboxes", "options": [{"text": mrkdwn("*c*"), "value": "c"}]},
    "list": {"type": "static_select", "options": options("d", "e")},
    "who": {"type": "users_select"},
    "places": {"type": "multi_channels_select"},
    "airport": {"type": "external_select", "min_query_length": 1},
    "airports": {"type": "multi_external_select", "min_query_length": 1},
}


async def test_every_field_of_a_form_is_filled_in_and_arrives(world: World, sees: Any) -> None:
    blocks = [
        question(one | {"action_id": name}, block_id=name, label=plain(name), optional=name != "words")
        for name, one in FIELDS.items()
    ]
    heard: dict[str, Any] = {"view": modal(*blocks, callback_id="asked")}
    listens(world, heard)
    await world.post(blocks=[actions(button(action_id="form"))])

    def story(window: Window) -> None:
        window.press("//button[@data-action='form']")
        with window.form("Title") as form:
            assert window.read_text("#modal .unknown") == ""
            assert window.find_accessibility_faults() == []
            form.submit()
            window.wait_until(lambda: window.read_text("#modal .field-error"), "what is missing is said")
            typed = {"words": "Hello", "mail": "a@b.example", "link": "https://b.example", "number": "7"}
            for name, words in typed.items():
                window.find_element(f"#modal [data-key={name}]").send_keys(words)
            for name in ("b", "c"):
                form.tick_box(name)
            form.choose_option("e")
            form.tick_box("#outside")
            for name in ("airport", "airports"):
                window.find_element(f"#modal [data-key={name}]").send_keys("Faro", Keys.TAB)
            window.wait_until(
                lambda: window.find_elements("#modal .boxes input[value=Faro]:checked"), "it is among the airports"
            )
            window.wait_until(
                lambda: window.find_elements("#modal datalist option[value=Faro]"), "the app suggested it"
            )
            form.submit()

    await sees(story)
    filled = {name: state[name] for name, state in heard["filled"].items()}
    assert filled["words"]["value"] == "Hello"
    assert filled["number"]["value"] == "7"
    assert filled["one"]["selected_option"]["value"] == "b"
    assert [one["value"] for one in filled["some"]["selected_options"]] == ["c"]
    assert filled["list"]["selected_option"]["value"] == "e"
    assert filled["places"]["selected_channels"] == ["C0OUT"]
    assert filled["airport"]["selected_option"]["value"] == "Faro"
    assert [one["value"] for one in filled["airports"]["selected_options"]] == ["Faro"]
