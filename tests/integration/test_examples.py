"""The example programs, each against a daemon. They are built with the one link that was chosen."""

import os
import subprocess

from doorcall_testlib import DEADLINE, Skipped, expect, expect_equal


class Example:
    def __init__(self, world, name, *arguments):
        if world.production:
            raise Skipped("the examples have no certificates")
        self.process = subprocess.Popen(
            [os.path.join(world.binaries, "example_" + name), *arguments, "127.0.0.1",
             str(world.broker.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def says(self, text):
        """Reads lines until one begins with this."""
        seen = []
        while not (seen and seen[-1].startswith(text)):
            line = self.process.stdout.readline()
            expect(line, f"it ended and did not say {text!r}: {seen}")
            seen.append(line)

    def types(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def ends(self):
        self.process.stdin.close()
        expect_equal(self.process.wait(DEADLINE), 0, "exit code")


def test_example_own_loop(world):
    door = world.daemon("door")
    with Example(world, "own_loop", "apt") as example:
        door.until(lambda: door.devices.get("panel@apt") == "idle", "presence of the example")
        call = door.call("apt")
        door.change(call, "connected")
        door.ask("hangup")
        example.says("call ended door")
        example.ends()


def test_example_poll_loop(world):
    apt = world.daemon("apt")
    with Example(world, "poll_loop", "door", "apt") as example:
        example.says("online")
        apt.until(lambda: apt.devices.get("station@door") == "idle", "presence of the example")
        example.types("ring\n")
        call = apt.incoming()
        apt.ask("answer")
        example.says("call connected")
        example.types("\n")
        apt.ended(call, "hang_up")
        example.ends()


def test_example_buttons_and_media(world):
    door = world.daemon("door")
    with Example(world, "buttons_and_media", "apt") as example:
        door.until(lambda: door.devices.get("panel@apt") == "idle", "presence of the example")
        call = door.call("apt")
        example.says("call incoming")
        example.types("\n")
        example.says("media on in room " + call)
        door.change(call, "connected")
        example.types("\n")
        door.ended(call, "hang_up")
        example.says(f"media off in room {call}: hang_up")
        example.ends()


for each in (test_example_own_loop, test_example_poll_loop, test_example_buttons_and_media):
    each.link = "paho"
del each
