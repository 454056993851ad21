"""A media hook without a daemon: its lines, as platform/HOOKS.md has them."""

import base64
import os
import subprocess
import threading

from doorcall_broker import expect
from tone import PATIENCE


class HookProcess:
    def __init__(self, world, role, command, media="audio", place=None, environment=()):
        environment = {**os.environ, "DOORCALL_CALL_ID": "0" * 32, "DOORCALL_ROLE": role,
                       "DOORCALL_PEER": "one@other", "DOORCALL_MEDIA": media,
                       "DOORCALL_BROKER": world.wire.ports["broker"].address, **dict(environment)}
        self.role = role
        self.lines = []
        self.changed = threading.Condition()
        self.errors = open(world.file(f"{role}-{id(self)}.log"), "wb")
        self.child = subprocess.Popen([*(world.prefix(place) if place else []), *command],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=self.errors, text=True, env=environment)
        threading.Thread(target=self.keep, daemon=True).start()
        world.hooks.append(self)

    def keep(self):
        for line in self.child.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def say(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def until(self, condition, what, timeout=PATIENCE):
        with self.changed:
            found = self.changed.wait_for(lambda: condition(self.lines), timeout)
            expect(found, f"{self.role}: no {what} within {timeout} s; seen: "
                          f"{[line[:60] for line in self.lines[-12:]]}")
            return found

    def line(self, beginning, timeout=PATIENCE):
        """The first line that begins so, as soon as it has come."""
        return self.until(
            lambda lines: next((line for line in lines if line.startswith(beginning)), None),
            f"line '{beginning}'", timeout)

    def offer(self):
        return self.line("offer ").split(" ")[1]

    def offer_text(self):
        return base64.b64decode(self.offer()).decode()

    def pictures(self, count, timeout=PATIENCE):
        def enough(lines):
            counts = [int(line.split(" ")[2]) for line in lines if line.startswith("log pictures ")]
            return counts and counts[-1] >= count
        self.until(enough, f"{count} pictures", timeout)

    def stop(self):
        try:
            self.say("stop hang_up")
        except BrokenPipeError:
            pass  # it has heard of the end from the other side
        return self.child.wait(PATIENCE)

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass  # it ended before it read all
        self.errors.close()


def talk(caller, callee):
    """Prepares and starts both, and waits until both hear each other."""
    caller.say("prepare -")
    callee.say("prepare " + caller.offer())
    caller.say("start " + callee.offer())
    callee.say("start " + caller.offer())
    for hook in (caller, callee):
        hook.line("state connected")
