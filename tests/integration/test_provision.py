"""The provisioning tool, and the production broker on what it has made."""

import base64
import os
import re
import shutil
import socket
import ssl
import stat
import subprocess
import tarfile

from doorcall_broker import DEADLINE, MqttClient, expect, expect_equal
from doorcall_runner import needs_production
from doorcall_site import HOST, Site, SecureClient, provision
from doorcall_testlib import CONFIG
from mqtt_attacker import Attacker, Closed

INBOX = "doorcall/v1/apt/inbox/"


def once(test):
    """No daemon takes part, so one link is enough."""
    test.link = "mosquitto"
    return needs_production(test)


def tree(site):
    """Every file of a site with its content."""
    found = {}
    for folder, _, files in os.walk(site.at):
        for name in files:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, site.at)] = file.read()
    return found


@once
def test_nothing_that_is_made_is_open_to_others(_world):
    before = os.umask(0)
    try:
        site = Site("password", "websocket")
        site.enrol("one@door")
        site.enrol("two@door", "--password")
    finally:
        os.umask(before)
    for folder, _, files in os.walk(site.at):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            mode = stat.S_IMODE(os.lstat(path).st_mode)
            bits = 0o066 if path == site.at else 0o077  # the broker's user passes through
            expect(mode & bits == 0, f"{path} has mode {mode:o}")
    for bundle in os.listdir(site.path("bundles")):
        with tarfile.open(site.path("bundles", bundle)) as tar:
            expect(all(entry.mode == 0o600 for entry in tar), f"modes in {bundle}")
    site.close()


@once
def test_repeating_a_command_changes_nothing(_world):
    site = Site("password")
    commands = (("init", site.at, "--host", HOST, "--host", "localhost", "--listener", "password"),
                ("device", site.at, "one@door", "--name", "Tür"),
                ("device", site.at, "two@door", "--password"))
    for command in commands:
        provision(*command)
    before = tree(site)
    for command in (*commands, ("device", site.at, "one@door")):
        provision(*command)
    expect_equal({name for name, data in tree(site).items() if before.get(name) != data}, set(),
                 "files that a repetition has changed")
    site.close()


@once
def test_mistakes_are_named_with_what_to_do(world):
    run, site, nowhere = world.site.run, world.site.at, os.path.join(world.directory, "nowhere")
    world.broker.enrol("gone@apt")
    run("revoke", site, "gone@apt")
    cases = ((("device", nowhere, "one@door"), "doorcall-provision init"),
             (("init", nowhere), "--host"),
             (("init", nowhere, "--host", "a b"), "neither a host name nor an address"),
             (("init", nowhere, "--host", "x", "--listener", "ftp"), "password, websocket"),
             (("device", site, "door"), "DEVICE@USER"),
             (("device", site, "one@a/b"), "DEVICE@USER"),
             (("device", site, "one@" + "a" * 33), "DEVICE@USER"),
             (("device", site, "a\nuser b@c"), "DEVICE@USER"),
             (("device", site, "gone@apt"), "forget"),
             (("rotate", site, "gone@apt"), "revoked"),
             (("revoke", site, "nobody@apt"), "there is no account"),
             (("join", site, "/dev/null"), "no bundle"))
    for command, text in cases:
        said = run(*command, code=1)
        expect(text in said and "Traceback" not in said, f"{command}: {said}")


@needs_production
def test_a_bundle_enrols_a_device(world):
    """As at a first boot: the tar is unpacked, and the daemon is started on it."""
    account = "panel@flat-12"
    world.broker.enrol(account, "--name", "Küche", "--kind", "panel")
    with tarfile.open(world.site.path("bundles", account + ".tar")) as tar:
        tar.extractall(world.directory)
    config = os.path.join(world.directory, "doorcall.toml")
    with open(config, encoding="utf-8") as file:
        text = file.read()
    done = subprocess.run([world.daemon_program, "--config", config, "--check"],
                          capture_output=True, text=True, timeout=DEADLINE, check=False)
    expect_equal((done.returncode, done.stdout, done.stderr), (0, "config ok\n", ""), "--check")
    control = f'\n[control]\nsocket = "{world.directory}/{account}.sock"\n'
    usual = CONFIG.format(user="flat-12", device="panel", port=world.broker.port,
                          tls=world.tls(account), socket=f"{world.directory}/{account}.sock")
    device = world.daemon("flat-12", "panel", replace=(
        (usual, text.replace("port = 8883", f"port = {world.broker.port}") + control),))
    status = device.ask("status")
    expect_equal((status["name"], status["kind"]), ("Küche", "panel"), "name and kind")


def refused_by_tls(world, at):
    """TLS 1.3 says so only with the first answer."""
    try:
        SecureClient(world.broker.port, "any", world.site.ca, at)
    except (ssl.SSLError, ConnectionError):
        return True
    return False


