"""The booted device as the tests see it: simulated lines, keyboards, a broker and daemons."""

import json
import os
import re
import time

from doorcall_testlib import Daemon, Failed, expect, expect_equal

DEADLINE = 60.0  # the guest is emulated, and the machine may be busy
POLL = 0.03      # nobody tells when a file in the guest grows
CHIP = "/sys/kernel/config/gpio-sim/{name}"
ETC = "/etc/doorcall"

CONFIG = """
[device]
user = "{user}"
device = "{device}"
name = "The {user}"

[broker]
host = "127.0.0.1"
will_delay = "1s"
keep_alive = "10s"

[control]
socket = "/run/doorcall/{user}.sock"

[log]
level = "debug"
"""


class Chip:
    """A GPIO chip of the kernel's gpio-sim; its lines are named and held low."""

    def __init__(self, machine, name, lines):
        self.machine = machine
        self.name = name
        self.lines = lines
        self.path = CHIP.format(name=name)
        made = [f"mkdir {self.path} {self.path}/bank",
                f"echo {len(lines)} >{self.path}/bank/num_lines",
                f"echo {name} >{self.path}/bank/label"]
        for number, line in enumerate(lines):
            made += [f"mkdir {self.path}/bank/line{number}",
                     f"echo {line} >{self.path}/bank/line{number}/name"]
        machine.run("set -e\n" + "\n".join(made))

    def plug(self):
        """The chip is there from now on, its node in /dev for the group gpio."""
        self.machine.run(f"echo 1 >{self.path}/live")
        device = self.machine.run(f"cat {self.path}/dev_name").strip()
        self.chip_name = self.machine.run(f"cat {self.path}/bank/chip_name").strip()
        self.sysfs = f"/sys/devices/platform/{device}/{self.chip_name}"
        self.machine.wait_for(f"stat -c %G /dev/{self.chip_name} | grep -qx gpio")

    def unplug(self):
        self.machine.run(f"echo 0 >{self.path}/live")

    def file(self, line, name):
        return f"{self.sysfs}/sim_gpio{self.lines.index(line)}/{name}"

    def pull(self, line, high):
        """What an outside hand does to a line: a button's contact, a wire."""
        self.machine.run(f"echo pull-{'up' if high else 'down'} >{self.file(line, 'pull')}")

    def press(self, line, high=True):
        self.pull(line, high)
        self.machine.run("sleep 0.1")
        self.pull(line, not high)

    def value(self, line):
        return self.machine.run(f"cat {self.file(line, 'value')}").strip() == "1"

    def hold(self, line):
        """Another program takes the line, until release()."""
        gpio = self.number(line)
        self.machine.run(f"echo {gpio} >/sys/class/gpio/export")

    def release(self, line):
        self.machine.run(f"echo {self.number(line)} >/sys/class/gpio/unexport")

    def number(self, line):
        base = self.machine.run(f"cat {os.path.dirname(self.sysfs)}/gpio/gpiochip*/base")
        return int(base) + self.lines.index(line)

    def remove(self):
        self.machine.run(f"echo 0 >{self.path}/live; rmdir {self.path}/bank/line* {self.path}/bank"
                         f" {self.path}")


class LineWatch:
    """Notes all changes of a chip's lines, with the guest's clock."""

    def __init__(self, chip):
        self.machine = chip.machine
        self.output = f"/tmp/lines-{chip.name}"
        files = " ".join(f"{line}={chip.file(line, 'value')}" for line in chip.lines)
        self.process = self.machine.start(f"/test/line_watch {self.output} {files}")
        self.machine.wait_for(f"[ -s {self.output} ]")

    def changes(self, line):
        """All changes so far: (ms, value, how late the ms may be). The first is how it was."""
        found = []
        for text in self.machine.run(f"cat {self.output}").splitlines():
            at, name, value, late = text.split()
            if name == line:
                found.append((float(at), value, float(late)))
        return found

    def pulses(self, line):
        """How long the line was high each time: (shortest, longest) in ms, as far as is seen."""
        changes = self.changes(line)
        return [(off[0] - off[2] - on[0], off[0] - on[0] + on[2])
                for on, off in zip(changes, changes[1:]) if on[1] == "1"]

    def until(self, line, condition, what):
        """Waits until `condition(changes)` is true."""
        end = time.monotonic() + DEADLINE
        while not condition(changes := self.changes(line)):
            expect(time.monotonic() < end, f"{line}: no {what}; seen: {changes[-20:]}")
            time.sleep(POLL)
        return changes

    def close(self):
        self.machine.run(f"kill {self.process}; rm -f {self.output}")


