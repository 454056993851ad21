"""Each way in which a call between two users can go, through a real broker."""

import os

from doorcall_testlib import DEADLINE, expect, expect_equal

SHORT_RING = (('ring_time = "20s"', 'ring_time = "2s"'),)
SHORT_RECEIPT = (('receipt_time = "10s"', 'receipt_time = "2s"'),)


def test_accepted_then_caller_hangs_up(world):
    door, apt, call = world.talking()
    expect_equal(door.ask("status")["state"], "in_call", "the door's state")
    door.ask("hangup", data="bye")
    door.ended(call, "hang_up")
    expect_equal(apt.ended(call, "hang_up")["data"], "bye", "data of the hang-up")
    expect_equal(door.changes(call), ["calling", "remote_ringing", "connected", "ended"], "door")
    expect_equal(apt.changes(call), ["incoming", "accepting", "connected", "ended"], "apt")
    door.idle()
    apt.idle()


def test_accepted_then_callee_hangs_up(world):
    door, apt, call = world.talking()
    apt.ask("hangup", call=call)
    apt.ended(call, "hang_up")
    door.ended(call, "hang_up")
    apt.sees(door, "idle")
    door.sees(apt, "idle")


def test_everything_that_a_call_carries_arrives(world):
    door, apt = world.pair()
    data = '{"who": "Jürgen", "lines": ["a\\nb"]}'
    call = door.call("apt", data=data, media="video", line="gate", name="The gate")
    event = apt.change(call, "incoming")
    wanted = {"data": data, "media": "video", "line": "gate", "caller_name": "The gate",
              "caller_user": "door", "caller_device": "one", "direction": "incoming"}
    expect_equal({key: event[key] for key in wanted}, wanted, "the incoming call")
    expect(0 < event["ring_left_ms"] <= 20000, f"ring time left: {event['ring_left_ms']}")
    apt.ask("answer", data="come in")
    expect_equal(door.change(call, "connected")["data"], "come in", "data of the answer")


def test_declined_everywhere(world):
    door, apt, call = world.ringing()
    apt.ask("decline", data="not now")
    expect_equal(door.ended(call, "declined_everywhere")["data"], "not now", "data")
    apt.ended(call, "declined_everywhere")
    door.idle()


def test_declined_here(world):
    door, apt, call = world.ringing()
    apt.ask("decline", here=True)
    door.ended(call, "declined")
    apt.ended(call, "declined")


def test_busy(world):
    door, apt, call = world.talking()
    gate = world.daemon("gate")
    gate.sees(apt, "in_call")
    second = gate.call("apt")
    gate.ended(second, "busy")
    apt.change(second, "refused_busy")
    expect_equal([each["call"] for each in apt.live()], [call], "apt's calls")
    door.ask("hangup")
    door.ended(call, "hang_up")
    apt.ended(call, "hang_up")
    third = gate.call("apt")  # the line is free again
    expect_equal(apt.incoming(), third, "the call after it")


def test_busy_while_calling(world):
    door, _, _ = world.ringing()
    message = door.refused("call", "busy", user="gate")
    expect("another call" in message, message)


def test_cancelled_with_data(world):
    door, apt, call = world.ringing()
    door.ask("cancel", data="wrong bell")
    door.ended(call, "cancelled")
    expect_equal(apt.ended(call, "cancelled")["data"], "wrong bell", "data of the cancel")
    apt.idle()


def test_no_answer_on_both_sides(world):
    door, apt, call = world.ringing(replace=SHORT_RING)
    door.ended(call, "no_answer")
    apt.ended(call, "no_answer")


def test_no_answer_even_without_a_network(world):
    _, apt, call = world.ringing(replace=SHORT_RING)
    world.broker.kill()
    apt.ended(call, "no_answer")


def test_no_response_from_a_stopped_device(world):
    door, apt = world.pair(replace=SHORT_RECEIPT)
    apt.process.stop()
    first = door.call("apt")
    door.ended(first, "no_response")
    apt.process.cont()
    second = door.call("apt")
    apt.change(second, "incoming")
    expect_equal([each["call"] for each in apt.live()], [second], "apt's calls")
    expect(apt.changes(first)[-1:] in ([], ["ended"]), f"a ghost: {apt.changes(first)}")


