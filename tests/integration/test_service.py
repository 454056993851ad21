"""The daemon under a service manager that speaks sd_notify, played by a socket of the test's."""

import os
import signal
import socket

from doorcall_testlib import DEADLINE, expect, expect_equal

ENVIRONMENT_HOOK = """
[media]
command = ["/bin/sh", "-c", "echo doorcall-hook 1; echo log [$NOTIFY_SOCKET$WATCHDOG_USEC]; cat"]
"""


class Manager:
    """What systemd would hear."""

    def __init__(self, world, watchdog_ms=0):
        self.path = os.path.join(world.directory, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(DEADLINE)
        wrapper = os.path.join(world.directory, "started-by-manager")
        with open(wrapper, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n"
                       f"export NOTIFY_SOCKET={self.path} WATCHDOG_USEC={watchdog_ms * 1000}"
                       f" WATCHDOG_PID=$$\nexec {world.daemon_program} \"$@\"\n")
        os.chmod(wrapper, 0o755)
        world.daemon_program = wrapper

    def next(self):
        return self.socket.recv(4096).decode()

    def until(self, wanted):
        """All that is heard up to a message that begins so."""
        heard = [self.next()]
        while not heard[-1].startswith(wanted):
            heard.append(self.next())
        return heard

    def nothing_more(self):
        self.socket.setblocking(False)
        try:
            expect(False, f"the manager hears {self.next()!r}")
        except BlockingIOError:
            pass
        self.socket.settimeout(DEADLINE)


def test_service_manager_hears_start_reload_and_stop(world):
    manager = Manager(world)
    door = world.daemon("door")
    heard = manager.until("STATUS=connected")
    expect_equal([text for text in heard if not text.startswith("STATUS=")], ["READY=1"], "start")
    expect_equal(heard[-1], "STATUS=connected, 0 calls", "status")
    door.process.signal(signal.SIGHUP)
    heard = manager.until("READY=1")
    expect(heard[0].startswith("RELOADING=1\nMONOTONIC_USEC="), f"reload: {heard}")
    expect_equal(len(heard), 2, f"messages of a reload: {heard}")
    expect_equal(door.end(), 0, "exit code")
    expect("STOPPING=1" in manager.until("STATUS=stopped"), "it did not say that it stops")


def test_service_manager_sees_the_calls(world):
    manager = Manager(world)
    door = world.daemon("door")
    manager.until("STATUS=connected")
    call = door.call("nobody", wait_offline=True)
    manager.until("STATUS=connected, 1 call")
    door.run("cancel")
    door.ended(call, "cancelled")
    manager.until("STATUS=connected, 0 calls")


def test_service_watchdog_is_fed_only_while_it_runs(world):
    manager = Manager(world, watchdog_ms=400)
    door = world.daemon("door")
    for _ in range(4):  # an idle daemon, too
        manager.until("WATCHDOG=1")
    door.process.stop()
    manager.socket.settimeout(2.0)  # five times what the watchdog allows
    try:
        while True:
            manager.next()  # what it had said before
    except TimeoutError:
        pass
    manager.socket.settimeout(DEADLINE)
    door.process.cont()
    manager.until("WATCHDOG=1")


def test_service_without_a_watchdog_feeds_none(world):
    manager = Manager(world)
    world.daemon("door")
    heard = manager.until("STATUS=connected")
    expect("WATCHDOG=1" not in heard, f"heard {heard}")
    manager.nothing_more()


def test_service_environment_is_not_for_hooks(world):
    Manager(world, watchdog_ms=60_000)
    door, _, _ = world.talking(extra=ENVIRONMENT_HOOK)

    def said():
        with open(door.log, encoding="utf-8") as file:
            return "[]" in file.read()
    door.poll(said, "word of the hook that it knows neither")
