"""An emulated machine: QEMU without hardware virtualisation, and a shell in it.

Commands go through the second serial port to the guest's `serve`; the console, on the first, goes
to a file.
"""

import base64
import os
import shutil
import socket
import subprocess
import time

from doorcall_testlib import Failed, Skipped

EMULATOR = "qemu-system-x86_64"
# The guest's clock counts its instructions, 8 ns each, and real time only while it sleeps: when
# this machine is busy, what happens in one go in the guest is still quick.
CLOCK = ("-icount", "shift=3")
BOOT_LIMIT = 120  # seconds; 8 on an idle machine
COMMAND_LIMIT = 60


class Machine:
    """A machine that is `broken` takes no more commands. Lifetime: close() ends the emulator."""

    def __init__(self, kernel, image, directory):
        if shutil.which(EMULATOR) is None:
            raise Skipped(f"there is no {EMULATOR}")
        self.broken = False
        self.console = os.path.join(directory, "console.log")
        self.buffer = b""
        path = os.path.join(directory, "commands.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(1)
            listener.settimeout(BOOT_LIMIT)
            self.emulator = self.emulate(kernel, image, path)
            try:
                self.channel, _ = listener.accept()
                self.channel.settimeout(BOOT_LIMIT)
                self.read_line(b"ready")
            except (OSError, Failed) as error:
                self.emulator.kill()
                raise Failed(f"the machine does not boot: {error}\n{self.console_tail()}") \
                    from error

    def emulate(self, kernel, image, path):
        return subprocess.Popen(
            [EMULATOR, "-accel", "tcg", *CLOCK, "-M", "pc", "-m", "256", "-nographic", "-no-reboot",
             "-nodefaults", "-kernel", kernel, "-initrd", image,
             "-append", "console=ttyS0 loglevel=4 panic=-1",
             "-serial", "file:" + self.console, "-serial", "unix:" + path],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def read_line(self, expected):
        """The words after `expected`, which must begin the next line."""
        while b"\n" not in self.buffer:
            self.buffer += self.receive()
        line, _, self.buffer = self.buffer.partition(b"\n")
        words = line.split()
        if not words or words[0] != expected:
            raise Failed(f"the machine says {line!r} instead of {expected!r}")
        return words[1:]

    def receive(self):
        data = self.channel.recv(65536)
        if not data:
            raise Failed(f"the machine has stopped\n{self.console_tail()}")
        return data

    def try_run(self, command, timeout=COMMAND_LIMIT):
        """Runs a shell command; returns its exit code and what it wrote."""
        self.channel.settimeout(timeout)
        self.channel.sendall(base64.b64encode(command.encode()) + b"\n")
        try:
            code, size = (int(word) for word in self.read_line(b"done"))
            while len(self.buffer) < size:
                self.buffer += self.receive()
        except TimeoutError as error:
            self.broken = True  # its answer would be taken for the next command's
            raise Failed(f"no answer within {timeout} s: {command}") from error
        output, self.buffer = self.buffer[:size], self.buffer[size:]
        return code, output.decode(errors="replace")

    def run(self, command, timeout=COMMAND_LIMIT):
        """What a shell command writes, which must succeed."""
        code, output = self.try_run(command, timeout)
        if code != 0:
            raise Failed(f"{command}: exit {code}: {output.strip()}")
        return output

    def start(self, command, output="/dev/null"):
        """Starts a command in the guest's background; returns its process id."""
        return int(self.run(f"{command} >{output} 2>&1 & echo $!"))

    def wait_for(self, condition, timeout=COMMAND_LIMIT):
        """Waits until a shell command succeeds; the guest asks it again and again."""
        now = "$(cut -d. -f1 /proc/uptime)"
        self.run(f"end=$(({now} + {timeout})); until {{ {condition}; }} >/dev/null 2>&1;"
                 f" do [ {now} -le $end ] || exit 1; sleep 0.05; done", timeout + COMMAND_LIMIT)

    def put(self, path, text):
        """Writes a file in the guest."""
        data = base64.b64encode(text.encode()).decode()
        self.run(f"mkdir -p {os.path.dirname(path)}; echo {data} | base64 -d >{path}")

    def console_tail(self):
        try:
            with open(self.console, encoding="utf-8", errors="replace") as file:
                return "".join(file.readlines()[-30:])
        except OSError:
            return ""

    def close(self):
        try:
            self.channel.settimeout(5)
            self.channel.sendall(base64.b64encode(b"poweroff -f") + b"\n")
            self.emulator.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            self.emulator.kill()
            self.emulator.wait()
        finally:
            self.channel.close()
