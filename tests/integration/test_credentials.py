"""What a device that is not let in says about it, and credentials that change while it runs."""

import os
import re
import shutil
import signal
import sys
import tarfile

from doorcall_broker import (DEADLINE, EMULATED, ROOT, expect, expect_equal, free_port,
                             text_of)
from doorcall_runner import needs_production
from doorcall_site import HOST, ProductionWorld, Site
from doorcall_testlib import Daemon

sys.path.append(os.path.join(ROOT, "broker-config", "provision"))
from certificates import Authority  # noqa: E402

NO_CERTIFICATE = "no certificate"


def start(world, user="apt", device="one", replace=()):
    """A daemon that need not get a connection."""
    daemon = Daemon(world, user, device, replace=replace)
    world.daemons.append(daemon)
    return daemon


def trouble(daemon, words=""):
    """What an attempt ends with that fails with these words. A broker that hangs up at once may do
    so before what it says of it can be read; the next attempt tells."""
    return daemon.until(lambda: next((each for each in daemon.events if each["type"] == "link" and
                                      each["state"] == "reconnecting" and words in each["text"]),
                                     None), f"trouble {words!r}", 2 * DEADLINE)


def issue(world, place, name, days=10, hosts=(), begin=-1):
    at = os.path.join(world.directory, place)
    with world.site.lock:
        Authority(world.site.path("ca")).issue(at, name, days, hosts, begin)
    return at


def use(world, at):
    """The broker has this certificate from now on."""
    for name in ("cert.pem", "key.pem"):
        shutil.copyfile(os.path.join(at, name), os.path.join(world.broker.directory, name))
    world.broker.reload()


@needs_production
def test_a_broker_that_is_not_believed_is_told_in_plain_words(world):
    world.broker.enrol("one@apt")
    cases = (("expired", {"days": -1, "begin": -3, "hosts": (HOST,)}, "has expired on", "refused"),
             ("early", {"days": 9, "begin": 3, "hosts": (HOST,)}, "the clock must be set",
              "network"),
             ("host", {"hosts": ("other.example",)}, f"is not for '{HOST}'", "refused"))
    for place, options, text, kind in cases:
        use(world, issue(world, place, "broker", **options))
        daemon = start(world)
        event = trouble(daemon)
        expect(text in event["text"], f"{place}: {event['text']}")
        expect_equal(event["trouble"], kind, f"{place}: trouble")
        daemon.kill()
    foreign = Site()
    daemon = start(world, replace=((world.site.ca, foreign.ca),))
    event = trouble(daemon)
    foreign.close()
    expect("unknown authority" in event["text"], event["text"])
    expect_equal(event["trouble"], "refused", "trouble")


@needs_production
def test_a_device_that_is_not_let_in_is_told_in_plain_words(world):
    at = world.broker.enrol("one@apt")
    lines = (f'cert_file = "{at}/cert.pem"\nkey_file = "{at}/key.pem"\n', "")
    foreign = Site()
    cases = ((NO_CERTIFICATE, lines, "wants a certificate"),
             ("foreign", (at, foreign.enrol("one@apt")), "does not know the authority"),
             ("expired", (at, issue(world, "old", "one@apt", -1, begin=-3)), "has expired"))
    for name, replace, text in cases:
        daemon = start(world, replace=(replace,))
        event = trouble(daemon, text)
        expect_equal(event["trouble"], "refused", f"{name}: trouble")
        expect(event["retry_in_ms"] >= 2500, f"{name}: {event['retry_in_ms']} ms to the next")
        daemon.kill()
    foreign.close()
    device = f"barred-{world.link}"  # the other link's test runs beside this one
    account, revoked = f"{device}@apt", os.path.join(world.directory, "revoked")
    shutil.copytree(world.broker.enrol(account), revoked)
    world.site.run("revoke", world.site.at, account)
    world.site.let_back_in(account)
    world.broker.enrol(account)
    world.broker.update()
    trouble(start(world, device=device, replace=(
        (world.site.path("devices", account), revoked),)), "has been revoked")


