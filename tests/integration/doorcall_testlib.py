"""Starts brokers and daemons, talks to their control sockets, and waits for what they say.

Waiting is by events with a deadline: nothing here sleeps to let something happen.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

# Some of these are for the tests, which import from here only.
from doorcall_broker import DEADLINE, ROOT, Broker, Failed, MqttClient, Process, Skipped, \
    expect, expect_equal

CONFIG = """
[device]
user = "{user}"
device = "{device}"
name = "The {user}"
kind = "panel"

[broker]
host = "127.0.0.1"
port = {port}
will_delay = "1s"
keep_alive = "10s"

[call]
ring_time = "20s"
receipt_time = "10s"
confirm_time = "3s"
heartbeat = "2s"
lost = "6s"
media_start = "5s"
{tls}
[control]
socket = "{socket}"
"""


class Control:
    """A connection to a daemon's control socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r", encoding="utf-8")

    def send(self, verb, args=None):
        request = json.dumps({"id": 1, "verb": verb, "args": args or {}})
        self.socket.sendall(request.encode() + b"\n")

    def read(self):
        line = self.lines.readline()
        if not line:
            raise Failed("the daemon has closed its control socket")
        return json.loads(line)

    def request(self, verb, args=None):
        self.send(verb, args)
        return self.read()

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.lines.close()
        self.socket.close()


