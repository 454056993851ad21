"""Daemons and a peer in Python that was written from transport/PROTOCOL.md alone call each other.
What it was written from is what is tested here, as much as the daemons."""

import importlib
import os
import subprocess
import sys
import threading

from doorcall_runner import needs_production
from doorcall_testlib import ROOT, expect, expect_equal
from test_push import python_with_paho

PEER = os.path.join(ROOT, "tests", "peer")
IMPORTING = threading.Lock()  # tests run side by side
WHERE_PAHO_IS = "import os, paho; print(os.path.dirname(os.path.dirname(paho.__file__)))"


def import_peer():
    """The peer's module. Paho has no compiled part: Debian's serves any Python."""
    try:
        importlib.import_module("paho.mqtt.client")
    except ImportError:
        found = subprocess.run([python_with_paho(), "-c", WHERE_PAHO_IS], capture_output=True,
                               text=True, check=True)
        sys.path.append(found.stdout.strip())
    if PEER not in sys.path:
        sys.path.append(PEER)
    return importlib.import_module("peer")


def needs_peer(test):
    """Runs a test with `make(account, …)`; the peers are closed after it."""
    def run(world):
        with IMPORTING:
            peer = import_peer()
        made = []

        def make(account, **options):
            port = options.pop("port", world.broker.port)
            if hasattr(world.broker, "enrol"):
                options["tls"] = (world.site.ca, world.broker.enrol(account))
            made.append(peer.Peer(account, port, **options))
            return made[-1]
        try:
            test(world, make)
        finally:
            for each in made:
                if not each.over:
                    each.close(goodbye=False)
    run.__name__ = test.__name__
    if hasattr(test, "broker"):
        run.broker = test.broker
    return run


def sees(daemon, account, state):
    daemon.until(lambda: daemon.devices.get(account) == state, f"presence {state} of {account}")


def pair(world, make, account="one@visitor", **options):
    """A daemon and a peer that know each other."""
    apt = world.daemon("apt", **options)
    peer = make(account)
    sees(apt, account, "idle")
    apt.poll(lambda: peer.sees(apt.account) == "idle", "presence at the peer")
    return apt, peer


def is_called(daemon, peer, **options):
    call = peer.call(daemon.user, **options)
    expect_equal(daemon.incoming(), call, "the call that rings")
    peer.until("remote_ringing", call)
    return call


def calls(daemon, peer):
    call = daemon.call(peer.user)
    expect_equal(peer.until("ringing")[0], call, "the call that rings")
    daemon.change(call, "remote_ringing")
    return call


@needs_peer
def test_peer_calls_and_hangs_up(world, make):
    apt, peer = pair(world, make)
    for ends in (lambda call: peer.hang_up(call), lambda call: apt.ask("hangup")):
        call = is_called(apt, peer)
        event = apt.event(type="call", call=call, change="incoming")
        expect_equal((event["peer_user"], event["peer_device"], event["caller_name"]),
                     ("visitor", "one", "A peer"), "who calls")
        apt.ask("answer")
        peer.until("connected", call)
        apt.change(call, "connected")
        sees(apt, peer.account, "in_call")
        expect_equal(peer.members(call), {("visitor", "one"), ("apt", "one")}, "members")
        ends(call)
        apt.ended(call, "hang_up")
        expect_equal(peer.until("ended", call)[1], "hang_up", "the peer's end")
        sees(apt, peer.account, "idle")


@needs_peer
def test_peer_is_called_and_answers(world, make):
    apt, peer = pair(world, make)
    for ends in (lambda call: peer.hang_up(call), lambda call: apt.ask("hangup")):
        with peer.changed:
            peer.events.clear()
        call = calls(apt, peer)
        peer.answer(call)
        apt.change(call, "connected")
        peer.until("connected", call)
        apt.poll(lambda: peer.sees(apt.account) == "in_call", "presence at the peer")
        ends(call)
        apt.ended(call, "hang_up")
        expect_equal(peer.until("ended", call)[1], "hang_up", "the peer's end")


