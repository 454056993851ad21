"""Ring plans: of the command line, and of the config by the command and by a button."""

from doorcall_testlib import expect, expect_equal
from group_steps import block, rings, same_roster

PLANS = """
[plans.turns]
kind = "hunt"
users = ["a", "b", "c"]
step_time = "2s"

[plans.race]
kind = "first"
users = ["a", "b"]

[plans.rising]
kind = "escalation"
steps = [["a"], ["b", "c"]]
step_time = "2s"

[[button]]
name = "turns"
press = "plan:turns"

[[button]]
name = "race"
press = "plan:race"

[[button]]
name = "rising"
press = "plan:rising"
"""


def planned(world):
    return block(world, "a", "b", "c", one_desk=PLANS)


def start(desk, plan, pressed):
    """By the button or by the command; the call's id."""
    if pressed:
        desk.run("press", plan)
        return desk.event(type="call", change="calling")["call"]
    return desk.run("call", "--plan", plan)["call"]


def hunt(world, pressed):
    desk, a, b, c = planned(world)
    expect_equal(b.end(), 0, "exit code")
    desk.sees(b, "offline")
    call = start(desk, "turns", pressed)
    rings(a, call)
    c.idle()
    a.ended(call, "no_answer")
    rings(c, call)  # the one who is offline is passed over
    c.run("answer")
    desk.change(call, "connected", peer_user="c")
    gap = c.change(call, "incoming")["at_ms"] - a.change(call, "incoming")["at_ms"]
    expect(1800 < gap < 3500, f"the step took {gap} ms")


def test_plan_hunt_by_command(world):
    hunt(world, False)


def test_plan_hunt_by_button(world):
    hunt(world, True)


def first(world, pressed):
    desk, a, b, c = planned(world)
    call = start(desk, "race", pressed)
    rings(a, call)
    rings(b, call)
    b.run("answer")
    desk.change(call, "connected", peer_user="b")
    expect_equal(a.ended(call, "answered_elsewhere")["missed"], False, "missed")
    same_roster(call, desk, b)
    c.idle()


def test_plan_first_by_command(world):
    first(world, False)


def test_plan_first_by_button(world):
    first(world, True)


def test_plan_button_twice(world):
    desk, a, *_ = planned(world)
    call = start(desk, "race", True)
    desk.refused("press", "already_sent", name="race")
    desk.refused("press", "busy", name="turns")
    rings(a, call)
    a.run("answer")
    desk.change(call, "connected")
    desk.refused("press", "busy", name="race")


def escalation(world, pressed):
    desk, a, b, c = planned(world)
    call = start(desk, "rising", pressed)
    rings(a, call)
    b.idle()
    for each in (b, c):
        rings(each, call)
    expect_equal([each["state"] for each in a.live()], ["ringing"], "the first list")
    a.run("answer")
    desk.change(call, "connected", peer_user="a")
    for each in (b, c):
        each.ended(call, "answered_elsewhere")


def test_plan_escalation_by_command(world):
    escalation(world, False)


def test_plan_escalation_by_button(world):
    escalation(world, True)


def test_plan_escalation_that_does_not_keep(world):
    desk, a, b, _ = block(world, "a", "b", "c")
    call = desk.run("call", "--plan", "escalation", "--no-keep", "--step-time", "1.5", "a",
                    "b,c")["call"]
    rings(a, call)
    a.ended(call, "no_answer")
    rings(b, call)
    b.run("answer")
    desk.change(call, "connected", peer_user="b")


def test_plan_hunt_passes_on_who_declines(world):
    desk, a, b, c = block(world, "a", "b", "c")
    call = desk.run("call", "--plan", "hunt", "--cycles", "2", "--step-time", "2", "a", "b")["call"]
    rings(a, call)
    a.run("decline")  # the next one rings at once, and this one never again
    rings(b, call)
    b.ended(call, "no_answer")
    rings(b, call)
    b.ended(call, "no_answer")
    desk.ended(call, "declined_everywhere")
    expect_equal(a.changes(call).count("incoming"), 1, "who declined was rung again")
    c.idle()


def test_plan_of_nobody_online(world):
    desk, a, b, c = planned(world)
    for each in (a, b, c):
        each.end()
        desk.sees(each, "offline")
    call = start(desk, "turns", False)
    desk.ended(call, "offline", timeout=5)


def test_plan_unknown(world):
    desk, *_ = planned(world)
    message = desk.refused("call", "invalid_argument", plan="night")
    expect("race" in message and "turns" in message, message)
