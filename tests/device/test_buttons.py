"""Buttons on lines and keys of input devices, through the kernel's own queues and clocks."""

from doorcall_testlib import expect, expect_equal

KEY_PHONE = 169
GPIO = """
[[button]]
name = "bell"
gpio = "button"
press = "dnd"
{extra}
"""
KEY = """
[[button]]
name = "handset"
key = "KEY_PHONE"
press = "dnd"
{extra}
"""
BOUNCES = 2000


def pressed(daemon, times):
    """So often a press has acted, and no oftener."""
    def count():
        return daemon.count(type="button", change="action")
    daemon.until(lambda: count() >= times, f"{times} presses")
    expect_equal(count(), times, "presses")


def plugged(device, extra=""):
    chip = device.chip("panel", "button")
    chip.plug()
    door = device.daemon("door", GPIO.format(extra=extra))
    door.input_is("bell", "ok")
    return chip, door


def test_each_press_counts_once(device):
    chip, door = plugged(device)
    for times in (1, 2, 3):
        chip.press("button")
        pressed(door, times)


def test_a_held_button_is_one_press(device):
    chip, door = plugged(device)
    chip.pull("button", True)
    pressed(door, 1)
    device.machine.run("sleep 3")
    chip.pull("button", False)
    pressed(door, 1)
    chip.press("button")
    pressed(door, 2)


def test_a_button_that_bounces_is_one_press(device):
    chip, door = plugged(device, 'debounce = "100ms"')
    pull = chip.file("button", "pull")
    bounce = (f"n=0; while [ $n -lt {BOUNCES} ]; do echo pull-up; echo pull-down; n=$((n + 1));"
              f" done >{pull}")
    before = device.machine.run(f"cat /proc/{door.process()}/stat").split()
    device.machine.run(f"{bounce}; echo pull-up >{pull}; sleep 0.3; {bounce}")
    pressed(door, 1)
    after = device.machine.run(f"cat /proc/{door.process()}/stat").split()
    ticks = sum(int(after[i]) - int(before[i]) for i in (13, 14))
    print(f"   {4 * BOUNCES} edges cost {ticks * 10} ms of the daemon's time")
    chip.press("button")
    pressed(door, 2)


def test_a_touch_that_is_too_short_is_no_press(device):
    chip, door = plugged(device, 'hold = "500ms"')
    pull = chip.file("button", "pull")
    device.machine.run(f"echo pull-up >{pull}; echo pull-down >{pull}; sleep 1")
    chip.pull("button", True)
    pressed(door, 1)


def test_a_button_that_pulls_its_line_low(device):
    chip, door = plugged(device, 'active_low = true\nbias = "pull_up"')
    expect(chip.value("button"), "the pull-up that was asked for")
    chip.press("button", high=False)
    pressed(door, 1)


def test_a_button_whose_line_comes_and_goes(device):
    chip = device.chip("panel", "button")
    door = device.daemon("door", GPIO.format(extra=""))
    for times in (1, 2):
        door.input_is("bell", "missing")
        expect("button" in door.status_of("inputs", button="bell")["text"], "it names the line")
        chip.plug()
        door.input_is("bell", "ok")
        chip.press("button")
        pressed(door, times)
        chip.unplug()


def test_a_button_whose_line_is_in_use(device):
    chip = device.chip("panel", "button")
    chip.plug()
    chip.hold("button")
    door = device.daemon("door", GPIO.format(extra=""))
    door.input_is("bell", "error")
    expect("use" in door.status_of("inputs", button="bell")["text"], "it says why")
    chip.release("button")
    door.input_is("bell", "ok")
    chip.press("button")
    pressed(door, 1)


def test_a_key_is_a_button(device):
    keyboard = device.keyboard("handset", KEY_PHONE)
    door = device.daemon("door", KEY.format(extra=""))
    door.input_is("handset", "ok")
    keyboard.press(KEY_PHONE)
    pressed(door, 1)
    keyboard.put(KEY_PHONE, 1, 2, 2, 2)
    pressed(door, 2)
    keyboard.put(KEY_PHONE, 0)
    keyboard.press(KEY_PHONE)
    pressed(door, 3)


def test_a_keyboard_that_is_unplugged_and_comes_back(device):
    door = device.daemon("door", KEY.format(extra='device = "handset"'))
    for times in (1, 2):
        door.input_is("handset", "missing")
        keyboard = device.keyboard("handset", KEY_PHONE)
        door.input_is("handset", "ok")
        keyboard.put(KEY_PHONE, 1)  # it is unplugged while the key is down
        pressed(door, times)
        keyboard.close()


def test_nobody_else_gets_keys_that_are_grabbed(device):
    keyboard = device.keyboard("handset", KEY_PHONE)
    door = device.daemon("door", KEY.format(extra="grab = true"))
    door.input_is("handset", "ok")
    device.machine.start(f"head -c 24 /dev/input/{keyboard.node}", "/tmp/overheard")
    keyboard.press(KEY_PHONE)
    pressed(door, 1)
    expect_equal(device.machine.run("cat /tmp/overheard"), "", "what another program gets")
