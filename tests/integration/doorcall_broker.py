"""A real Mosquitto for one test, child processes, and a client that may say anything.

Waiting is by events with a deadline: nothing here sleeps to let something happen.
"""

import os
import signal
import socket
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BROKER_CONFIG = os.path.join(ROOT, "broker-config", "mosquitto-dev.conf")
EMULATED = "QEMU_LD_PREFIX" in os.environ  # by tests/cross/emulated
DEADLINE = 15.0  # for what is due at once; generous, for the machine may be busy


class Failed(Exception):
    """What was expected did not happen."""


class Skipped(Exception):
    """The test can't run here; the text says why."""


def expect(condition, text):
    if not condition:
        raise Failed(text)


def expect_equal(got, wanted, text):
    expect(got == wanted, f"{text}: got {got!r}, not {wanted!r}")


def not_emulated(why):
    if EMULATED:
        raise Skipped(f"not in an emulator: {why}")


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A child whose output goes to a file; ended by its id when the test ends."""

    def __init__(self, argv, log, cwd=None, environment=None):
        self.log = log
        with open(log, "ab") as out:
            self.child = subprocess.Popen(argv, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                          cwd=cwd, env={**os.environ, **(environment or {})})

    def signal(self, number):
        self.child.send_signal(number)

    def stop(self):
        self.signal(signal.SIGSTOP)

    def cont(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()

    def wait(self, timeout=DEADLINE):
        return self.child.wait(timeout)


class Broker:
    """A Mosquitto of its own, from the development configuration."""

    def __init__(self, world):
        self.directory = os.path.join(world.directory, "broker")
        os.mkdir(self.directory)
        os.chmod(world.directory, 0o711)  # Mosquitto started by root becomes another user
        self.port = 0
        self.process = None
        self.prepare()
        for _ in range(5):  # another process may take the free port first
            self.port = free_port()
            if self.start():
                return
        raise Failed("Mosquitto does not start; see " + self.process.log)

    def prepare(self):
        os.chmod(self.directory, 0o777)
        self.store = os.path.join(self.directory, "mosquitto.db")

    def argv(self):
        return ["mosquitto", "-c", BROKER_CONFIG, "-p", str(self.port)]

    def start(self):
        self.process = Process(self.argv(), os.path.join(self.directory, "log"),
                               cwd=self.directory)
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and self.process.child.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self.process.child.poll() is None
            except OSError:
                time.sleep(0.02)  # there is no event for "listens now"
        self.process.kill()
        return False

    def kill(self, keep_store=True):
        self.process.kill()
        if not keep_store and os.path.exists(self.store):
            os.remove(self.store)

    def close(self):
        self.process.kill()

    def save(self):
        """Has the store written now, and waits until it is."""
        before = self.stored()
        self.process.signal(signal.SIGUSR1)
        end = time.monotonic() + DEADLINE
        while self.stored() == before:
            expect(time.monotonic() < end, "the broker does not write its store")
            time.sleep(0.02)  # nobody tells when a file is written; it is renamed when complete

    def stored(self):
        """Another value for each time that the store was written."""
        if not os.path.exists(self.store):
            return None
        status = os.stat(self.store)
        return status.st_ino, status.st_mtime_ns

    def restart(self):
        expect(self.start(), "the broker does not come back")


class MqttClient:
    """A stranger: just enough MQTT 3.1.1 to publish anything anywhere."""

    def __init__(self, port, client_id):
        self.socket = self.connect(port)
        self.introduce(client_id)

    def introduce(self, client_id):
        body = self.text("MQTT") + bytes([4, 2, 0, 0]) + self.text(client_id)
        self.socket.sendall(self.packet(0x10, body))
        expect_equal(self.socket.recv(4)[3:4], b"\0", "CONNACK")

    def connect(self, port):
        return socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)

    @staticmethod
    def text(value):
        data = value.encode()
        return len(data).to_bytes(2, "big") + data

    @staticmethod
    def packet(kind, body):
        size = bytearray()
        left = len(body)
        while True:
            left, digit = left >> 7, left & 0x7F
            size.append(digit | (0x80 if left else 0))
            if not left:
                return bytes([kind]) + bytes(size) + body

    def publish(self, topic, payload, retain=False):
        self.socket.sendall(self.packet(0x31 if retain else 0x30, self.text(topic) + payload))

    def fence(self):
        """Returns when the broker has handled everything sent so far."""
        self.socket.sendall(self.packet(0xC0, b""))
        expect_equal(self.socket.recv(2), b"\xd0\0", "PINGRESP")

    def close(self):
        self.socket.close()
