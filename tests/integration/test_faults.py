"""What happens to calls when brokers, daemons and connections break."""

import os

from doorcall_testlib import expect, expect_equal

PATIENT = (('lost = "6s"', 'lost = "25s"'), ('ring_time = "20s"', 'ring_time = "60s"'))


def back_online(*daemons):
    for daemon in daemons:
        daemon.until(lambda each=daemon: each.link == "connected", "reconnection", 30)


def lose_broker(world, keep_store, *daemons):
    world.broker.kill(keep_store)
    for daemon in daemons:
        daemon.until(lambda each=daemon: each.link == "reconnecting", "loss of the link")
    world.broker.restart()
    back_online(*daemons)


def test_broker_killed_while_ringing_store_kept(world):
    door, apt, call = world.ringing(replace=PATIENT)
    world.broker.save()
    lose_broker(world, True, door, apt)
    apt.ask("answer")
    door.change(call, "connected")
    apt.change(call, "connected")
    expect_equal(apt.changes(call), ["incoming", "accepting", "connected"], "one ring")


def test_broker_killed_while_ringing_store_lost(world):
    door, apt, call = world.ringing(replace=PATIENT)
    lose_broker(world, False, door, apt)
    apt.ask("answer")
    door.change(call, "connected")


def test_broker_killed_while_ringing_then_declined(world):
    door, apt, call = world.ringing(replace=PATIENT)
    world.broker.kill(keep_store=False)
    apt.ask("decline")  # with no network: it is said when there is one again
    apt.ended(call, "declined_everywhere")
    world.broker.restart()
    door.ended(call, "declined_everywhere", 30)


def test_broker_killed_in_a_call_store_kept(world):
    door, apt, call = world.talking(replace=PATIENT)
    world.broker.save()
    lose_broker(world, True, door, apt)
    apt.ask("hangup")
    door.ended(call, "hang_up")


def test_broker_killed_in_a_call_store_lost(world):
    door, apt, call = world.talking(replace=PATIENT)
    lose_broker(world, False, door, apt)
    door.ask("hangup")
    apt.ended(call, "hang_up")
    door.sees(apt, "idle")
    apt.sees(door, "idle")


def test_hang_up_while_the_broker_is_away(world):
    door, apt, call = world.talking(replace=PATIENT)
    world.broker.kill(keep_store=False)
    door.ask("hangup")
    world.broker.restart()
    apt.ended(call, "hang_up", 30)


def test_broker_away_for_longer_than_lost(world):
    door, apt, call = world.talking()
    world.broker.kill(keep_store=False)
    door.ended(call, "peer_lost")
    apt.ended(call, "peer_lost")
    door.refused("call", "not_connected", user="apt")
    world.broker.restart()
    back_online(door, apt)
    door.sees(apt, "idle")
    second = door.call("apt")
    apt.change(second, "incoming")


def test_frozen_broker_shorter_than_lost(world):
    door, apt, call = world.talking(replace=PATIENT)
    world.broker.process.stop()
    apt.control.send("hangup")  # done here, on its way to the broker
    apt.ended(call, "hang_up")
    world.broker.process.cont()
    door.ended(call, "hang_up")


def test_frozen_broker_longer_than_lost(world):
    door, apt, call = world.talking()
    world.broker.process.stop()
    door.ended(call, "peer_lost")
    apt.ended(call, "peer_lost")
    world.broker.process.cont()
    back_online(door, apt)
    second = door.call("apt")
    apt.change(second, "incoming", 30)


def test_frozen_callee(world):
    door, apt, call = world.talking()
    apt.process.stop()
    door.ended(call, "peer_lost")
    apt.process.cont()
    apt.change(call, "ended")
    apt.idle()


def test_frozen_caller_while_ringing(world):
    door, apt, call = world.ringing()
    door.process.stop()
    apt.ended(call, "caller_lost", 20)
    door.process.cont()
    door.change(call, "ended", 30)
    door.idle()
    apt.idle()