@needs_peer
def test_peer_stays_connected_by_heartbeats(world, make):
    apt, peer = pair(world, make)
    call = is_called(apt, peer)
    apt.ask("answer")
    apt.change(call, "connected")
    began = len(apt.changes(call))
    # What would end it is the daemon's `lost` (6 s), and the peer's.
    other = world.daemon("other")
    other.poll(lambda: apt.ask("calls")["calls"][0]["age_ms"] > 8000, "eight seconds of a call")
    expect_equal(apt.changes(call)[began:], [], "changes of a quiet call")
    expect(all(event[0] != "ended" for event in peer.events), f"the peer's events: {peer.events}")
    peer.close(goodbye=False)
    apt.ended(call, "peer_lost")


@needs_peer
def test_peer_and_daemon_decline(world, make):
    apt, peer = pair(world, make)
    call = is_called(apt, peer)
    apt.ask("decline")
    expect_equal(peer.until("ended", call)[1], "declined_everywhere", "the peer's end")
    apt.ended(call, "declined_everywhere")
    for here, reason in ((True, "declined"), (False, "declined_everywhere")):
        with peer.changed:
            peer.events.clear()
        call = calls(apt, peer)
        peer.decline(call, here)
        apt.ended(call, reason)
        expect_equal(peer.until("ended", call)[1], reason, "the peer's end")


@needs_peer
def test_peer_and_daemon_cancel(world, make):
    apt, peer = pair(world, make)
    call = is_called(apt, peer)
    peer.cancel(call)
    apt.ended(call, "cancelled")
    expect_equal(peer.until("ended", call)[1], "cancelled", "the peer's end")
    call = calls(apt, peer)
    apt.ask("cancel")
    apt.ended(call, "cancelled")
    expect_equal(peer.until("ended", call)[1], "cancelled", "the peer's end")


@needs_peer
def test_peer_and_daemon_are_busy(world, make):
    apt, peer = pair(world, make)
    third = world.daemon("third")
    sees(third, peer.account, "idle")
    call = is_called(apt, peer)
    second = third.call("visitor")  # the peer is calling
    third.ended(second, "busy")
    other = make("two@guest")
    other.call("apt")  # the daemon is ringing
    expect_equal(other.until("ended")[1], "busy", "the other peer's end")
    apt.ask("answer")
    apt.change(call, "connected")


@needs_peer
def test_peer_and_daemon_do_not_answer(world, make):
    apt, peer = pair(world, make, replace=(('ring_time = "20s"', 'ring_time = "2s"'),))
    call = is_called(apt, peer, ring_s=2.0)
    apt.ended(call, "no_answer")
    expect_equal(peer.until("ended", call)[1], "no_answer", "the peer's end")
    call = calls(apt, peer)
    apt.ended(call, "no_answer")
    expect_equal(peer.until("ended", call)[1], "no_answer", "the peer's end")


@needs_peer
def test_peer_has_to_prove_that_its_call_is_fresh(world, make):
    """Without MQTT 5's expiry both sides ask, and ring when the owner has said so."""
    apt = world.daemon("apt")
    peer = make("one@visitor", version5=False)
    sees(apt, peer.account, "idle")
    call = is_called(apt, peer)
    expect_equal(apt.counter("freshness_queries"), 1, "what the daemon has asked")
    apt.ask("answer")
    peer.until("connected", call)
    apt.ask("hangup")
    peer.until("ended", call)
    call = calls(apt, peer)
    peer.answer(call)
    apt.change(call, "connected")


@needs_peer
def test_peer_is_seen_as_it_is(world, make):
    apt, peer = pair(world, make)
    peer.close()
    sees(apt, peer.account, "offline")
    again = make(peer.account)
    sees(apt, peer.account, "idle")
    apt.process.signal(15)
    apt.poll(lambda: again.sees(apt.account) == "offline", "the daemon's goodbye at the peer")


