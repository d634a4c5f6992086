"""The Home tab, as a deputy, a manager, somebody on call and a colleague without a role see it and work on it."""

import json

from bot.cards import action_ids
from bot.domain.case import derive_case_id
from bot.domain.mention import Mention
from bot.store.embedded_server import EmbeddedServer
from tests.scenarios.oncall_setup import build_layer, reload_schedule
from tests.scenarios.sample_posts import LATE, LOST, build_complaint
from tests.scenarios.test_crises import declare_crisis
from tests.scenarios.world import World
from tests.store.unreadable_records import make_unreadable


async def claim_on_card(world: World, about: str, by: str) -> None:
    await world.channel("#care").card(about).click("Claim", by=by)


def count_publications(world: World) -> int:
    return len(world.sandbox.change_log.list_by_kind("home_published"))


async def test_a_deputy_sees_their_own_cases_and_the_queues_of_their_departments(world: World) -> None:
    await world.receive(LOST)
    await world.receive(LATE, by="pedro")
    await world.advance(seconds=5)
    await claim_on_card(world, "@marta", by="ana")
    await world.advance(minutes=16)
    await world.receive(build_complaint(1), by="rui")

    home = await world.person("ana").open_home()
    mine, _, queues = home.partition("Team queues")
    assert "Assigned to me · 1" in mine
    assert "Complaint · @marta  @northwindair you lost my bag AGAIN" in mine
    assert "Claimed by you · due 10 Mar" in mine
    assert "care #care · 3 open · 2 unclaimed · 1 overdue" in queues
    overdue, _, unclaimed = queues.partition("Unclaimed, not due yet · 1\n")
    assert "Overdue · 1" in overdue
    assert "@pedro" in overdue
    assert "1 min overdue" in overdue
    assert "@rui" in unclaimed
    assert "claim by" in unclaimed
    assert "pr #pr" not in home
    assert "✅ All systems normal" in home


async def test_a_click_on_claim_acts_where_it_is_and_draws_the_tab_once(world: World) -> None:
    await world.receive(LOST)
    await world.receive(LATE, by="pedro")
    await world.advance(seconds=5)
    ana = world.person("ana")
    await ana.open_home()
    before = count_publications(world)
    home = await ana.press_on_home("Claim", about="pedro")
    assert count_publications(world) == before + 1
    assert "✅ You claimed the complaint from @pedro, due" in home
    assert "Assigned to me · 1" in home
    place = home.index("You claimed the complaint")
    assert home.index("Unclaimed, not due yet · 1") < place
    await world.advance(seconds=5)
    assert "Claimed by @ana" in world.channel("#care").card("@pedro").words
    assert not ana.dms
    assert "You claimed" not in await ana.open_home()


async def test_a_refused_claim_names_who_has_the_case_at_the_row_that_was_pressed(world: World) -> None:
    await world.receive(LOST)
    await world.advance(seconds=5)
    await world.person("ana").open_home()
    await claim_on_card(world, "@marta", by="raj")
    home = await world.person("ana").press_on_home("Claim", about="marta")
    assert "@raj has this one" in home
    assert home.index("Team queues") < home.index("@raj has this one")
    assert not world.person("ana").dms


async def test_a_case_is_resolved_from_the_home_tab_and_gone_from_it(world: World) -> None:
    await world.receive(LOST)
    await claim_on_card(world, "@marta", by="ana")
    ana = world.person("ana")
    await ana.open_home()
    await ana.press_on_home("Resolve…", about="marta")
    await ana.submit_form(**{action_ids.RESOLUTION: "answered"})
    assert "Nothing. Claim a case and it shows up here." in ana.home
    assert "✅ You resolved the complaint from @marta as answered." in ana.home
    await world.advance(seconds=5)
    assert "Resolved by @ana" in world.channel("#care").card("@marta").words


async def test_view_shows_the_case_in_full_and_claims_it_there(world: World) -> None:
    text = f"{LOST} {'and nobody answers ' * 20}END"
    await world.receive(text)
    await world.advance(seconds=5)
    ana = world.person("ana")
    assert "END" not in await ana.open_home()
    await ana.press_on_home("View", about="marta")
    assert "END" in ana.form
    assert "Claimed by @ana" in await ana.press_in_form("Claim")
    assert "Assigned to me · 1" in ana.home
    await ana.press_in_form("Resolve…")
    await ana.submit_form(**{action_ids.RESOLUTION: "fixed"})
    await world.advance(seconds=5)
    assert "Resolved by @ana" in world.channel("#care").card("@marta").words


