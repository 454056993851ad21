"""The door: its relay's pulses on a real line, and what becomes of it when the daemon dies."""

from doorcall_testlib import expect, expect_equal

PULSE_MS = 700
LONGEST_MS = 1500
BUSY_MS = 1000  # what a busy machine may add
DOOR = f"""
[door]
gpio = "strike"
pulse = "{PULSE_MS}ms"
longest = "{LONGEST_MS}ms"
"""
BELL = """
[[button]]
name = "bell"
gpio = "button"
press = "call:apt"
"""
LAMP = """
[[lamp]]
name = "ring"
gpio = "lamp"
ringing = "100ms 100ms"
in_call = "on"
"""
HANDSET = """
[[button]]
name = "handset"
key = "KEY_PHONE"
press = "toggle"

[[button]]
name = "opener"
key = "KEY_OPEN"
press = "open"
"""
KEY_PHONE = 169
KEY_OPEN = 134
FEW_MOMENTS_MS = (0, 50, 100, 200, 400)
MANY_MOMENTS_MS = range(0, 600, 15)


class House:
    """A door station and an apartment that talk."""

    def __init__(self, device):
        self.machine = device.machine
        self.chip = device.chip("door", "strike", "other")
        self.chip.plug()
        self.watch = device.watch(self.chip)
        self.door, self.apt = device.pair(door=DOOR)
        self.door.output_is("relay", state="off", fault="")
        self.talk()

    def talk(self):
        self.call = self.door.call("apt")
        expect_equal(self.apt.incoming(), self.call, "the call that rings")
        self.apt.run("answer")
        self.apt.change(self.call, "connected")
        self.door.change(self.call, "connected")

    def pulse_ends(self, count):
        """Waits until there were so many pulses; returns the last one's bounds in ms."""
        self.watch.until("strike", lambda seen: len(seen) == 1 + 2 * count, f"{count} pulses")
        return self.watch.pulses("strike")[-1]

    def dark(self):
        return self.watch.changes("strike")[-1][1] == "0"


def test_a_door_opens_for_its_pulse(device):
    house = House(device)
    house.apt.run("door")
    shortest, longest = house.pulse_ends(1)
    expect(longest >= PULSE_MS, f"at most {longest} ms, not {PULSE_MS}")
    expect(shortest <= PULSE_MS + BUSY_MS, f"at least {shortest} ms, not {PULSE_MS}")
    print(f"   pulse of {PULSE_MS} ms: {shortest:.1f} to {longest:.1f} ms")
    expect_equal(len(house.watch.changes("other")), 1, "changes of another line")


def kill_at(device, moments):
    house = House(device)
    seen = 0
    for moment in moments:
        house.machine.run(f"{house.apt.cli} door >/dev/null 2>&1 & usleep {moment * 1000};"
                          f" kill -9 {house.door.process()}; sleep 1")
        expect(house.dark(), f"killed after {moment} ms: {house.watch.changes('strike')[-3:]}")
        for shortest, _ in house.watch.pulses("strike")[seen:]:
            expect(shortest <= LONGEST_MS, f"killed after {moment} ms: on for {shortest} ms")
        seen = len(house.watch.pulses("strike"))
        house.door.restart()
        house.door.output_is("relay", state="off", fault="")
        expect_equal(len(house.watch.pulses("strike")), seen, "pulses by starting")
        house.apt.until(lambda: not house.apt.run("status")["calls"], "end of the call")
        house.talk()
    print(f"   {len(moments)} times killed, {seen} times while or after the door was open")
    expect(seen > 0, "the door was never open")


def test_a_daemon_that_is_killed_leaves_no_door_open(device):
    kill_at(device, FEW_MOMENTS_MS)


def test_a_daemon_that_is_killed_at_many_moments_leaves_no_door_open(device):
    kill_at(device, MANY_MOMENTS_MS)


test_a_daemon_that_is_killed_at_many_moments_leaves_no_door_open.long = True


def test_a_daemon_that_hangs_leaves_no_door_open(device):
    house = House(device)
    house.apt.run("door")
    house.watch.until("strike", lambda seen: len(seen) == 2, "open door")
    house.machine.run(f"kill -STOP {house.door.process()}")
    shortest, _ = house.pulse_ends(1)
    house.machine.run(f"kill -CONT {house.door.process()}")
    expect(shortest <= LONGEST_MS + BUSY_MS, f"on for {shortest} ms")


def test_a_stop_closes_the_door(device):
    house = House(device)
    house.apt.run("door")
    house.watch.until("strike", lambda seen: len(seen) == 2, "open door")
    house.door.end()
    house.pulse_ends(1)
    expect_equal(house.machine.run("pidof doorcall-relay || true"), "", "the relay's program")


def test_killed_with_its_relay_program_the_line_is_free(device):
    house = House(device)
    house.apt.run("door")
    house.watch.until("strike", lambda seen: len(seen) == 2, "open door")
    house.machine.run(f"kill -9 {house.door.process()} $(pidof doorcall-relay)")
    house.pulse_ends(1)  # gpio-sim gives a line that nobody holds its pull
    house.door.restart()
    house.door.output_is("relay", state="off", fault="")


def test_a_relay_program_that_is_killed_is_started_again(device):
    house = House(device)
    house.machine.run("kill -9 $(pidof doorcall-relay)")
    house.machine.wait_for("pidof doorcall-relay")
    house.door.output_is("relay", state="off", fault="")
    house.apt.run("door")
    house.pulse_ends(1)


def test_from_the_bell_to_the_open_door(device):
    chip = device.chip("house", "button", "lamp", "strike")
    chip.plug()
    watch = device.watch(chip)
    keyboard = device.keyboard("handset", KEY_PHONE, KEY_OPEN)
    door, apt = device.pair(door=DOOR + BELL, apt=LAMP + HANDSET)
    door.input_is("bell", "ok")
    apt.input_is("handset", "ok")
    chip.press("button")
    call = apt.incoming()
    door.change(call, "remote_ringing")
    watch.until("lamp", lambda seen: len(seen) > 4, "blinking")
    keyboard.press(KEY_PHONE)
    apt.change(call, "connected")
    door.change(call, "connected")
    watch.until("lamp", lambda seen: seen[-1][1] == "1", "light in the call")
    keyboard.press(KEY_OPEN)
    watch.until("strike", lambda seen: len(seen) == 3, "open door")
    expect(watch.pulses("strike")[0][1] >= PULSE_MS, f"pulse: {watch.pulses('strike')}")
    keyboard.press(KEY_PHONE)
    apt.ended(call, "hang_up")
    watch.until("lamp", lambda seen: seen[-1][1] == "0", "end of the light")
    first = watch.changes("button")[1]
    ring = watch.changes("lamp")[1]
    print(f"   from the button to the other side's lamp: {ring[0] - first[0]:.1f} ms of the guest")
