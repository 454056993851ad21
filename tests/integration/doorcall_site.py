"""The production broker for the tests: the shipped configuration, its accounts by the shipped tool.

One site is made for a whole run; each world has a copy of what the broker reads there, with paths
and port of its own.
"""

import atexit
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from doorcall_broker import DEADLINE, ROOT, Broker, MqttClient, expect, free_port
from doorcall_testlib import World

PROVISION = os.path.join(ROOT, "broker-config", "provision", "doorcall-provision")
HOST = "127.0.0.1"

TLS = """
[broker.tls]
ca_file = "{ca}"
cert_file = "{at}/cert.pem"
key_file = "{at}/key.pem"
"""


def provision(*arguments, code=0):
    """Runs the tool; returns what it says, on standard error if it must fail."""
    done = subprocess.run([PROVISION, *arguments], capture_output=True, text=True, check=False,
                          timeout=4 * DEADLINE)
    expect(done.returncode == code, f"doorcall-provision {arguments}: {done.returncode}, "
                                    f"{done.stdout}{done.stderr}")
    return done.stdout if code == 0 else done.stderr


class Site:
    """A site's directory, and the accounts in it."""

    def __init__(self, *listeners):
        self.at = tempfile.mkdtemp(prefix="doorcall-site-")
        atexit.register(self.close)  # for a test that fails before it has closed the site
        os.chmod(self.at, 0o711)
        self.lock = threading.Lock()
        self.ca = os.path.join(self.at, "ca", "ca.pem")
        self.accounts = set()
        extra = [word for each in listeners for word in ("--listener", each)]
        provision("init", self.at, "--host", HOST, "--host", "localhost", *extra)

    def path(self, *parts):
        return os.path.join(self.at, *parts)

    def enrol(self, account, *options, kind="device"):
        """Makes the account, if it is new; returns its directory."""
        with self.lock:
            if account not in self.accounts:
                options = ("--push", *options) if kind == "device" else options
                provision(kind, self.at, account, *options)
                self.accounts.add(account)
        return self.path("devices", account)

    def run(self, *arguments, code=0):
        """A command of the tool; the tests take turns."""
        with self.lock:
            return provision(*arguments, code=code)

    def let_back_in(self, account):
        self.run("forget", self.at, account)
        self.accounts.discard(account)

    def close(self):
        shutil.rmtree(self.at, ignore_errors=True)


class ProductionBroker(Broker):
    """A Mosquitto on a copy of a site's broker directory."""

    def __init__(self, world, site, edits=()):
        self.site = site
        self.known = set()
        self.edits = edits  # (file, old, new)
        super().__init__(world)

    def prepare(self):
        self.store = os.path.join(self.directory, "store", "mosquitto.db")
        with self.site.lock:
            shutil.copytree(self.site.path("broker"), self.directory, dirs_exist_ok=True)
            self.known = set(self.site.accounts)
        for name, old, new in self.edits:
            text = self.read(name)
            expect(old in text, f"{name} has no {old!r}")
            self.write(name, text.replace(old, new))
        # What the tests wait for is said at this level only.
        self.write("conf.d/test.conf", "log_type information\n")

    def read(self, name):
        with open(os.path.join(self.directory, name), encoding="utf-8") as file:
            return file.read()

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        """The port is the one that __init__ has found; a second one is for passwords."""
        for name in ["mosquitto.conf", *(f"conf.d/{each}" for each in
                                         os.listdir(os.path.join(self.directory, "conf.d")))]:
            text = self.read(name).replace(self.site.path("broker"), self.directory)
            port = self.port if name == "mosquitto.conf" else free_port()
            text, found = re.subn(r"(?m)^listener \d+$", f"listener {port}", text)
            if found and name != "mosquitto.conf":
                setattr(self, name[7:-5] + "_port", port)  # password_port, websocket_port
            self.write(name, text)
        self.give()
        if not super().start():
            return False
        end = time.monotonic() + DEADLINE
        while not self.lines(" running"):  # its further listeners come last
            expect(time.monotonic() < end, "the broker does not say that it runs")
            time.sleep(0.01)
        return True

    def give(self):
        """Started by root, Mosquitto becomes another user."""
        if os.geteuid() == 0:
            owner = pwd.getpwnam("mosquitto")
            for folder, _, files in os.walk(self.directory):
                for path in (folder, *(os.path.join(folder, file) for file in files)):
                    os.chown(path, owner.pw_uid, owner.pw_gid)

    def argv(self):
        return ["mosquitto", "-c", os.path.join(self.directory, "mosquitto.conf")]

    def lines(self, text):
        with open(self.process.log, encoding="utf-8", errors="replace") as log:
            return sum(text in line for line in log)

    def update(self):
        """Lets the broker know what has been changed at the site."""
        with self.site.lock:
            for name in ("acl", "passwords", "crl.pem", "cert.pem", "key.pem"):
                shutil.copyfile(self.site.path("broker", name), os.path.join(self.directory, name))
            self.known = set(self.site.accounts)
        self.reload()

    def reload(self):
        before = self.lines("Reloading config")
        self.process.signal(signal.SIGHUP)
        end = time.monotonic() + DEADLINE
        while self.lines("Reloading config") == before:
            expect(time.monotonic() < end, "the broker does not reload")
            time.sleep(0.01)  # it tells its log only

    def enrol(self, account, *options, kind="device"):
        at = self.site.enrol(account, *options, kind=kind)
        if account not in self.known and self.process.child.poll() is None:
            self.update()
        return at


class SecureClient(MqttClient):
    """A client with a certificate, which may say anything that the broker lets it say."""

    def __init__(self, port, client_id, ca, at):
        self.context = ssl.create_default_context(cafile=ca)
        self.context.load_cert_chain(os.path.join(at, "cert.pem"), os.path.join(at, "key.pem"))
        super().__init__(port, client_id)

    def connect(self, port):
        plain = socket.create_connection((HOST, port), timeout=DEADLINE)
        return self.context.wrap_socket(plain, server_hostname=HOST)


class ProductionWorld(World):
    """A world whose broker is the shipped production one, with TLS and certificates both ways."""

    production = True

    def __init__(self, binaries, link, site):
        super().__init__(binaries, link)
        self.site = site

    def start_broker(self):
        self.broker = ProductionBroker(self, self.site)

    def tls(self, account):
        return TLS.format(ca=self.site.ca, at=self.broker.enrol(account))

    def client(self, account, client_id=""):
        """A stranger with the certificate of this account."""
        at = self.broker.enrol(account)
        return SecureClient(self.broker.port, client_id or account, self.site.ca, at)


class Sites:
    """The one site of a run, made when it is first needed."""

    def __init__(self):
        self.lock = threading.Lock()
        self.site = None

    def get(self):
        with self.lock:
            if self.site is None:
                self.site = Site("password", "websocket")
            return self.site

    def close(self):
        if self.site is not None:
            self.site.close()