async def test_filters_leave_one_department_or_one_status_and_stay_when_it_is_opened_again(world: World) -> None:
    await world.receive(LOST)
    await world.advance(minutes=16)
    await world.receive(LATE, by="pedro")
    mia = world.person("mia")
    await mia.open_home()
    home = await mia.choose_on_home(action_ids.HOME_STATUS, "overdue")
    assert "@marta" in home
    assert "@pedro" not in home
    assert "@pedro" not in await mia.open_home()
    assert "Unclaimed · 2" in await mia.choose_on_home(action_ids.HOME_STATUS, "unclaimed")
    await mia.choose_on_home(action_ids.HOME_STATUS, "overdue")
    home = await mia.choose_on_home(action_ids.HOME_DEPARTMENT, "pr")
    assert "@marta" not in home
    assert "✅ Nothing is overdue." in home
    await mia.choose_on_home(action_ids.HOME_STATUS, action_ids.ANY)
    assert "@pedro" in await mia.choose_on_home(action_ids.HOME_DEPARTMENT, action_ids.ANY)


async def test_a_long_queue_is_shown_a_page_at_a_time(world: World) -> None:
    await world.receive_all([world.build_mention(build_complaint(number), by=f"p{number:02}") for number in range(12)])
    ana = world.person("ana")
    home = await ana.open_home()
    assert "Unclaimed, not due yet · 12" in home
    assert "… and 7 more" in home
    home = await ana.press_on_home("Show more")
    assert "Unclaimed, not due yet · 6 – 10 of 12" in home
    assert "… and 2 more" in home
    assert "Unclaimed, not due yet · 11 – 12 of 12" in await ana.press_on_home("Show more")
    assert "Unclaimed, not due yet · 12" in await ana.press_on_home("First page")


async def test_a_manager_sees_the_figures_of_the_day_and_every_department(world: World) -> None:
    await world.receive(LOST)
    await world.advance(minutes=4)
    await claim_on_card(world, "@marta", by="ana")
    await world.channel("#care").card("@marta").resolve(by="ana")
    await world.receive(LATE, by="pedro")
    home = await world.person("mia").open_home()
    today = home.partition("Today")[2]
    assert "care · 1 open · 1 answered · median 4 min to claim" in today
    assert "research · 0 open · 0 answered" in today
    assert "x · last post" in today
    assert "Today" not in await world.person("ana").open_home()
    assert "last post" not in world.person("ana").home


async def test_a_manager_opens_a_crisis_from_the_home_tab(world: World) -> None:
    await declare_crisis(world)
    mia = world.person("mia")
    home = await mia.open_home()
    assert "Episodes and crises" in home
    await mia.press_on_home("View", about="Smoke in")
    assert "Smoke in <one> cabin" in mia.form
    assert "Lead @lea" in mia.form


async def test_a_deputy_takes_the_shift_and_takes_it_back_on_the_home_tab(world: World) -> None:
    reload_schedule(world, build_layer("U0BEN", "U0ANA"))
    raj = world.person("raj")
    home = await raj.open_home()
    assert "care (nights): @ana until" in home
    assert "You have no shift in the next four weeks." in home
    home = await raj.press_on_home("Take it")
    assert "✅ You have nights from now until" in home
    assert "You are on call now for nights" in home
    home = await raj.press_on_home("Take it back")
    assert "Taken back" in home
    assert "care (nights): @ana until" in home


async def test_who_is_on_call_asks_for_cover_on_the_home_tab(world: World) -> None:
    reload_schedule(world, build_layer("U0BEN", "U0ANA"))
    ana = world.person("ana")
    assert "You are on call now for nights" in await ana.open_home()
    assert "Asked in #care who can cover nights" in await ana.press_on_home("Ask for cover")
    await world.advance(seconds=5)
    assert "@ana needs cover for nights" in world.channel("#care").words


async def test_who_is_on_call_without_being_a_deputy_can_claim_what_waits(world: World) -> None:
    reload_schedule(world, build_layer("U0JOE", "U0ANA"))
    await world.receive(LOST)
    await world.advance(seconds=5)
    joe = world.person("joe")
    home = await joe.open_home()
    assert "Team queues" in home
    assert "pr #pr" not in home
    assert "You claimed the complaint from @marta" in await joe.press_on_home("Claim", about="marta")


async def test_a_colleague_without_a_role_sees_counts_and_what_they_can_do(world: World) -> None:
    await world.receive(LOST)
    home = await world.person("joe").open_home()
    assert "What you can do" in home
    assert "Flag for a department" in home
    assert "care #care · 1 open · 1 unclaimed" in home
    assert "@marta" not in home
    assert "lost my bag" not in home
    view = world.sandbox.get_user("joe").home
    assert view is not None
    assert not view.find_buttons()