class Keyboard:
    """A keyboard of the kernel's uinput, plugged in until close()."""

    def __init__(self, machine, name, codes):
        self.machine = machine
        self.fifo = f"/tmp/keys-{name}"
        before = machine.run("ls /dev/input").split()
        machine.run(f"mkfifo {self.fifo}")
        self.process = machine.start(
            f"/test/keyboard {name} {self.fifo} {' '.join(map(str, codes))}")
        machine.wait_for(f"grep -qx 'N: Name=\"{name}\"' /proc/bus/input/devices")
        self.node = self.event_node(name)
        expect(self.node not in before, f"{self.node} is new")
        machine.wait_for(f"stat -c %G /dev/input/{self.node} | grep -qx input")

    def event_node(self, name):
        devices = self.machine.run("cat /proc/bus/input/devices").split("\n\n")
        found = next(text for text in devices if f'Name="{name}"' in text)
        return re.search(r"event\d+", found).group()

    def put(self, code, *values):
        """Key values one after the other: 1 pressed, 2 repeats, 0 released."""
        self.machine.run("".join(f"echo {code} {value} >{self.fifo}\n" for value in values))

    def press(self, code):
        self.put(code, 1)
        self.machine.run("sleep 0.1")
        self.put(code, 0)

    def close(self):
        self.machine.run(f"kill {self.process}; rm -f {self.fifo}")


