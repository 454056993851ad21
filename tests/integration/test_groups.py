"""Calls of more than two: who is in them, and what becomes of them when somebody goes."""

import json

from doorcall_testlib import expect, expect_equal
from group_steps import answer, block, member, rings, same_roster

# Who is silent is lost within the time that a test waits.
PROMPT = (('lost = "6s"', 'lost = "5s"'),)


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
