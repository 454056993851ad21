"""Lamps on real lines, and lines that are missing, in use or taken away."""

from doorcall_testlib import expect, expect_equal

LAMP = """
[[lamp]]
name = "status"
gpio = "lamp"
ringing = "100ms 100ms"
calling = "200ms 200ms"
in_call = "on"
"""
BLINKS = 5


def blinks(changes):
    return len(changes) > 2 * BLINKS


def lit_until_now(changes):
    return changes[-1][1] == "1"


def dark_until_now(changes):
    return changes[-1][1] == "0"


def test_a_lamp_shows_the_call(device):
    chip = device.chip("panel", "lamp", "other")
    chip.plug()
    watch = device.watch(chip)
    door, apt = device.pair(apt=LAMP)
    expect_equal(len(watch.changes("lamp")), 1, "changes while nothing happens")
    call = door.call("apt")
    watch.until("lamp", blinks, "blinking while it rings")
    expect_equal(apt.lamp()["state"], "ringing", "status")
    apt.run("answer")
    apt.change(call, "connected")
    watch.until("lamp", lit_until_now, "light in the call")
    expect_equal(apt.lamp()["state"], "in_call", "status")
    changes = len(watch.changes("lamp"))
    door.run("hangup")
    apt.ended(call, "hang_up")
    seen = watch.until("lamp", dark_until_now, "end of the light")
    expect_equal(len(seen), changes + 1, "changes from the answer to the end")
    expect_equal(len(watch.changes("other")), 1, "changes of another line")


def test_a_lamp_whose_line_comes_later(device):
    chip = device.chip("panel", "lamp")
    door, apt = device.pair(apt=LAMP)
    fault = apt.lamp()["fault"]
    expect("lamp" in fault, f"the fault names the line: {fault!r}")
    apt.logged("lamp")
    call = door.call("apt")  # the rest goes on
    expect_equal(apt.incoming(), call, "the call that rings")
    chip.plug()
    apt.output_is("lamp", fault="")
    device.watch(chip).until("lamp", blinks, "blinking")


def test_a_lamp_whose_line_is_in_use(device):
    chip = device.chip("panel", "lamp")
    chip.plug()
    chip.hold("lamp")
    door, apt = device.pair(apt=LAMP)
    fault = apt.lamp()["fault"]
    expect("lamp" in fault and "use" in fault, f"the fault says that it is in use: {fault!r}")
    door.call("apt")
    apt.incoming()
    watch = device.watch(chip)
    expect_equal(len(watch.changes("lamp")), 1, "changes of a line that is not ours")
    chip.release("lamp")
    apt.output_is("lamp", fault="")
    watch.until("lamp", blinks, "blinking")


def test_a_chip_that_is_pulled_out_and_comes_back(device):
    chip = device.chip("panel", "lamp")
    chip.plug()
    door, apt = device.pair(apt=LAMP)
    call = door.call("apt")
    apt.incoming()
    device.watch(chip).until("lamp", blinks, "blinking")
    chip.unplug()
    apt.until(lambda: apt.lamp()["fault"] != "", "fault")
    chip.plug()
    apt.output_is("lamp", fault="")
    device.watch(chip).until("lamp", blinks, "blinking again")
    apt.run("answer")
    apt.change(call, "connected")
