"""Several devices of one user: who rings, who answers, and what each of them is told."""

import json

from doorcall_testlib import DEADLINE, expect, expect_equal

SHORT_RING = (('ring_time = "20s"', 'ring_time = "2s"'),)
HERE = ("[device]", '[device]\ndecline = "here"')
CHIME = ("[device]", "[device]\nchime_only = true")


def ring(door, *devices):
    """A call that rings on all these devices."""
    call = door.call("apt")
    for device in devices:
        expect_equal(device.incoming(), call, "the call that rings")
    door.change(call, "remote_ringing")
    return call


def home(world, **extra):
    """A door and three devices of one user."""
    return world.devices("one@door", "panel@apt", "hall@apt", "bed@apt", **extra)


def end(device, call, reason, missed):
    event = device.ended(call, reason)
    expect_equal(event["missed"], missed, f"{device.account}: missed")
    return event


def test_household_all_ring_and_one_answers(world):
    door, panel, hall, bed = home(world)
    call = ring(door, panel, hall, bed)
    hall.run("answer")
    expect_equal(door.change(call, "connected")["peer_device"], "hall", "who answered")
    for other in (panel, bed):
        end(other, call, "answered_elsewhere", False)
        other.idle()
        expect_equal(other.changes(call), ["incoming", "ended"], other.account)
        other.sees(hall, "in_call")
    hall.ask("hangup")
    end(door, call, "hang_up", False)
    end(hall, call, "hang_up", False)


def test_household_nobody_answers(world):
    door, panel, hall = world.devices("one@door", "panel@apt", "hall@apt", replace=SHORT_RING)
    call = ring(door, panel, hall)
    end(door, call, "no_answer", False)
    for each in (panel, hall):
        end(each, call, "no_answer", True)


def test_household_cancelled_is_missed(world):
    door, panel, hall = world.devices("one@door", "panel@apt", "hall@apt")
    call = ring(door, panel, hall)
    door.run("cancel")
    for each in (panel, hall):
        end(each, call, "cancelled", True)


def test_household_all_answer_at_once(world):
    door, *devices = home(world)
    for _ in range(4):
        call = ring(door, *devices)
        answers = [device.command("answer") for device in devices]
        codes = []
        for answer in answers:
            with answer:
                answer.communicate(timeout=DEADLINE)
            codes.append(answer.returncode)
        expect_equal(sorted(codes), [0, 1, 1], "exit codes of the answers")
        winner = devices[codes.index(0)]
        expect_equal(door.change(call, "connected")["peer_device"], winner.account.split("@")[0],
                     "who the door talks to")
        for other in devices:
            if other is not winner:
                end(other, call, "answered_elsewhere", False)
                expect("connected" not in other.changes(call), f"{other.account} was connected")
        winner.run("hangup")
        door.ended(call, "hang_up")
        door.sees(winner, "idle")


def test_household_declined_everywhere(world):
    door, panel, hall, bed = home(world)
    call = ring(door, panel, hall, bed)
    panel.run("decline", "--data", "not now")
    expect_equal(end(door, call, "declined_everywhere", False)["data"], "not now", "data")
    end(panel, call, "declined_everywhere", False)
    for other in (hall, bed):
        end(other, call, "declined_elsewhere", False)


def test_household_declined_here_rings_on(world):
    door, panel, hall, bed = home(world)
    call = ring(door, panel, hall, bed)
    panel.run("decline", "--here")
    end(panel, call, "declined", False)
    hall.run("decline", "--here")
    end(hall, call, "declined", False)
    expect_equal([each["state"] for each in bed.live()], ["ringing"], "the third device")
    bed.run("answer")
    expect_equal(door.change(call, "connected")["peer_device"], "bed", "who answered")


def test_household_declined_here_by_each(world):
    door = world.daemon("door")
    panel, hall = (world.daemon("apt", name, replace=(HERE,)) for name in ("panel", "hall"))
    for each in (panel, hall):
        door.sees(each, "idle")
        each.sees(door, "idle")
    call = ring(door, panel, hall)
    panel.run("decline")  # by its config for this device only
    end(panel, call, "declined", False)
    hall.run("decline")
    end(door, call, "declined", False)


