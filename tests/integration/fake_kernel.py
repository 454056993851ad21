"""A kernel with GPIO lines and keys for one program: a library that is loaded into it."""

import os
import socket
import time

from doorcall_broker import DEADLINE, Skipped, expect


class Kernel:
    """The fake kernel in one program."""

    def __init__(self, world, name, setup):
        library = os.path.join(world.binaries, "..", "tests", "hardware",
                               "libdoorcall_fake_kernel.so")
        if not os.path.exists(library):
            raise Skipped("built without libgpiod and libevdev")
        self.path = os.path.join(world.directory, name + ".kernel")
        self.environment = {"LD_PRELOAD": os.path.abspath(library),
                            "TMPDIR": world.directory,  # its folder outlives a kill -9
                            "ASAN_OPTIONS": "verify_asan_link_order=0",
                            "DOORCALL_FAKE_KERNEL": self.path,
                            "DOORCALL_FAKE_KERNEL_SETUP": ";".join(setup)}
        self.socket = None

    def say(self, command):
        if self.socket is None:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(DEADLINE)
            self.socket.connect(self.path)
            self.lines = self.socket.makefile("r")
        self.socket.sendall(command.encode() + b"\n")
        answer = self.lines.readline().strip()
        expect(not answer.startswith("?"), f"fake kernel: {command}: {answer}")
        return answer

    def press(self, seconds=0.06, line=3):
        self.hold(f"set_level 0 {line}", seconds)

    def tap(self, code):
        self.hold(f"key 1 {code}", 0.06)

    def hold(self, what, seconds):
        """A press takes its time, and so does the pause after which another is one."""
        self.say(f"{what} 1")
        time.sleep(seconds)
        self.say(f"{what} 0")
        time.sleep(0.03)


def wired(world, user, extra, setup):
    """A daemon with this much hardware, and its kernel."""
    kernel = Kernel(world, user, setup)
    return world.daemon(user, extra=extra, environment=kernel.environment), kernel