def test_callee_killed_while_ringing_rings_once_more_only(world):
    door, apt, call = world.ringing(replace=PATIENT)
    apt.kill()
    apt.restart()
    # The call still rings: the restarted device may be reached again, but by this call only.
    door.ask("cancel", call=call)
    door.ended(call, "cancelled")
    second = door.call("apt")
    apt.change(second, "incoming")
    expect_equal([each["call"] for each in apt.live()], [second], "apt's calls")
    expect(apt.changes(call)[-1:] in ([], ["ended"]), f"a ghost: {apt.changes(call)}")


def test_callee_killed_while_ringing_has_no_ghost_ring(world):
    door, apt, call = world.ringing()
    apt.kill()
    door.ask("cancel")
    door.ended(call, "cancelled")
    apt.restart()
    second = door.call("apt")
    apt.change(second, "incoming")
    expect_equal(apt.changes(call), [], "what the restarted daemon heard of the dead call")


def test_callee_killed_while_accepting(world):
    door, apt, call = world.ringing()
    door.process.stop()
    apt.control.send("answer")
    apt.change(call, "accepting")
    apt.kill()
    door.process.cont()
    event = door.change(call, "ended", 30)
    expect(event["reason"] in ("peer_lost", "offline"), f"reason: {event['reason']}")
    apt.restart()
    apt.idle()


def test_caller_killed_while_ringing_rings_again_after_restart(world):
    door, apt, call = world.ringing()
    door.kill()
    door.restart()
    apt.ended(call, "caller_lost")
    door.sees(apt, "idle")
    second = door.call("apt")
    apt.change(second, "incoming")


def test_recall_after_restart_in_a_call(world):
    door, apt, call = world.talking(replace=PATIENT)
    door.kill()
    door.restart()
    door.until(lambda: apt.account in door.devices, "presence of the apartment")
    second = door.call("apt")
    event = apt.change(call, "ended")
    expect(event["reason"] in ("superseded", "peer_lost"), f"reason: {event['reason']}")
    apt.change(second, "incoming")


def test_take_over_of_the_session(world):
    door, apt, call = world.talking(replace=PATIENT)
    thief = world.client(apt.account)
    apt.until(lambda: apt.link == "reconnecting", "loss of the link")
    thief.close()
    back_online(apt)
    door.ask("hangup")
    apt.ended(call, "hang_up", 30)
    door.sees(apt, "idle")


def garbage():
    yield b""
    yield b"\xc1"
    yield b"\xdf\xff\xff\xff\xff"
    yield b"\x85" + b"\x00" * 40
    yield bytes(range(256)) * 70
    for _ in range(40):
        yield os.urandom(60)


def test_garbage_changes_nothing(world):
    door, apt, call = world.talking()
    stranger = world.open_client("stranger")
    root = "doorcall/v1"
    topics = [f"{root}/apt/inbox/one@door", f"{root}/apt/inbox/one@apt", f"{root}/apt/inbox/x@y",
              f"{root}/apt/inbox/nonsense", f"{root}/door/presence/two", f"{root}/apt/presence/..",
              f"{root}/apt/inbox/" + "a" * 200]
    for topic in topics:
        for payload in garbage():
            stranger.publish(topic, payload)
            stranger.publish(topic, payload, retain=True)
        stranger.publish(topic, b"", retain=True)
    stranger.fence()
    before = apt.changes(call)
    door.ask("hangup", data="after the storm")
    expect_equal(apt.ended(call, "hang_up", 30)["data"], "after the storm", "data")
    expect_equal(before, ["incoming", "accepting", "connected"], "changes during the storm")
    expect(apt.counter("dropped_malformed") > 40, "what was dropped is not counted")
    expect_equal([event["device"] for event in apt.events if event["type"] == "presence"
                  and event["device"] != "one" and event["known"]], [], "devices from garbage")
    second = door.call("apt")
    apt.change(second, "incoming")