def test_household_one_is_busy(world):
    door, gate, panel, hall = world.devices("one@door", "one@gate", "panel@apt", "hall@apt")
    first = gate.call("apt")
    hall.incoming()
    panel.incoming()
    hall.run("answer")
    gate.change(first, "connected")
    end(panel, first, "answered_elsewhere", False)
    door.sees(hall, "in_call")
    call = ring(door, panel)
    hall.change(call, "refused_busy")
    panel.run("answer")
    expect_equal(door.change(call, "connected")["peer_device"], "panel", "who answered")
    expect_equal([each["call"] for each in hall.live()], [first], "the busy device's calls")


def test_household_all_busy_but_one_offline(world):
    door, gate, panel, hall = world.devices("one@door", "one@gate", "panel@apt", "hall@apt")
    expect_equal(panel.end(), 0, "exit code")
    for each in (door, gate):
        each.sees(panel, "offline")
    first = gate.call("apt")
    hall.incoming()
    hall.run("answer")
    gate.change(first, "connected")
    second = door.call("apt")
    end(door, second, "busy", False)


def test_household_do_not_disturb_on_one(world):
    door, panel, hall = world.devices("one@door", "panel@apt", "hall@apt")
    expect_equal(panel.run("dnd", "on")["dnd"], True, "the mode")
    door.sees(panel, "dnd")
    call = ring(door, hall)
    panel.change(call, "refused_dnd")
    panel.idle()
    hall.run("decline", "--here")
    end(door, call, "declined", False)  # stronger than do not disturb


def test_household_do_not_disturb_on_all(world):
    door, panel, hall = world.devices("one@door", "panel@apt", "hall@apt")
    for each in (panel, hall):
        each.run("dnd", "on")
    call = door.call("apt")
    end(door, call, "dnd", False)
    panel.run("dnd", "off")
    ring(door, panel)


def test_household_do_not_disturb_for_a_time(world):
    door, panel = world.devices("one@door", "panel@apt")
    mode = panel.run("dnd", "on", "--for", "2s")
    expect_equal((mode["dnd"], mode["dnd_source"]), (True, "manual"), "the mode")
    expect(mode["dnd_until_ms"] is not None, "it has no end")
    panel.event(type="mode", dnd=True)
    end(door, door.call("apt"), "dnd", False)
    panel.event(type="mode", dnd=False, dnd_source="none")
    door.sees(panel, "idle")
    ring(door, panel)


def test_household_do_not_disturb_lets_friends_ring(world):
    door, gate, panel = world.devices("one@door", "one@gate", "panel@apt",
                                      panel_apt='[dnd]\noverrides = ["door"]\n')
    panel.run("dnd", "on")
    end(gate, gate.call("apt"), "dnd", False)
    ring(door, panel)


def test_household_chime_only(world):
    door, panel = world.devices("one@door", "panel@apt")
    chime = world.daemon("apt", "chime", replace=(CHIME,))
    chime.sees(door, "idle")
    door.sees(chime, "idle")
    call = ring(door, panel, chime)
    chime.refused("answer", "not_allowed")
    chime.refused("pull", "unknown_call")
    panel.run("answer")
    door.change(call, "connected")
    end(chime, call, "answered_elsewhere", False)


def test_household_chime_alone(world):
    door = world.daemon("door", replace=SHORT_RING)
    chime = world.daemon("apt", "chime", replace=(CHIME,))
    door.sees(chime, "idle")
    chime.sees(door, "idle")
    call = ring(door, chime)
    end(door, call, "no_answer", False)
    end(chime, call, "no_answer", True)


def test_household_silence(world):
    door, panel, hall = world.devices("one@door", "panel@apt", "hall@apt")
    call = ring(door, panel, hall)
    expect_equal(panel.run("silence")["call"], call, "what was silenced")
    panel.change(call, "silenced")
    panel.refused("silence", "already_sent")
    expect("silenced" not in hall.changes(call), "the other device was silenced")
    expect_equal([each["state"] for each in hall.live()], ["ringing"], "the other device")
    panel.run("answer")
    expect_equal(door.change(call, "connected")["peer_device"], "panel", "who answered")
    end(hall, call, "answered_elsewhere", False)


