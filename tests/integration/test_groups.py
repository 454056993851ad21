"""Calls of more than two: who is in them, and what becomes of them when somebody goes."""

import json

from doorcall_testlib import DEADLINE, expect, expect_equal

# Every side hears at once of a kill, but for the broker's delay.
PROMPT = (('lost = "6s"', 'lost = "5s"'),)


def block(world, *names, **options):
    """A desk and one device of each of these users."""
    return world.devices("one@desk", *(f"one@{name}" for name in names), **options)


def rings(device, call):
    expect_equal(device.incoming(), call, f"the call that rings at {device.account}")


def member(device, call, user, state, timeout=DEADLINE, **wanted):
    """Waits until this device sees that user in that state; it may see it already."""
    def seen():
        for each in device.ask("calls")["calls"]:
            if each["call"] == call:
                return any(each["user"] == user and each["state"] == state and
                           all(each[key] == value for key, value in wanted.items())
                           for each in each["members"])
        return False
    device.poll(seen, f"{user} {state}", timeout)


def same_roster(call, *devices, pending=()):
    """Waits until all these devices tell the same members: themselves, and who is being called."""
    wanted = {(each.user, each.account.split("@")[0], "connected") for each in devices}
    wanted |= {(user, "", "ringing") for user in pending}

    def rows(device):
        return {(user, name if state == "connected" else "", state)
                for user, name, state in device.members(call)}
    for each in devices:
        each.poll(lambda one=each: rows(one) == wanted,
                  f"roster {sorted(wanted)}; the last one is {sorted(rows(each))}")


def answer(caller, call, *devices):
    for each in devices:
        rings(each, call)
        each.run("answer")
        each.change(call, "connected")
        member(caller, call, each.user, "connected")


def meeting(world, *names, **options):
    """A desk that has called these users, who all have answered."""
    desk, *others = block(world, *names, **options)
    call = desk.run("call", *names)["call"]
    answer(desk, call, *others)
    same_roster(call, desk, *others)
    return call, desk, *others


def test_group_call_of_three(world):
    call, desk, *others = meeting(world, "a", "b", "c")
    rosters = [desk.run("calls")["calls"][0]["members"]] + \
              [each.run("calls")["calls"][0]["members"] for each in others]
    plain = [[(row["user"], row["device"], row["state"], row["join_number"], row["inviter_user"])
              for row in roster] for roster in rosters]
    expect_equal(plain[0], [("desk", "one", "connected", 0, ""),
                            ("a", "one", "connected", 1, "desk"),
                            ("b", "one", "connected", 2, "desk"),
                            ("c", "one", "connected", 3, "desk")], "the desk's roster")
    for other in plain[1:]:
        expect_equal(other, plain[0], "another's roster")
    others[0].run("leave", "--data", "bye")
    others[0].ended(call, "hang_up")
    same_roster(call, desk, *others[1:])
    left = desk.change(call, "member", peer_user="a", reason="hang_up")
    expect_equal(left["data"], "bye", "what the member that left has said")
    others[1].run("hangup")
    same_roster(call, desk, others[2])
    desk.run("hangup")  # now it is a call of two
    others[2].ended(call, "hang_up")


def test_group_errors_are_told_for_each_user(world):
    desk, a, b = block(world, "a", "b")
    result = desk.run("call", "a", "desk", "x y", "a", "b")
    errors = {(error["user"], error["code"]) for error in result["errors"]}
    expect_equal(errors, {("desk", "self_call"), ("x y", "invalid_user"), ("a", "already_sent")},
                 "errors")
    expect(all(error["message"] for error in result["errors"]), "an error without a sentence")
    for each in (a, b):
        rings(each, result["call"])
    desk.run("cancel", "--user", "a")
    a.ended(result["call"], "cancelled")
    expect_equal([each["state"] for each in b.live()], ["ringing"], "the other user")
    desk.run("cancel")
    expect_equal(desk.run("call", "desk", code=1)["code"], "self_call", "nobody is called")
    message = desk.run("call", "desk", "x y", code=1)["message"]
    expect("desk: " in message and "x y: " in message, message)


def test_group_too_many(world):
    names = [f"u{number}" for number in range(4)]
    desk, *others = block(world, *names, replace=(("[call]", "[call]\nparties = 4"),))
    result = desk.run("call", *names)
    expect_equal([(error["user"], error["code"]) for error in result["errors"]],
                 [("u3", "too_many_invitees")], "errors")
    for each in others[:3]:
        rings(each, result["call"])
    others[3].idle()


def test_group_member_adds_another(world):
    desk, a, b = block(world, "a", "b")
    call = desk.run("call", "a")["call"]
    answer(desk, call, a)
    added = a.run("add", "b", "desk")
    expect_equal((added["call"], added["added"]), (call, True), "the addition")
    expect_equal([(error["user"], error["code"]) for error in added["errors"]],
                 [("desk", "already_sent")], "errors")
    rings(b, call)
    incoming = b.change(call, "incoming")
    expect_equal((incoming["caller_user"], incoming["peer_user"]), ("desk", "a"), "who calls")
    same_roster(call, desk, a, pending=("b",))
    b.run("answer")
    same_roster(call, desk, a, b)
    for each in (desk, a, b):
        rows = each.run("calls")["calls"][0]["members"]
        expect_equal([(row["user"], row["join_number"], row["inviter_user"]) for row in rows],
                     [("desk", 0, ""), ("a", 1, "desk"), ("b", 2, "a")], each.account)
    desk.run("leave")  # who began the call may go
    same_roster(call, a, b)