@needs_production
def test_a_network_that_fails_is_tried_again_sooner(world):
    nobody = start(world, replace=((f"port = {world.broker.port}", f"port = {free_port()}"),))
    event = trouble(nobody)
    expect_equal(event["trouble"], "network", "trouble")
    # the events begin with some later attempt
    first = re.search(r"next attempt in (\d+)ms", text_of(nobody.log))
    expect(int(first.group(1)) <= 1000, f"{first.group(1)} ms to the next attempt")
    # qemu hands on this machine's error numbers; MIPS has others
    told = "refused|Unknown error 111" if EMULATED else "refused"
    expect(re.search(told, event["text"]), event["text"])


@needs_production
def test_passwords_are_told_from_others_and_never_logged(world):
    at = world.broker.enrol("word@apt", "--password")
    password = text_of(os.path.join(at, "password")).strip()
    path = os.path.join(world.directory, "password")
    replace = ((f"port = {world.broker.port}", f'port = {world.broker.password_port}\n'
                                               f'password_file = "{path}"'),
               (f'cert_file = "{at}/cert.pem"\nkey_file = "{at}/key.pem"\n', ""),
               ("[control]", '[log]\nlevel = "debug"\n\n[control]'))
    write_secret(path, "not-the-password")
    daemon = start(world, device="word", replace=replace)
    event = trouble(daemon)
    expect_equal(event["trouble"], "refused", "trouble")
    expect("not authorised" in event["text"] or "bad user name" in event["text"], event["text"])
    expect(event["retry_in_ms"] >= 2500, f"{event['retry_in_ms']} ms to the next attempt")
    write_secret(path, password)
    daemon.process.signal(signal.SIGHUP)
    daemon.until(lambda: daemon.link == "connected", "connection with the right password", 30)
    text = text_of(daemon.log)
    for secret in (password, "not-the-password"):
        expect(secret not in text and secret not in str(daemon.events)
               and secret not in str(daemon.ask("status")), "a password is told")


def write_secret(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")


@needs_production
def test_a_new_certificate_is_taken_without_losing_the_call(world):
    own = os.path.join(world.directory, "etc")
    at = world.broker.enrol("one@apt")

    def unpack():
        with tarfile.open(world.site.path("bundles", "one@apt.tar")) as tar:
            tar.extractall(own)

    unpack()
    door = world.daemon("door")
    apt = world.daemon("apt", replace=((at, own),))
    door.sees(apt, "idle")
    call = door.call("apt")
    apt.incoming()
    apt.ask("answer")
    apt.change(call, "connected")
    connects = apt.counter("connects")
    apt.process.signal(signal.SIGHUP)  # nothing is new
    world.site.run("rotate", world.site.at, "one@apt")
    world.broker.update()
    unpack()
    apt.process.signal(signal.SIGHUP)
    apt.poll(lambda: apt.counter("connects") == connects + 1, "connection with the new one")
    world.site.run("rotate", world.site.at, "one@apt", "--finish")
    world.broker.update()
    with open(os.path.join(own, "key.pem"), "w", encoding="ascii") as file:
        file.write("no key\n")
    apt.process.signal(signal.SIGHUP)
    apt.poll(lambda: "credentials are not used" in text_of(apt.log), "complaint about the key")
    expect_equal(apt.link, "connected", "connection after a key that is none")
    unpack()
    expect_equal(apt.changes(call), ["incoming", "accepting", "connected"], "the call")
    door.ask("hangup")
    apt.ended(call, "hang_up")
    expect_equal(apt.counter("connects"), connects + 1, "connections")
    expect_equal([event["state"] for event in door.events if event["type"] == "presence"
                  and event["user"] == "apt" and event["state"] == "offline"], [], "offline")


@needs_production
def test_two_with_one_account_do_not_fight(world):
    first = world.daemon("apt")
    twins = ProductionWorld(world.binaries, world.link, world.site)
    twins.broker = world.broker
    try:
        second = twins.daemon("apt")
        event = first.event(60, type="link", state="reconnecting", trouble="taken_over")
        expect("another client with this account" in event["text"], event["text"])
        waits = [each["retry_in_ms"] for daemon in (first, second) for each in daemon.events
                 if each["type"] == "link" and each["state"] == "reconnecting"]
        # Before it is known for what it is, one loss may look like the network's.
        waits.sort()
        expect(waits[1] >= 2500 and waits[-1] >= 5000, f"times to the next attempt: {waits}")
    finally:
        twins.broker = None
        twins.close()
