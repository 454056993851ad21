"""Chime, door relay and lamps of real daemons; the relay's line is a file (relay_on_file)."""

import os
import signal
import socket
import subprocess
import time

from doorcall_testlib import DEADLINE, Skipped, expect, expect_equal

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
gpio = "no-such-line"
ringing = "100ms 100ms"
"""


class FakeKernel:
    """The GPIO chips of a program that is started with this environment (tests/hardware)."""

    def __init__(self, world, setup):
        built = os.path.dirname(os.path.dirname(world.daemon_program))
        library = os.path.join(built, "tests", "hardware", "libdoorcall_fake_kernel.so")
        self.path = os.path.join(world.directory, "kernel.sock")
        self.environment = {**os.environ, "LD_PRELOAD": library,
                            "ASAN_OPTIONS": "verify_asan_link_order=0",
                            "DOORCALL_FAKE_KERNEL": self.path,
                            "DOORCALL_FAKE_KERNEL_SETUP": setup}
        self.socket = None

    def connect(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(self.path)

    def tell(self, command):
        self.socket.sendall(command.encode() + b"\n")
        return self.socket.makefile().readline().strip()

    def close(self):
        self.socket.close()
        os.unlink(self.path)


def words(path):
    """The first words of a file's lines."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line.split()[0] for line in file if line.strip()]


def output(daemon, kind):
    return next(each for each in daemon.ask("status")["outputs"] if each["kind"] == kind)


def relay(world, name, pulse="3s"):
    """The path of a new line, and the config of a relay on it."""
    line = os.path.join(world.directory, name)
    with open(line, "w", encoding="utf-8"):
        pass
    program = os.path.join(os.path.dirname(world.daemon_program), "relay_on_file")
    return line, RELAY.format(program=program, line=line, pulse=pulse)


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
    door.poll(lambda: words(line) == ["off"], "line that is off")
    expect_equal(output(door, "relay"),
                 {"kind": "relay", "name": "", "state": "off", "fault": ""}, "status")
    door.kill()
    door.poll(lambda: words(line) == ["off", "off", "released"], "released line")


def test_reloading_leaves_the_relay_alone_unless_it_changes(world):
    line, config = relay(world, "line")
    door = world.daemon("door", extra=config)
    door.poll(lambda: words(line) == ["off"], "line that is off")
    door.write_config(door.config_text.replace('pulse = "3s"', 'pulse = "2s"'))
    door.process.signal(signal.SIGHUP)
    door.poll(lambda: "reloaded" in read(door.log), "reload")
    expect_equal(words(line), ["off"], "the line")
    other, other_config = relay(world, "other")
    door.write_config(door.config_text.replace(config.replace('pulse = "3s"', 'pulse = "2s"'),
                                               other_config))
    door.process.signal(signal.SIGHUP)
    door.poll(lambda: words(other) == ["off"], "other line")
    expect_equal(words(line), ["off", "off", "released"], "the first line")


def test_the_relay_program_drives_a_gpio_line(world):
    kernel = FakeKernel(world, "add_chip 0 8;name_line 0 3 strike")
    relay = os.path.join(os.path.dirname(world.daemon_program), "doorcall-relay")
    for polarity, off, on in (([], "0", "1"), (["--active-low"], "1", "0")):
        with subprocess.Popen([relay, "--line", "strike", "--longest", "60000", *polarity],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              env=kernel.environment) as program:
            ready = program.stdout.readline()
            if "without GPIO" in ready:
                raise Skipped("built without GPIO")
            expect_equal(ready, "doorcall-relay 1\n", "first line")
            kernel.connect()
            expect_equal(kernel.tell("driven 0 3"), off, "the line at the start")
            by = time.clock_gettime(time.CLOCK_BOOTTIME) * 1000 + 60000
            program.stdin.write(f"pulse 50 {by:.0f}\npulse 60000 {by:.0f}\n")
            program.stdin.flush()
            for pulse in ("first", "second"):
                expect_equal(program.stdout.readline(), "on\n", f"answer to the {pulse} pulse")
            expect_equal(kernel.tell("driven 0 3"), on, "the line in the pulse")
            kernel.tell("remove_chip 0")
            program.stdin.write("check\n")
            program.stdin.flush()
            expect_equal(program.stdout.readlines(), ["failed the line is gone\n"], "answer")
        kernel.close()
        expect_equal(program.returncode, 1, "exit code")


def test_a_missing_line_is_told_and_the_rest_goes_on(world):
    skip_without_gpio(world)
    apt = world.daemon("apt", extra=LAMP)
    fault = output(apt, "lamp")["fault"]
    expect("no-such-line" in fault, fault)
    expect("lamp" in read(apt.log) and "no-such-line" in read(apt.log), "the log")
    status = world.cli("--socket", apt.socket_path, "status").stdout
    expect("output   lamp" in status and "FAULT: " in status, status)
    door = world.daemon("door")
    door.call("apt")
    apt.incoming()


def skip_without_gpio(world):
    path = os.path.join(world.directory, "lamp.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write('[device]\nuser = "a"\ndevice = "b"\n[broker]\nhost = "c"\n' + LAMP)
    done = subprocess.run([world.daemon_program, "--config", path, "--check"],
                          capture_output=True, text=True, timeout=DEADLINE, check=False)
    if "has no GPIO" in done.stderr:
        raise Skipped("built without GPIO")
    expect_equal((done.returncode, done.stdout), (0, "config ok\n"), "--check")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()
