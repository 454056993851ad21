"""Doors and infos between real daemons. A daemon without a lock says that it has none."""

from doorcall_testlib import expect, expect_equal


def connected(world):
    door = world.daemon("door")
    apt = world.daemon("apt")
    door.sees(apt, "idle")
    door.ask("call", user="apt")
    call = apt.incoming()
    apt.ask("answer")
    door.change(call, "connected")
    return door, apt, call


def test_infos_reach_the_other_side(world):
    door, apt, call = connected(world)
    door.run("send", "Grüße")
    told = apt.event(type="info", kind="data", text="Grüße")
    expect_equal((told["call"], told["user"], told["device"]), (call, "door", "one"),
                 "who says it")
    apt.run("key", "4#", "--to", "door")
    door.event(type="info", kind="key_press", text="4#")
    apt.ask("send", kind="media_candidate", bytes="AAH/")
    door.event(type="info", kind="media_candidate", bytes="AAH/")
    for _ in range(3):
        apt.ask("send", text="again")
    again = lambda: sum(each.get("text") == "again" for each in door.events)  # noqa: E731
    door.until(lambda: again() >= 3, "the same info three times")
    expect_equal(again(), 3, "each once")
    message = apt.refused("send", "not_invited", text="x", user="desk")
    expect("not in the call" in message, message)


def test_a_panel_without_a_lock_has_no_door(world):
    door, apt, call = connected(world)
    message = apt.refused("door", "no_door")
    expect("has no door" in message, message)
    apt.event(type="door", change="refused", here=False, user="door", call=call, result="no_door")
    expect_equal(len(apt.live()), 1, "the call goes on")
    apt.ask("leave")
    door.ended(call, "hang_up")
    message = apt.refused("door", "not_allowed")
    expect("doorcall door USER" in message, message)
