"""Chime, door relay and lamps of real daemons; the relay's line is a file (relay_on_file)."""

import os
import signal
import subprocess
import time

from doorcall_broker import expect, expect_equal, text_of
from fake_kernel import Kernel, wired

CHIME = '''
[chime]
command = ["sh", "-c", """
trap 'echo end >>{0}; exit 0' TERM
echo sounds >>{0}
tail -f /dev/null & wait
"""]
'''

RELAY = """
[door]
command = ["{program}", "--line", "{line}:0", "--longest", "10000"]
pulse = "{pulse}"
longest = "10s"
"""

LAMP = """
[[lamp]]
name = "bell"
gpio = "bell"
ringing = "100ms 100ms"
"""

CONTACT = """
[door]
contact = "gpiochip0:5"
"""

LINES = ("add_chip 0 8", "name_line 0 2 bell")
STRIKE = ("add_chip 0 8", "name_line 0 3 strike")


def words(path):
    """The first words of a file's lines."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line.split()[0] for line in file if line.strip()]


def output(daemon, kind):
    return next(each for each in daemon.ask("status")["outputs"] if each["kind"] == kind)


def ready_to_open(door, line):
    """The relay's program has said so, and the daemon has heard it."""
    door.poll(lambda: words(line) == ["off"], "line that is off")
    door.poll(lambda: "relay: ready" in text_of(door.log), "relay that is ready")


def relay_program(world, name="doorcall-relay"):
    return os.path.join(world.binaries, name)


def relay(world, name, pulse="3s"):
    """The path of a new line, and the config of a relay on it."""
    line = os.path.join(world.directory, name)
    with open(line, "w", encoding="utf-8"):
        pass
    return line, RELAY.format(program=relay_program(world, "relay_on_file"), line=line, pulse=pulse)


def test_the_chime_sounds_from_ringing_to_answer(world):
    notes = os.path.join(world.directory, "notes")
    apt = world.daemon("apt", extra=CHIME.format(notes))
    door = world.daemon("door")
    door.call("apt")
    apt.incoming()
    apt.poll(lambda: words(notes) == ["sounds"], "sound")
    expect_equal(output(apt, "chime")["state"], "on", "status")
    apt.ask("answer")
    apt.poll(lambda: words(notes) == ["sounds", "end"], "end of the sound")
    expect_equal(output(apt, "chime")["state"], "off", "status")


def test_a_killed_daemon_leaves_the_relay_off(world):
    line, config = relay(world, "line")
    door = world.daemon("door", extra=config)
    ready_to_open(door, line)
    expect_equal(output(door, "relay"),
                 {"kind": "relay", "name": "", "state": "off", "fault": ""}, "status")
    door.kill()
    door.poll(lambda: words(line) == ["off", "off", "released"], "released line")


def test_the_relay_opens_for_who_is_in_the_call(world):
    line, config = relay(world, "line", pulse="100ms")
    door = world.daemon("door", extra=config)
    apt = world.daemon("apt")
    door.sees(apt, "idle")
    ready_to_open(door, line)
    call = door.call("apt")
    apt.incoming()
    apt.ask("answer")
    door.change(call, "connected")
    expect_equal(apt.ask("door")["result"], "opened", "answer")
    door.event(type="door", change="opened", here=True, user="apt")
    door.poll(lambda: words(line) == ["off", "on", "off"], "pulse")
    os.unlink(line)
    apt.refused("door", "failed")


def test_a_daemon_killed_in_a_pulse_leaves_the_relay_off(world):
    line, config = relay(world, "line", pulse="10s")
    door = world.daemon("door", extra=config)
    ready_to_open(door, line)
    door.ask("door")
    expect_equal(words(line), ["off", "on"], "the line in the pulse")
    door.kill()
    door.poll(lambda: words(line) == ["off", "on", "off", "released"], "released line")