@once
def test_who_is_revoked_is_silenced_at_once_and_kept_out(world):
    at = world.broker.enrol("lost@door")
    kept = os.path.join(world.directory, "stolen")
    shutil.copytree(at, kept)
    thief, panel = Attacker(world, "lost@door"), Attacker(world, "panel@apt")
    panel.subscribe(INBOX + "+")
    thief.subscribe("doorcall/v1/door/inbox/+")
    expect_equal(thief.publish(INBOX + "lost@door", b"before"), 0, "code before")
    world.site.run("revoke", world.site.at, "lost@door")
    world.broker.update()
    expect_equal(thief.publish(INBOX + "lost@door", b"after"), 0x87, "code after")
    panel.publish("doorcall/v1/door/inbox/panel@apt", b"a secret")
    panel.fence()
    thief.fence()
    expect_equal(thief.messages, [], "what the revoked device hears")
    expect_equal([each.payload for each in panel.messages], [b"before"], "what the panel hears")
    expect(refused_by_tls(world, kept), "the revoked certificate is taken")
    expect(panel.is_connected(), "the others were disconnected")
    world.site.let_back_in("lost@door")
    world.broker.enrol("lost@door")
    expect(Attacker(world, "lost@door").is_connected(), "a new certificate is not taken")
    expect(refused_by_tls(world, kept), "the revoked certificate is taken again")


@once
def test_a_rotated_certificate_replaces_the_old_one_in_two_steps(world):
    at = world.broker.enrol("old@door")
    old = os.path.join(world.directory, "old")
    shutil.copytree(at, old)
    world.site.run("rotate", world.site.at, "old@door")
    world.broker.update()
    for each in (old, at):
        expect(not refused_by_tls(world, each), f"{each} is refused while both are valid")
    world.site.run("rotate", world.site.at, "old@door", "--finish")
    world.broker.update()
    expect(not refused_by_tls(world, at), "the new certificate is refused")
    expect(refused_by_tls(world, old), "the old certificate is taken")


@once
def test_the_broker_takes_a_new_certificate_and_keeps_connections(world):
    panel = Attacker(world, "panel@apt")
    before = ssl.get_server_certificate((HOST, world.broker.port))
    world.site.run("rotate", world.site.at, "broker")
    world.broker.update()
    expect(before != ssl.get_server_certificate((HOST, world.broker.port)), "the old certificate")
    expect(panel.is_connected(), "connections were lost")


@once
def test_only_the_configured_ports_listen(world):
    with open(world.broker.process.log, encoding="utf-8") as log:
        ports = set(re.findall(r"listen socket on port (\d+)", log.read()))
    broker = world.broker
    expect_equal(ports, {str(broker.port), str(broker.password_port), str(broker.websocket_port)},
                 "ports")
    with socket.create_connection((HOST, broker.port), timeout=DEADLINE) as plain:
        plain.sendall(MqttClient.packet(0x10, MqttClient.text("MQTT") + bytes([4, 2, 0, 0])
                                        + MqttClient.text("x")))
        try:
            expect(plain.recv(4)[:1] != b"\x20", "a CONNACK without TLS")
        except ConnectionError:
            pass  # hung up


class PasswordClient(MqttClient):
    """With TLS, a user name and a password; `code` is the broker's answer."""

    def __init__(self, world, user, password, client_id):
        self.ca, self.user, self.password = world.site.ca, user, password
        super().__init__(world.broker.password_port, client_id)

    def connect(self, port):
        plain = socket.create_connection((HOST, port), timeout=DEADLINE)
        return ssl.create_default_context(cafile=self.ca).wrap_socket(plain, server_hostname=HOST)

    def introduce(self, client_id):
        self.send(self.connect_packet(client_id))
        self.code = (self.socket.recv(4) + bytes(4))[3]

    def connect_packet(self, client_id):
        flags = 0x02 | (0x80 if self.user is not None else 0)
        flags |= 0x40 if self.password is not None else 0
        body = self.text("MQTT") + bytes([4, flags, 0, 60]) + self.text(client_id)
        for each in (self.user, self.password):
            body += self.text(each) if each is not None else b""
        return self.packet(0x10, body)

    def send(self, data):
        self.socket.sendall(data)


class WebSocketClient(PasswordClient):
    """The same in WebSocket frames."""

    def connect(self, port):
        secure = super().connect(port)
        key = base64.b64encode(os.urandom(16)).decode()
        secure.sendall((f"GET /mqtt HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\n"
                        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
                        ).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += secure.recv(4096)
        expect(b" 101 " in answer.split(b"\r\n")[0] + b" ", f"no upgrade: {answer}")
        return secure

    def introduce(self, client_id):
        self.send(self.connect_packet(client_id))
        answer = b""
        while len(answer) < 6:  # two bytes of frame, then CONNACK
            answer += self.socket.recv(64)
        self.code = answer[5]

    def send(self, data):
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self.socket.sendall(bytes([0x82, 0x80 | len(data)]) + mask + masked)



@once
def test_passwords_bind_account_and_client_id(world):
    at = world.broker.enrol("pass@apt", "--password")
    world.broker.enrol("cert@apt")
    with open(os.path.join(at, "password"), encoding="utf-8") as file:
        password = file.read().strip()
    for kind, make in (("password", PasswordClient), ("websocket", WebSocketClient)):
        world.broker.password_port = getattr(world.broker, kind + "_port")
        victim = Attacker(world, "cert@apt")
        expect_equal(make(world, "pass@apt", password, "cert@apt").code, 0, f"{kind}: right one")
        expect(victim.is_connected(), f"{kind}: another's session was taken over")
        for user, word in (("pass@apt", password[:-1]), ("pass@apt", None), ("cert@apt", None),
                           ("cert@apt", password), ("nobody", password), (None, None)):
            expect_equal(make(world, user, word, "x").code, 5, f"{kind}: {user} {word}")
    try:
        Attacker(world, "cert@apt", port=world.broker.password_port)
    except (Closed, OSError):
        pass  # a certificate opens no listener for passwords
