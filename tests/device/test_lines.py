"""The emulated hardware itself: if this fails, the tests of the daemon mean nothing."""

import base64
import struct

from doorcall_testlib import expect, expect_equal

KEY_PHONE = 169


def test_a_pulled_line_changes_once(device):
    chip = device.chip("panel", "button", "lamp")
    chip.plug()
    watch = device.watch(chip)
    chip.pull("button", True)
    chip.pull("button", False)
    changes = watch.until("button", lambda seen: len(seen) >= 3, "press and release")
    expect_equal([value for _, value, _ in changes], ["0", "1", "0"], "button")
    expect_equal([value for _, value, _ in watch.changes("lamp")], ["0"], "lamp")
    expect_equal(len(watch.pulses("button")), 1, "pulses")


def test_a_key_arrives_at_its_node(device):
    keyboard = device.keyboard("test-keys", KEY_PHONE)
    reader = device.machine.start(f"head -c 96 /dev/input/{keyboard.node}", "/tmp/key")
    device.machine.wait_for(f"ls -l /proc/{reader}/fd | grep -q {keyboard.node}")
    keyboard.put(KEY_PHONE, 1, 0)
    device.machine.wait_for("[ $(wc -c </tmp/key) = 96 ]")
    data = base64.b64decode(device.machine.run("base64 /tmp/key"))
    codes = [event[2:] for event in struct.iter_unpack("qqHHi", data)]
    expect_equal(codes, [(1, KEY_PHONE, 1), (0, 0, 0), (1, KEY_PHONE, 0), (0, 0, 0)], "events")


def test_nobody_else_may_use_lines_and_keys(device):
    chip = device.chip("panel", "button")
    chip.plug()
    keyboard = device.keyboard("test-keys", KEY_PHONE)
    for node in (chip.chip_name, "input/" + keyboard.node):
        mode = device.machine.run(f"stat -c '%a %U' /dev/{node}")
        expect_equal(mode, "660 root\n", node)
    expect("gpio" in device.machine.run("id doorcall"), "the daemon's groups")