def test_nobody_of_that_name(world):
    door = world.daemon("door", replace=SHORT_RECEIPT)
    call = door.call("nobody")
    door.ended(call, "no_response")


def test_offline_fails_at_once(world):
    door, apt = world.pair()
    expect_equal(apt.end(), 0, "exit code")
    door.sees(apt, "offline")
    call = door.call("apt")
    door.ended(call, "offline", timeout=2)
    expect("remote_ringing" not in door.changes(call), "it rang")


def test_offline_and_waiting_rings_when_it_comes_back(world):
    door, apt = world.pair()
    apt.end()
    door.sees(apt, "offline")
    call = door.call("apt", wait_offline=True)
    apt.restart()
    expect_equal(apt.incoming(), call, "the call that rings")
    door.change(call, "remote_ringing")
    apt.ask("answer")
    door.change(call, "connected")


def test_caller_lost(world):
    door, apt, call = world.ringing()
    door.kill()
    apt.ended(call, "caller_lost")
    apt.idle()


def test_callee_lost_while_ringing(world):
    door, apt, call = world.ringing()
    apt.kill()
    event = door.change(call, "ended", timeout=25)
    expect(event["reason"] in ("offline", "no_answer", "no_response"), f"reason: {event}")
    apt.restart()
    apt.idle()


def test_callee_lost_in_a_call(world):
    door, apt, call = world.talking()
    apt.kill()
    door.ended(call, "peer_lost")
    apt.restart()
    apt.idle()
    expect_equal(apt.changes(call), [], "what the restarted daemon heard of the call")


def test_caller_lost_in_a_call(world):
    door, apt, call = world.talking()
    door.kill()
    apt.ended(call, "peer_lost")
    door.restart()
    door.idle()


def test_stopping_the_caller_ends_the_ring(world):
    door, apt, call = world.ringing()
    expect_equal(door.end(), 0, "exit code")
    event = apt.change(call, "ended")
    expect(event["reason"] in ("shutting_down", "cancelled"), f"reason: {event['reason']}")
    apt.sees(door, "offline")


def test_stopping_ends_a_call(world):
    door, apt, call = world.talking()
    expect_equal(apt.end(), 0, "exit code")
    door.ended(call, "shutting_down")
    door.sees(apt, "offline", timeout=2)


def test_accept_too_late_after_the_end(world):
    door, apt, call = world.ringing()
    door.ask("cancel")
    apt.ended(call, "cancelled")
    apt.refused("answer", "already_ended", call=call)
    expect_equal(apt.refused("answer", "unknown_call"), "no call is ringing", "message")


def test_accept_crosses_cancel(world):
    door, apt, call = world.ringing()
    apt.process.stop()
    door.ask("cancel")
    door.ended(call, "cancelled")
    apt.control.send("answer", {"call": call})  # waits beside the cancel
    apt.process.cont()
    reply = apt.control.read()
    expect(not reply["ok"], f"the answer went through: {reply}")
    apt.ended(call, "cancelled")
    expect("connected" not in apt.changes(call) + door.changes(call), "it was connected")


def test_accept_that_nobody_confirms(world):
    door, apt, call = world.ringing()
    door.process.stop()
    message = apt.refused("answer", "already_ended")
    expect("accept_failed" in message, message)
    apt.ended(call, "accept_failed")
    door.process.cont()
    door.change(call, "ended")
    door.idle()
    apt.idle()


def test_glare_makes_one_call(world):
    door, apt = world.pair()
    world.broker.process.stop()
    mine = door.call("apt")
    theirs = apt.call("door")
    world.broker.process.cont()
    winner, loser = min(mine, theirs), max(mine, theirs)
    door.change(winner, "connected")
    apt.change(winner, "connected")
    (door if loser == mine else apt).ended(loser, "glare")
    for each in (door, apt):
        expect_equal([live["call"] for live in each.live()], [winner], "live calls")