class Daemon:
    """A doorcalld with a thread that keeps all its events and a picture of what is."""

    def __init__(self, world, user, device="one", extra="", replace=(), environment=None):
        self.world = world
        self.user = user
        self.environment = environment
        self.account = f"{device}@{user}"
        base = os.path.join(world.directory, self.account)
        self.config_path = base + ".toml"
        self.socket_path = base + ".sock"
        self.log = base + ".log"
        text = CONFIG.format(user=user, device=device, port=world.broker.port,
                             tls=world.tls(self.account), socket=self.socket_path)
        for old, new in replace:
            expect(old in text, f"the config has no {old!r}")
            text = text.replace(old, new)
        self.write_config(text + extra)
        self.process = None
        self.changed = threading.Condition()
        self.start()

    def write_config(self, text):
        self.config_text = text
        with open(self.config_path, "w", encoding="utf-8") as file:
            file.write(text)

    # --- life

    def start(self):
        with self.changed:
            self.events = []
            self.devices = {}
            self.link = ""
        self.process = Process([*self.world.prefix(self.user), self.world.program_of(self.user),
                                "--config", self.config_path], self.log,
                               environment=self.environment)
        end = time.monotonic() + DEADLINE
        while True:
            try:
                self.watcher = Control(self.socket_path)
                break
            except OSError as error:
                if time.monotonic() > end or self.process.child.poll() is not None:
                    raise Failed(f"{self.account} does not start: {error}") from error
                time.sleep(0.01)  # there is no event for "listens now"
        self.watcher.socket.settimeout(None)
        self.watcher.send("watch")
        self.watcher.send("status", {"devices": True})
        threading.Thread(target=self.keep_events, args=(self.watcher,), daemon=True).start()
        self.control = Control(self.socket_path)

    def online(self):
        self.until(lambda: self.link == "connected", "connection to the broker")
        return self

    def kill(self):
        self.process.kill()
        self.watcher.close()
        self.control.close()

    def restart(self):
        self.start()
        return self.online()

    def end(self, number=signal.SIGTERM):
        """Asks it to end; returns the exit code."""
        self.process.signal(number)
        code = self.process.wait()
        self.kill()
        return code

    # --- what it says

    def keep_events(self, watcher):
        try:
            while True:
                self.keep(watcher, watcher.read())
        except (OSError, ValueError, Failed):
            pass  # the daemon, or the test, has ended

    def keep(self, watcher, line):
        with self.changed:
            if watcher is not self.watcher:
                return
            if "event" in line:
                event = line["event"]
                self.events.append(event)
                if event["type"] == "link":
                    self.link = event["state"]
                elif event["type"] == "presence":
                    account = event["device"] + "@" + event["user"]
                    self.devices[account] = event["state"] if event["known"] else "unknown"
            elif "link" in line.get("result", {}):
                self.link = line["result"]["link"]["state"]
                for device in line["result"]["devices"]:
                    self.devices[device["device"] + "@" + device["user"]] = device["state"]
                for call in line["result"]["calls"]:  # it was faster than this connection
                    if call["state"] == "ringing":
                        self.events.append({**call, "type": "call", "change": "incoming"})
            self.changed.notify_all()

    def until(self, condition, what, timeout=DEADLINE):
        """Waits until `condition()`, which is asked after each event, is true; returns it."""
        with self.changed:
            result = self.changed.wait_for(condition, timeout)
            if not result:
                seen = [brief(event) for event in self.events[-12:]]
                raise Failed(f"{self.account}: no {what} within {timeout} s; seen: {seen}")
            return result

    def poll(self, condition, what, timeout=DEADLINE):
        """As until(), for what no event tells."""
        end = time.monotonic() + timeout
        while not condition():
            expect(time.monotonic() < end, f"{self.account}: no {what} within {timeout} s")
            time.sleep(0.02)

    def pullable(self, *calls):
        self.poll(lambda: set(self.ask("status")["pullable"]) == set(calls), "calls to pull")

    def find(self, wanted):
        return next((event for event in self.events
                     if all(event.get(key) == value for key, value in wanted.items())), None)

    def event(self, timeout=DEADLINE, **wanted):
        """The first event with these members, as soon as it has come."""
        return self.until(lambda: self.find(wanted), str(wanted), timeout)

    def change(self, call, change, timeout=DEADLINE, **wanted):
        return self.event(timeout, type="call", call=call, change=change, **wanted)

    def ended(self, call, reason, timeout=DEADLINE):
        event = self.change(call, "ended", timeout)
        expect_equal(event["reason"], reason, f"{self.account}: the call's end")
        return event

    def incoming(self, timeout=DEADLINE):
        """The id of the next call that rings here and was not asked for before."""
        def fresh():
            for event in self.events:
                if event.get("change") == "incoming" and not event.get("taken"):
                    event["taken"] = True
                    return event
            return None
        return self.until(fresh, "incoming call", timeout)["call"]

    def sees(self, other, state, timeout=DEADLINE):
        self.until(lambda: self.devices.get(other.account) == state,
                   f"presence {state} of {other.account}", timeout)

    def changes(self, call):
        """All changes of a call so far, in order."""
        with self.changed:
            return [event["change"] for event in self.events if event.get("call") == call]

    # --- what it is told

    def ask(self, verb, **args):
        reply = self.control.request(verb, args)
        expect(reply["ok"], f"{self.account}: {verb} {args}: {reply}")
        return reply["result"]

    def refused(self, verb, code, **args):
        reply = self.control.request(verb, args)
        expect(not reply["ok"], f"{self.account}: {verb} {args} was not refused: {reply}")
        expect_equal(reply["code"], code, f"{self.account}: {verb} {args}")
        return reply["message"]

    def call(self, user, **args):
        return self.ask("call", user=user, **args)["call"]

    def command(self, *arguments):
        """The doorcall command on this daemon, with its answer as JSON."""
        return subprocess.Popen(
            [self.world.cli_program, "--socket", self.socket_path, "--json", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *arguments, code=0):
        """Runs the command to its end, which must have this exit code; returns its answer."""
        with self.command(*arguments) as process:
            output, errors = process.communicate(timeout=DEADLINE)
        expect_equal(process.returncode, code, f"{self.account}: doorcall {arguments}: {errors}")
        return json.loads(output)

    def live(self):
        return self.ask("status")["calls"]

    def members(self, call):
        """Who is in a call, as this daemon tells: a set of (user, device, state)."""
        for each in self.ask("calls")["calls"]:
            if each["call"] == call:
                return {(member["user"], member["device"], member["state"])
                        for member in each["members"] if member["state"] != "ended"}
        return set()

    def counter(self, name):
        return self.ask("status")["counters"][name]

    def idle(self):
        expect_equal(self.live(), [], f"{self.account}: live calls")


def brief(event):
    keys = ("change", "state", "reason", "user", "call")
    return " ".join(str(event[key])[:12] for key in keys if event.get(key))


class World:
    """One test's own directory, broker and daemons."""

    production = False

    def __init__(self, binaries, link, door_binaries=None):
        self.link = link
        self.binaries = binaries
        self.daemon_program = os.path.join(binaries, "doorcalld-" + link)
        self.door_program = door_binaries and os.path.join(door_binaries, "doorcalld-" + link)
        self.cli_program = os.path.join(binaries, "doorcall")
        self.directory = tempfile.mkdtemp(prefix="doorcall-")
        self.daemons = []
        self.broker = None

    def start_broker(self):
        self.broker = Broker(self)

    def program_of(self, user):
        return user == "door" and self.door_program or self.daemon_program

    @staticmethod
    def tls(_account):
        """The lines of a device's config that let it in."""
        return ""

    def client(self, account, client_id=""):
        """A client that says what it is told to, with whatever rights the account has."""
        return MqttClient(self.broker.port, client_id or account)

    def open_client(self, client_id):
        """A client that may say anything to anybody."""
        if self.production:
            raise Skipped("only a broker without an ACL lets strangers say this")
        return MqttClient(self.broker.port, client_id)

    @staticmethod
    def prefix(_user):
        """What the command line of a user's daemon begins with."""
        return []

    def daemon(self, user, device="one", extra="", replace=(), environment=None):
        started = Daemon(self, user, device, extra, replace, environment)
        self.daemons.append(started)
        return started.online()

    def devices(self, *accounts, replace=(), **extra):
        """A daemon for each account, such as "hall@apt", that know each other. Further settings
        are given by the account's words: hall_apt=..."""
        started = []
        for account in accounts:
            device, user = account.split("@")
            started.append(self.daemon(user, device, extra.get(f"{device}_{user}", ""), replace))
        for each in started:
            for other in started:
                each.until(lambda one=each, two=other: two is one or two.account in one.devices,
                           f"presence of {other.account}")
        return started

    def pair(self, extra="", replace=(), **by_user):
        """A door and an apartment that know each other."""
        door = self.daemon("door", extra=extra + by_user.get("door", ""), replace=replace)
        apt = self.daemon("apt", extra=extra + by_user.get("apt", ""), replace=replace)
        door.sees(apt, "idle")
        apt.sees(door, "idle")
        return door, apt

    def ringing(self, **options):
        door, apt = self.pair(**options)
        call = door.call("apt")
        expect_equal(apt.incoming(), call, "the call that rings")
        door.change(call, "remote_ringing")
        return door, apt, call

    def talking(self, **options):
        door, apt, call = self.ringing(**options)
        apt.ask("answer")
        door.change(call, "connected")
        apt.change(call, "connected")
        return door, apt, call

    def cli(self, *arguments, timeout=DEADLINE):
        return subprocess.run([self.cli_program, *arguments], capture_output=True, text=True,
                              timeout=timeout, check=False)

    def logs(self):
        texts = []
        for name in [*sorted(os.listdir(self.directory)), os.path.join("broker", "log")]:
            if name.endswith("log"):
                with open(os.path.join(self.directory, name), encoding="utf-8",
                          errors="replace") as file:
                    texts.append(f"--- {name}\n" + "".join(file.readlines()[-25:]))
        return "\n".join(texts)

    def close(self):
        for daemon in self.daemons:
            daemon.kill()
        if self.broker is not None:
            self.broker.close()
        shutil.rmtree(self.directory, ignore_errors=True)