def test_the_opened_door_ends_all_ringing(world):
    door, kernel = wired(world, "door", CONTACT, LINES)
    hall, kitchen = (world.daemon("apt", device=device) for device in ("hall", "kitchen"))
    for panel in (hall, kitchen):
        door.sees(panel, "idle")
    call = door.call("apt")
    expect_equal({hall.incoming(), kitchen.incoming()}, {call}, "the call that rings")
    kernel.say("set_level 0 5 1")
    for each in (door, hall, kitchen):
        each.ended(call, "door_opened")


def test_reloading_leaves_the_relay_alone_unless_it_changes(world):
    line, config = relay(world, "line")
    door = world.daemon("door", extra=config)
    ready_to_open(door, line)
    door.write_config(door.config_text.replace('pulse = "3s"', 'pulse = "2s"'))
    door.process.signal(signal.SIGHUP)
    door.poll(lambda: "reloaded" in text_of(door.log), "reload")
    expect_equal(words(line), ["off"], "the line")
    other, other_config = relay(world, "other")
    door.write_config(door.config_text.replace(config.replace('pulse = "3s"', 'pulse = "2s"'),
                                               other_config))
    door.process.signal(signal.SIGHUP)
    door.poll(lambda: words(other) == ["off"], "other line")
    expect_equal(words(line), ["off", "off", "released"], "the first line")


def test_the_relay_program_drives_a_gpio_line(world):
    for name, polarity, off, on in (("high", [], "0", "1"), ("low", ["--active-low"], "1", "0")):
        kernel = Kernel(world, name, STRIKE)
        with subprocess.Popen([relay_program(world), "--line", "strike", *polarity],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, **kernel.environment}) as program:
            expect_equal(program.stdout.readline(), "doorcall-relay 1\n", "first line")
            expect_equal(kernel.say("driven 0 3"), off, "the line at the start")
            by = time.clock_gettime(time.CLOCK_BOOTTIME) * 1000 + 60000
            program.stdin.write(f"pulse 10000 {by:.0f}\n")
            program.stdin.flush()
            expect_equal(program.stdout.readline(), "on\n", "answer")
            expect_equal(kernel.say("driven 0 3"), on, "the line in the pulse")
            kernel.say("remove_chip 0")
            program.stdin.write("check\n")
            program.stdin.flush()
            expect_equal(program.stdout.read(), "failed the line is gone\n", "answer")
        expect_equal(program.returncode, 1, "exit code")


def test_a_lamp_and_a_contact_follow_their_lines(world):
    apt, kernel = wired(world, "apt", LAMP + CONTACT, LINES)
    expect_equal(kernel.say("driven 0 2"), "0", "the lamp at the start")
    expect_equal(output(apt, "contact")["state"], "closed", "contact")
    kernel.say("set_level 0 5 1")
    apt.poll(lambda: output(apt, "contact")["state"] == "open", "open contact")
    door = world.daemon("door")
    door.call("apt")
    apt.incoming()
    apt.poll(lambda: kernel.say("driven 0 2") == "1", "lit lamp")
    apt.poll(lambda: kernel.say("driven 0 2") == "0", "dark lamp")
    kernel.say("remove_chip 0")
    apt.poll(lambda: output(apt, "lamp")["fault"] and output(apt, "contact")["fault"], "faults")
    for command in LINES:
        kernel.say(command)
    apt.poll(lambda: not output(apt, "lamp")["fault"], "lamp that works again")
    apt.poll(lambda: kernel.say("driven 0 2") == "1", "lit lamp")


def test_a_missing_line_is_told_and_the_rest_goes_on(world):
    apt, _ = wired(world, "apt", LAMP, ())
    fault = output(apt, "lamp")["fault"]
    expect("bell" in fault, fault)
    expect("lamp" in text_of(apt.log) and "bell" in text_of(apt.log), "the log")
    status = world.cli("--socket", apt.socket_path, "status").stdout
    expect("output   lamp" in status and "FAULT: " in status, status)
    door = world.daemon("door")
    door.call("apt")
    apt.incoming()