def hook(world, body):
    """A media hook of a few lines, as a config section."""
    path = os.path.join(world.directory, "hook.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write("import sys\nsay = lambda text: print(text, flush=True)\n"
                   "say('doorcall-hook 1')\n"
                   "for line in sys.stdin:\n"
                   f"    word = line.split()[0]\n{body}\n")
    return f'[media]\ncommand = ["/usr/bin/python3", "{path}"]\n'


WELL = """
    if word == "start": say("state connected")
    if word == "stop": break
"""
FAILS = """
    if word == "start": sys.exit(3)
"""


def test_media_connects(world):
    door, apt, call = world.talking(extra=hook(world, WELL))
    for each in (door, apt):
        each.change(call, "media", media_state="connected")
    apt.sees(door, "in_call")
    door.sees(apt, "in_call")
    door.ask("hangup")
    for each in (door, apt):
        each.ended(call, "hang_up")
    apt.sees(door, "idle")  # when its hook has let go
    door.sees(apt, "idle")
    second = door.call("apt")
    apt.change(second, "incoming")


def test_media_failed(world):
    door, apt, call = world.talking(apt=hook(world, FAILS))
    apt.ended(call, "media_failed")
    door.ended(call, "media_failed")


def test_media_that_never_starts(world):
    door, apt, call = world.talking(
        apt=hook(world, "    pass"), replace=(('media_start = "5s"', 'media_start = "1s"'),))
    apt.ended(call, "media_failed")
    door.ended(call, "media_failed", DEADLINE)


def test_media_program_that_cannot_run(world):
    path = os.path.join(world.directory, "hook")
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/nonexistent/interpreter\n")
    os.chmod(path, 0o755)
    door, apt, call = world.talking(apt=f'[media]\ncommand = ["{path}"]\n')
    apt.ended(call, "media_failed")
    door.ended(call, "media_failed")


def test_buttons(world):
    bell = '[[button]]\nname = "bell"\npress = "call:apt"\n'
    panel = '[[button]]\nname = "one"\npress = "toggle"\n'
    door, apt = world.pair(door=bell, apt=panel)
    door.ask("press", name="bell")
    call = apt.incoming()
    door.refused("press", "already_sent", name="bell")
    apt.ask("press", name="one")
    door.change(call, "connected")
    door.refused("press", "busy", name="bell")
    apt.change(call, "connected")
    apt.ask("press", name="one")
    door.ended(call, "hang_up")
    apt.ended(call, "hang_up")
    apt.refused("press", "unknown_call", name="one")
    expect("these: bell" in door.refused("press", "invalid_argument", name="gong"), "message")


def test_call_over_mqtt_311(world):
    door, apt, call = world.talking(replace=(("[call]", 'protocol = "3.1.1"\n\n[call]'),))
    expect_equal(door.ask("status")["link"]["protocol"], "3.1.1", "protocol")
    text = world.cli("--socket", door.socket_path, "status").stdout
    expect("\nlacks    message_expiry, will_delay, session_expiry\n" in text, text)
    expect(apt.counter("freshness_queries") > 0, "the invite rang without proof that it is fresh")
    door.ask("hangup")
    apt.ended(call, "hang_up")


def test_two_lines(world):
    door, apt = world.pair(replace=(("[call]", "[call]\nlines = 2"),))
    gate = world.daemon("gate")
    gate.sees(apt, "idle")
    calls = [door.call("apt"), gate.call("apt")]
    for call in calls:
        apt.change(call, "incoming")
    message = apt.refused("answer", "invalid_argument")
    expect(all(call in message for call in calls), message)
    apt.ask("answer", call=calls[1])
    gate.change(calls[1], "connected")
    apt.ask("answer")  # only one rings now
    door.change(calls[0], "connected")
    expect_equal(len(apt.live()), 2, "live calls")
    third = world.daemon("back")
    third.sees(apt, "in_call")
    third.ended(third.call("apt"), "busy")
    gate.ask("hangup")
    apt.ended(calls[1], "hang_up")
    expect_equal([each["call"] for each in apt.live()], [calls[0]], "live calls")