def talk(door, panel, *others):
    call = ring(door, panel, *others)
    panel.run("answer")
    door.change(call, "connected")
    panel.change(call, "connected")
    return call


def test_household_pull_without_id(world):
    door, panel, hall = world.devices("one@door", "panel@apt", "hall@apt")
    call = talk(door, panel, hall)
    hall.ended(call, "answered_elsewhere")
    hall.pullable(call)
    expect_equal(hall.run("pull")["call"], call, "what was pulled")
    hall.change(call, "connected")
    end(panel, call, "moved", False)
    panel.idle()
    hall.refused("pull", "unknown_call")
    expect_equal(door.members(call), {("door", "one", "connected"), ("apt", "hall", "connected")},
                 "the door's view")
    expect("ended" not in door.changes(call), "the door's call has ended")
    panel.run("pull", call)  # and back again, named
    hall.change(call, "ended", reason="moved")
    door.run("hangup")
    panel.change(call, "ended", reason="hang_up")


def test_household_pull_one_of_two(world):
    door, gate, panel, hall = world.devices("one@door", "one@gate", "panel@apt", "hall@apt",
                                            replace=(("[call]", "[call]\nlines = 2"),))
    calls = [talk(each, panel, hall) for each in (door, gate)]
    hall.pullable(*calls)
    message = hall.refused("pull", "invalid_argument")
    expect("name one" in message, message)
    hall.run("pull", calls[1])
    end(panel, calls[1], "moved", False)
    expect_equal([each["call"] for each in panel.live()], [calls[0]], "what is left")
    expect_equal(gate.members(calls[1]),
                 {("gate", "one", "connected"), ("apt", "hall", "connected")}, "the gate's view")


def test_household_nothing_to_pull(world):
    door, panel, hall = world.devices("one@door", "panel@apt", "hall@apt")
    process = hall.command("pull")
    with process:
        output, errors = process.communicate(timeout=DEADLINE)
    expect_equal((process.returncode, json.loads(output)["code"]), (1, "unknown_call"), "pull")
    expect("no other device of this user" in errors, errors)
    call = talk(door, panel, hall)
    hall.pullable(call)
    door.run("hangup")
    panel.ended(call, "hang_up")
    hall.pullable()


CALL_KEYS = {"call", "state", "direction", "peer_user", "peer_device", "caller_user",
             "caller_device", "leg", "media", "media_state", "reason", "age_ms", "members"}
MEMBER_KEYS = {"user", "device", "state", "reason", "inviter_user", "inviter_device",
               "join_number", "ring_left_ms"}


def test_household_status_and_calls_as_json(world):
    door, panel, hall = world.devices("one@door", "panel@apt", "hall@apt")
    call = talk(door, panel, hall)
    hall.ended(call, "answered_elsewhere")
    status = panel.run("status")
    expect_equal((status["user"], status["device"], status["state"]), ("apt", "panel", "in_call"),
                 "who it is")
    expect_equal(status["limits"]["lines"], 1, "lines")
    expect(0 < status["memory"]["tables_bytes"] <= 97 * 1024, f"memory: {status['memory']}")
    for each in (status["calls"], door.run("calls")["calls"], hall.run("calls")["calls"]):
        expect_equal(len(each), 1, "calls")
        expect(CALL_KEYS <= set(each[0]), f"keys: {CALL_KEYS - set(each[0])}")
        for member in each[0]["members"]:
            expect(MEMBER_KEYS <= set(member), f"keys: {MEMBER_KEYS - set(member)}")
    ended = hall.run("calls")["calls"][0]
    expect_equal((ended["state"], ended["reason"]), ("ended", "answered_elsewhere"), "at the hall")
    expect(ended["age_ms"] < 60_000, f"it ended {ended['age_ms']} ms ago")
    expect_equal(hall.run("status")["calls"], [], "live calls of the hall")
    mine = status["calls"][0]
    expect_equal((mine["direction"], mine["peer_user"], mine["caller_user"]),
                 ("incoming", "door", "door"), "at the panel")
    expect_equal([(member["user"], member["device"], member["join_number"], member["inviter_user"])
                  for member in mine["members"]],
                 [("door", "one", 0, ""), ("apt", "panel", 1, "door")], "members in order")
