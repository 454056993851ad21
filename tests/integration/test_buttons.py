"""Real daemons with wires: a fake kernel is loaded into them, whose lines and keys move here."""

import signal

from doorcall_testlib import expect, expect_equal
from fake_kernel import wired

BELL = """
[[button]]
name = "bell"
press = "call:apt"
long_press = "dnd"
long_time = "2s"
gpio = "bell"
"""
KEY = """
[[button]]
name = "handset"
press = "toggle"
key = "KEY_PHONE"
"""
KEY_PHONE = 169


GPIO = ("add_chip 0 8", "name_line 0 3 bell")


def states(daemon):
    return {each["button"]: each["state"] for each in daemon.ask("status")["inputs"]}


def test_a_wired_bell_rings_and_a_key_answers(world):
    door, bell = wired(world, "door", BELL, GPIO)
    apt, keys = wired(world, "apt", KEY, (f"add_keyboard 1 handset {KEY_PHONE}",))
    door.sees(apt, "idle")
    bell.press()
    call = apt.incoming()
    door.event(type="button", button="bell", change="action", kind="single", code="ok")
    bell.press()
    door.event(type="button", button="bell", change="action", kind="single", code="already_sent")
    keys.tap(KEY_PHONE)
    door.change(call, "connected")
    keys.tap(KEY_PHONE)
    door.ended(call, "hang_up")
    bell.press(2.5)
    door.event(type="button", button="bell", change="action", kind="long", code="ok")
    expect(door.ask("status")["mode"]["dnd"], "a long press switches do not disturb on")


def test_missing_hardware_is_told_and_used_when_it_comes(world):
    door, kernel = wired(world, "door", BELL + KEY, ("add_chip 0 2",))
    expect_equal(states(door), {"bell": "missing", "handset": "missing"}, "inputs")
    text = world.cli("--socket", door.socket_path, "status").stdout
    expect("bell  missing  GPIO line bell  no GPIO line has the name \"bell\"" in text, text)
    kernel.say(f"add_keyboard 1 handset {KEY_PHONE}")
    door.event(type="button", button="handset", change="state", state="ok")
    kernel.say("remove_chip 0")
    kernel.say("add_chip 0 8")
    kernel.say("name_line 0 3 bell")
    door.event(type="button", button="bell", change="state", state="ok")
    kernel.say("remove_keyboard 1")
    door.event(type="button", button="handset", change="state", state="missing")
    expect_equal(states(door), {"bell": "ok", "handset": "missing"}, "inputs")
    kernel.press()
    door.event(type="button", button="bell", change="action", kind="single")


def test_a_reload_moves_wires_and_drops_no_call(world):
    door, kernel = wired(world, "door", BELL, GPIO)
    apt = world.daemon("apt")
    door.sees(apt, "idle")
    kernel.press()
    call = apt.incoming()
    apt.ask("answer")
    door.change(call, "connected")
    door.write_config(door.config_text.replace('gpio = "bell"', 'gpio = "gpiochip0:5"')
                      .replace("call:apt", "hang_up"))
    door.process.signal(signal.SIGHUP)
    door.poll(lambda: door.ask("status")["inputs"][0]["source"] == "GPIO line gpiochip0:5", "wire")
    expect_equal(len(door.live()), 1, "the call goes on")
    kernel.press()
    expect_equal(len(door.live()), 1, "the old wire does nothing")
    kernel.press(line=5)
    door.ended(call, "hang_up")


def test_kinds_of_press_by_command(world):
    door = world.daemon("door", extra='\n[[button]]\nname = "b"\npress = "hang_up"\n'
                                      'long_press = "dnd"\n')
    door.ask("press", name="b", kind="long")
    expect(door.ask("status")["mode"]["dnd"], "do not disturb")
    door.run("press", "b", "--long")
    expect(not door.ask("status")["mode"]["dnd"], "no do not disturb")
    message = door.refused("press", "invalid_argument", name="b", kind="double")
    expect("no double press for button 'b'" in message, message)
    door.refused("press", "invalid_argument", name="b", kind="triple")