@needs_peer
def test_peer_is_in_a_group(world, make):
    """A daemon calls the peer and another daemon; then the peer calls both."""
    door, apt = world.pair()
    peer = make("one@visitor")
    for each in (door, apt):
        sees(each, peer.account, "idle")
    everybody = {("door", "one"), ("apt", "one"), ("visitor", "one")}

    def seen(daemon, call):
        return {member[:2] for member in daemon.members(call) if member[2] == "connected"}

    call = door.ask("call", users=["visitor", "apt"])["call"]
    expect_equal(peer.until("ringing")[0], call, "the call that rings")
    peer.answer(call)
    peer.until("connected", call)
    apt.incoming()
    apt.ask("answer")
    door.poll(lambda: peer.members(call) == everybody, "three members at the peer")
    for each in (door, apt):
        each.poll(lambda one=each: seen(one, call) == everybody, "three members")
    door.ask("leave")
    apt.poll(lambda: seen(apt, call) == everybody - {("door", "one")}, "two members")
    door.poll(lambda: peer.members(call) == everybody - {("door", "one")}, "two at the peer")
    apt.ask("hangup")
    expect_equal(peer.until("ended", call)[1], "hang_up", "the peer's end")

    for each in (door, apt):
        door.poll(lambda one=each: peer.sees(one.account) == "idle", "presence at the peer")
    call = peer.call("door", "apt")
    for each in (door, apt):
        each.change(call, "incoming")
        each.ask("answer")
        each.change(call, "connected")
    for each in (door, apt):
        each.poll(lambda one=each: seen(one, call) == everybody, "three members")
    peer.hang_up(call)
    for each in (door, apt):
        each.poll(lambda one=each: seen(one, call) == everybody - {("visitor", "one")},
                  "two members")
    door.ask("hangup")
    apt.ended(call, "hang_up")


@needs_peer
def test_peer_can_not_speak_for_others(world, make):
    """Whoever a payload names, the sender is the account in the topic."""
    apt, peer = pair(world, make)
    before = apt.counter("dropped_not_entitled")
    body = {"ring_left": 9000}
    peer.do(lambda: peer.send("invite", "apt", "ab" * 16, ("one@door", 1), body, expiry=9))
    body = {**body, "caller": "one@door"}  # who is not shown as a member
    peer.do(lambda: peer.send("invite", "apt", "cd" * 16, (peer.account, 1), body, expiry=9))
    apt.poll(lambda: apt.counter("dropped_not_entitled") == before + 2, "two dropped messages")
    expect_equal(apt.live(), [], "what rings")
    call = is_called(apt, peer)
    stranger = make("two@guest")
    for kind, leg, body in (("cancel", (peer.account, 1), {"reason": 9}),
                            ("end", (peer.account, 0), {"reason": 1}),
                            ("info", (peer.account, 0),
                             {"about": 5, "text": "x", "member": [peer.account, 1]})):
        stranger.do(lambda k=kind, g=leg, b=body: stranger.send(k, "apt", call, g, b, to="one"))
    apt.poll(lambda: apt.counter("dropped_not_entitled") == before + 5, "three more")
    expect_equal([each["state"] for each in apt.live()], ["ringing"], "the call")


@needs_peer
def test_peer_opens_a_door_only_by_right(world, make):
    relay = os.path.join(world.directory, "relay.sh")
    with open(relay, "w", encoding="utf-8") as file:
        file.write("echo 'doorcall-relay 1'\nwhile read -r word rest; do\n"
                   "case $word in pulse) echo on; echo off ;; esac\ndone\n")
    gate = world.daemon("gate", extra=f'[door]\ncommand = ["/bin/sh", "{relay}"]\n'
                                      'allow = ["janitor"]\n')
    peer = make("one@visitor")
    sees(gate, peer.account, "idle")
    expect_equal(peer.ask_door("gate", "one"), "not_allowed", "of a stranger")
    expect_equal(gate.counter("door_pulses"), 0, "pulses")
    expect_equal(make("one@janitor").ask_door("gate", "one"), "opened", "of who may")
    call = gate.call("visitor")
    peer.until("ringing", call)
    peer.answer(call)
    gate.change(call, "connected")
    expect_equal(peer.ask_door("gate", "one", call), "opened", "of a party of the call")
    expect_equal(gate.counter("door_pulses"), 2, "pulses")
    gate.refused("door", "no_door", user="visitor")


@needs_peer
@needs_production
def test_peer_behind_the_production_broker(world, make):
    """The broker proves who it is: it speaks under its own name or not at all."""
    apt = world.daemon("apt")
    peer = make("one@visitor")
    sees(apt, peer.account, "idle")
    call = is_called(apt, peer)
    apt.ask("answer")
    peer.until("connected", call)
    peer.connection.publish("doorcall/v1/apt/inbox/one@door", b"\x80", 10).wait_for_publish(10)
    expect_equal(apt.counter("dropped_malformed"), 0, "what came under another's name")
    peer.hang_up(call)
    apt.ended(call, "hang_up")