class GuestDaemon(Daemon):
    """A daemon in the guest under the plain init script, and all that its `watch` tells."""

    def __init__(self, device, user, extra=""):
        self.machine = device.machine
        self.user = user
        self.account = f"one@{user}"
        self.script = f"/etc/init.d/doorcalld-{user}"
        self.cli = f"doorcall --socket /run/doorcall/{user}.sock --json"
        self.stream = f"/tmp/{user}.events"
        self.log = f"/tmp/{user}.log"
        text = CONFIG.format(user=user, device="one") + extra
        self.machine.put(f"{ETC}/doorcalld-{user}.toml", text)
        self.machine.put(f"/etc/default/doorcalld-{user}", f'LOG="tee -a {self.log}"\n')
        self.machine.run(f"ln -sf doorcalld {self.script}; rm -f {self.log}")
        self.watcher = None
        self.start()

    # --- life

    def start(self):
        self.events = []
        self.devices = {}
        self.link = ""
        self.read = 0
        self.machine.run(f"rm -f {self.stream}; {self.script} start")
        self.machine.wait_for(f"{self.cli} status")
        self.watcher = self.machine.start(f"{self.cli} watch", self.stream)

    def process(self):
        return int(self.machine.run(f"cat /run/doorcalld-{self.user}.pid"))

    def kill(self):
        """kill -9, and nobody starts it again."""
        self.machine.run(f"kill -9 {self.process()}")

    def end(self):
        self.machine.run(f"{self.script} stop; kill {self.watcher} 2>/dev/null || true")

    def restart(self):
        self.machine.run(f"kill {self.watcher} 2>/dev/null || true")
        self.start()
        return self.online()

    # --- what it says

    def until(self, condition, what, timeout=DEADLINE):
        end = time.monotonic() + timeout
        while True:
            self.take_new()
            result = condition()
            if result:
                return result
            if time.monotonic() > end:
                raise Failed(f"{self.account}: no {what} within {timeout} s; "
                             f"seen: {self.events[-6:]}\n{self.log_tail()}")
            time.sleep(POLL)

    def take_new(self):
        text = self.machine.run(f"tail -c +{self.read + 1} {self.stream}")
        whole = text[:text.rfind("\n") + 1]
        self.read += len(whole.encode())
        for line in whole.splitlines():
            self.take(json.loads(line))

    def take(self, event):
        if event["type"] == "snapshot":
            self.link = event["link"]["state"]
            for device in event["devices"]:
                self.devices[f"{device['device']}@{device['user']}"] = device["state"]
            return
        self.events.append(event)
        if event["type"] == "link":
            self.link = event["state"]
        elif event["type"] == "presence":
            self.devices[f"{event['device']}@{event['user']}"] = event["state"]

    def count(self, **wanted):
        """How many events with these members there were so far."""
        self.take_new()
        return sum(all(event.get(key) == value for key, value in wanted.items())
                   for event in self.events)

    def log_text(self):
        return self.machine.run(f"cat {self.log}")

    def log_tail(self):
        return "\n".join(self.log_text().splitlines()[-15:])

    def logged(self, text, times=1):
        self.machine.wait_for(f"[ $(grep -cF '{text}' {self.log}) -ge {times} ]")

    def status_of(self, what, **name):
        """The first of the status' outputs or inputs with these members."""
        return next(each for each in self.run("status")[what] if name.items() <= each.items())

    def status_is(self, what, name, **wanted):
        """Waits until the status says so of an output or input."""
        end = time.monotonic() + DEADLINE
        while not wanted.items() <= (seen := self.status_of(what, **name)).items():
            expect(time.monotonic() < end, f"{seen}, not {wanted}\n{self.log_tail()}")
            time.sleep(POLL)

    def lamp(self):
        return self.status_of("outputs", kind="lamp")

    def output_is(self, kind, **wanted):
        self.status_is("outputs", {"kind": kind}, **wanted)

    def input_is(self, button, state):
        self.status_is("inputs", {"button": button}, state=state)

    # --- what it is told

    def run(self, *arguments, code=0):
        words = " ".join(f"'{word}'" for word in arguments)
        got, output = self.machine.try_run(f"{self.cli} {words}")
        expect_equal(got, code, f"{self.account}: doorcall {words}: {output}")
        return json.loads(output) if output.strip().startswith("{") else output

    def call(self, user):
        return self.run("call", user)["call"]


class Device:
    """One test's lines, keyboards and daemons, with a broker. After a test that went well all of it
    is taken away again."""

    def __init__(self, machine):
        self.machine = machine
        self.closers = []
        machine.run("sed '/^persistence/d' /etc/mosquitto.conf >/run/mosquitto.conf;"
                    " echo user nobody >>/run/mosquitto.conf")
        self.broker = machine.start("mosquitto -c /run/mosquitto.conf", "/tmp/broker.log")
        machine.wait_for("netstat -ltn | grep -q :1883")

    def add(self, part, close):
        self.closers.append(close)
        return part

    def chip(self, name, *lines):
        chip = Chip(self.machine, name, lines)
        return self.add(chip, chip.remove)

    def watch(self, chip):
        watch = LineWatch(chip)
        return self.add(watch, watch.close)

    def keyboard(self, name, *codes):
        keyboard = Keyboard(self.machine, name, codes)
        return self.add(keyboard, keyboard.close)

    def daemon(self, user, extra=""):
        daemon = GuestDaemon(self, user, extra)
        return self.add(daemon, daemon.end).online()

    def pair(self, door="", apt=""):
        """A door and an apartment that know each other."""
        door, apt = self.daemon("door", door), self.daemon("apt", apt)
        door.sees(apt, "idle")
        apt.sees(door, "idle")
        return door, apt

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:  # else the machine is not used again
            for close in reversed(self.closers):
                close()
            self.machine.run(f"kill {self.broker}")