async def test_the_home_tab_names_what_is_wrong_with_earshot(world: World) -> None:
    world.sandbox.workspace.find_channel("#care").is_archived = True
    await world.receive(LOST)
    await world.advance(minutes=2)
    home = await world.person("mia").open_home()
    assert "⚠️ The channel of care (C0CARE) cannot be written to (is_archived)." in home
    assert "All systems normal" not in home


async def test_cases_are_found_by_the_handle_and_by_the_name_of_who_wrote(world: World) -> None:
    author = {"id": "7", "handle": "Marta_Flies", "name": "Marta Silva", "followers": 10}
    await world.receive(LOST, author=author)
    await world.receive(LATE, by="martin")
    await world.channel("#care").card("Marta_Flies").click("Claim", by="raj")
    ana = world.person("ana")
    await ana.open_home()
    await ana.press_on_home("Search…")
    assert "1 case from “silva”" in await ana.submit_form(**{action_ids.AUTHOR: "silva"})
    assert "2 cases from “@MART”" in await ana.submit_form(**{action_ids.AUTHOR: "@MART"})
    found = await ana.submit_form(**{action_ids.STATUS: "unclaimed"})
    assert "1 case from “@MART”" in found
    assert "@martin" in found
    found = await ana.press_in_form("Claim")
    assert "No case from “@MART”" in found
    assert "Assigned to me · 1" in ana.home
    assert "No case from “zoe”" in await ana.submit_form(**{action_ids.AUTHOR: "zoe"})
    assert await ana.submit_form(**{action_ids.AUTHOR: "@"})


async def test_a_hostile_name_is_a_name_on_the_home_tab_and_in_a_search(world: World) -> None:
    name = "<!channel> *b*\n<@U0BEN> \u202egnp"
    author = {"id": "m", "handle": name, "name": name, "followers": 10}
    await world.receive(LOST, author=author)
    ana = world.person("ana")
    await ana.open_home()
    assert world.sandbox.workspace.pings == [] or {one.target for one in world.sandbox.workspace.pings} == {"U0ANA"}
    view = world.sandbox.get_user("ana").home
    assert view is not None
    assert "&lt;!channel&gt;" not in json.dumps(view.blocks)
    home = await ana.press_on_home("Claim", about="lost my bag")
    assert "You claimed the complaint from" in home
    await ana.press_on_home("Search…")
    assert "1 case from" in await ana.submit_form(**{action_ids.AUTHOR: "<!channel>"})
    assert not [one for one in world.sandbox.workspace.pings if one.target in {"channel", "U0BEN"}]


async def test_a_case_that_cannot_be_read_hides_no_other_in_a_list(world: World) -> None:
    await world.receive(LOST)
    await world.receive(LATE, by="pedro")
    store = world.local_app.store
    await make_unreadable(store, store.keys.case_key(derive_case_id("x:1")), status="pondered")
    home = await world.person("ana").open_home()
    assert "@pedro" in home
    assert "⚠️ 1 can't be shown. Nothing is lost." in home
    await world.person("ana").press_on_home("Search…")
    assert "No case from" in await world.person("ana").submit_form(**{action_ids.AUTHOR: "marta"})


async def test_while_redis_is_away_the_home_tab_says_so_and_works_when_it_is_back(
    fragile: World, own_redis: EmbeddedServer
) -> None:
    await fragile.receive(LOST)
    ana = fragile.person("ana")
    await ana.open_home()
    await own_redis.stop()
    assert "Earshot" in await ana.press_on_home("Claim", about="marta")
    assert "Team queues" not in ana.home
    assert "Team queues" not in await ana.open_home()
    await own_redis.ensure_running()
    await own_redis.wait_ready()
    assert "@marta" in await ana.open_home()
    assert "You claimed" in await ana.press_on_home("Claim", about="marta")


async def test_the_largest_home_tab_keeps_to_the_limits_of_slack(world: World) -> None:
    """The sandbox refuses what Slack does; every list is longer than its page."""
    await world.receive_all([world.build_mention(build_complaint(number), by=f"p{number}") for number in range(12)])
    await world.advance(minutes=16)
    many: list[Mention] = [world.build_mention(build_complaint(number), by=f"q{number}") for number in range(12, 36)]
    await world.receive_all(many)
    mia = world.person("mia")
    await mia.open_home()
    for _ in range(11):
        await mia.press_on_home("Claim")
    assert "Assigned to me · 11" in mia.home
    view = world.sandbox.get_user("mia").home
    assert view is not None
    assert len(view.blocks) <= 100