def test_group_declined_by_one(world):
    desk, a, b = block(world, "a", "b")
    call = desk.run("call", "a", "b")["call"]
    rings(a, call)
    rings(b, call)
    a.run("decline", "--data", "no time")
    told = desk.change(call, "member", peer_user="a", reason="declined_everywhere")
    expect_equal(told["data"], "no time", "data")
    b.run("answer")
    desk.change(call, "connected")
    same_roster(call, desk, b)


def test_group_nobody_answers(world):
    desk, a, b = block(world, "a", "b")
    call = desk.run("call", "a", "b", "--ring-time", "2")["call"]
    rings(a, call)
    rings(b, call)
    a.run("decline")
    a.ended(call, "declined_everywhere")
    b.ended(call, "no_answer")
    desk.ended(call, "declined_everywhere")  # the strongest


def test_group_end_for_all(world):
    call, desk, a, b = meeting(world, "a", "b")
    expect_equal(a.run("end", code=1)["code"], "not_allowed", "the end by a member")
    same_roster(call, desk, a, b)
    desk.run("add", "nobody")
    desk.run("end", "--data", "closing time")
    desk.ended(call, "hang_up")
    for each in (a, b):
        expect_equal(each.ended(call, "hang_up")["data"], "closing time", "data of the end")
        each.idle()


def test_group_first_of_the_rest_ends_for_all(world):
    call, desk, a, b, c = meeting(world, "a", "b", "c")
    desk.run("leave")
    same_roster(call, a, b, c)
    expect_equal(c.run("end", code=1)["code"], "not_allowed", "the end by the last")
    a.run("end")
    for each in (a, b, c):
        each.ended(call, "hang_up")


def test_group_join_back(world):
    call, desk, a, b = meeting(world, "a", "b")
    b.run("leave")
    same_roster(call, desk, a)
    b.run("join", call)
    b.change(call, "connected")
    same_roster(call, desk, a, b)
    expect_equal(b.run("join", call, code=1)["code"], "already_accepted", "a second join")
    desk.run("leave")
    same_roster(call, a, b)
    desk.run("join", call, "--via", "a")  # and so may who began it
    same_roster(call, desk, a, b)


def test_group_join_of_a_stranger(world):
    call, desk, a, b = meeting(world, "a", "b")
    gate = world.daemon("gate")
    gate.sees(desk, "in_call")
    expect_equal(gate.run("join", call, code=1)["code"], "unknown_call", "a join by nobody")
    gate.run("join", call, "--via", "desk", code=1)
    gate.ended(call, "not_allowed")
    same_roster(call, desk, a, b)


def test_group_join_back_after_a_crash(world):
    call, desk, a, b = meeting(world, "a", "b", replace=PROMPT)
    a.kill()
    a.restart()
    member(desk, call, "a", "ended")
    a.run("join", call, "--via", "desk")
    same_roster(call, desk, a, b)


def test_group_outlives_who_began_it(world):
    desk, a, b, c = block(world, "a", "b", "c", replace=PROMPT)
    call = desk.run("call", "a", "b", "c")["call"]
    answer(desk, call, a, b)
    rings(c, call)
    same_roster(call, desk, a, b, pending=("c",))
    member(c, call, "a", "connected")  # who rings hears of it with the next heartbeat
    desk.kill()
    same_roster(call, a, b, pending=("c",))  # who rings is rung on by the first of the rest
    member(b, call, "c", "ringing", inviter_user="a")
    expect_equal(c.changes(call).count("incoming"), 1, "it rang again")
    c.run("answer")
    same_roster(call, a, b, c)
    for each in (a, b):
        each.run("hangup")
        each.ended(call, "hang_up")
    c.ended(call, "hang_up")


def test_group_heir_stops_the_ring(world):
    desk, a, b = block(world, "a", "b", replace=PROMPT)
    call = desk.run("call", "a", "b", "--ring-time", "12")["call"]
    answer(desk, call, a)
    rings(b, call)
    member(b, call, "a", "connected")
    desk.kill()
    member(a, call, "b", "ringing", inviter_user="a")
    b.ended(call, "no_answer")  # after the ring time that was left
    a.change(call, "ended")
    a.idle()


def test_group_restart_of_who_began_it(world):
    call, desk, a, b = meeting(world, "a", "b", replace=PROMPT)
    desk.kill()
    desk.restart()
    same_roster(call, a, b)
    desk.idle()
    second = desk.call("c")
    desk.change(second, "ended")
    same_roster(call, a, b)


# --- ring plans

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


def test_group_watch_shows_members(world):
    desk, a, b = block(world, "a", "b")
    with desk.command("watch") as watch:
        try:
            expect_equal(json.loads(watch.stdout.readline())["type"], "snapshot", "first line")
            call = desk.run("call", "a", "b")["call"]
            rings(a, call)
            rings(b, call)
            a.run("answer")
            b.run("decline")
            seen = []
            while len(seen) < 2:
                event = json.loads(watch.stdout.readline())
                if event["type"] == "call" and event["change"] == "connected":
                    seen.append("connected")
                if event.get("change") == "member" and event["peer_user"] == "b" \
                        and event["reason"] == "declined_everywhere":
                    seen.append("declined")
                if event["type"] == "call":
                    expect({"a", "b", "desk"} >= {row["user"] for row in event["members"]},
                           f"members: {event['members']}")
            expect_equal({(row["user"], row["device"], row["state"], row["reason"])
                          for row in event["members"] if row["user"] != "b"},
                         {("desk", "one", "connected", "none"), ("a", "one", "connected", "none")},
                         "members of the last event")
        finally:
            watch.kill()
