"""Attacks through the one topic that everybody may write: an own message in the victim's inbox.
What stops them is the engine, and the codec before it. broker-config/SECURITY.md has them all."""

import os
import sys
import time

from attack_tools import Unharmed
from doorcall_broker import expect, expect_equal
from doorcall_runner import needs_production
from mqtt_attacker import Attacker
from protocol_words import ACCEPT, ACK, CANCEL, CONFIRM, END, INFO, JOIN, LEAVE, REJECT, RINGING, \
    ROOT, ROSTER, SYNC, Voice, new_call, pack

EVIL = "mallory@evil"
DOOR = """
[door]
command = ["{python}", "{lock}"]
allow = ["apt"]
"""
LOCK = """import sys
print("doorcall-relay 1", flush=True)
for line in sys.stdin:
    if line.startswith("pulse"):
        print("on", flush=True)
        print("off", flush=True)
"""


def attack(world, user="apt"):
    """The attacker's client, its words, and the topic that it may write."""
    voice = Voice(EVIL)
    return Attacker(world, EVIL), voice, voice.inbox(user)


@needs_production
def test_attack_retained_invite(world):
    """It would ring whenever the device comes back."""
    apt = world.daemon("apt")
    evil, voice, topic = attack(world)
    call = new_call()
    with Unharmed(apt, calls=None, rings=1):  # the live copy is as good as any invitation
        evil.publish(topic, voice.invite(call), retain=True, expiry=20)
        apt.change(call, "incoming")
        evil.publish(topic, voice.message(CANCEL, call, (EVIL, 1), body={0: 9}))
        apt.ended(call, "cancelled")
    apt.end()
    friend, honest, mark = Attacker(world, "one@friend"), Voice("one@friend"), new_call()
    late = world.daemon("apt", "late")

    def rings():  # from when on it believes that an invitation is fresh, so it is said again
        friend.publish(honest.inbox("apt"), honest.invite(mark), expiry=20)
        return late.find({"call": mark, "change": "incoming"})

    late.poll(rings, "invitation, so that what was retained would have come")
    old = world.daemon("apt", "old", replace=(("[call]", 'protocol = "3.1.1"\n\n[call]'),))
    old.poll(lambda: old.counter("dropped_retained") >= 1, "drop of what was retained")
    for each in (late, old):
        expect_equal(each.find({"call": call}), None, "what is told of the retained invitation")
    evil.publish(topic, b"", retain=True)


@needs_production
def test_attack_replayed_door_command(world):
    """All that one who may open the door has said, word for word, again and retained."""
    lock = os.path.join(world.directory, "lock.py")
    with open(lock, "w", encoding="utf-8") as file:
        file.write(LOCK)
    settings = DOOR.format(python=sys.executable, lock=lock)
    door, apt = world.devices("one@door", "one@apt", one_door=settings)
    spy = Attacker(world, "spy@door")
    spy.subscribe(f"{ROOT}/door/inbox/+")
    # Until the relay's program has been started the door says that it can't.
    apt.poll(lambda: apt.control.request("door", {"user": "door"})["ok"], "opened door")
    door.event(type="door", change="opened", here=True)
    spy.fence()
    said = [each.payload for each in spy.messages if each.topic.endswith("one@apt")]
    expect(len(said) >= 2, f"what was said to the door: {len(said)} messages")
    apt.kill()
    evil = Attacker(world, "one@apt")  # the stolen key of the one who may open it
    with Unharmed(door):
        for retain in (False, True):
            for payload in said * 3:
                evil.publish(f"{ROOT}/door/inbox/one@apt", payload, retain, expiry=30)
    door.kill()
    for payload in said:
        evil.publish(f"{ROOT}/door/inbox/one@apt", payload, True)
    door.restart()
    with Unharmed(door):
        for payload in said:  # the last one may be a receipt
            evil.publish(f"{ROOT}/door/inbox/one@apt", payload)
        door.poll(lambda: door.counter("door_stale") >= 1, "refusal of the old order")
    expect_equal(door.counter("door_pulses"), 0, "pulses since the restart")


def flood(evil, topic, payloads, **options):
    """A hundred a second."""
    began = time.monotonic()
    for i, payload in enumerate(payloads):
        evil.send(topic, payload, **options)
        time.sleep(max(0.0, began + i / 100 - time.monotonic()))
    evil.fence()


@needs_production
def test_attack_flood_of_invitations(world):
    """New calls, all proven fresh: one rings, the others are told that it is busy."""
    apt = world.daemon("apt")
    evil, voice, topic = attack(world)
    with Unharmed(apt, calls=None, rings=1):
        flood(evil, topic, (voice.invite(new_call()) for _ in range(300)), expiry=20)
    expect_equal(len(apt.live()), 1, "live calls")
    apt.ask("decline")
    with Unharmed(apt, calls=None, rings=0):
        flood(evil, topic, (voice.invite(apt.find({"change": "incoming"})["call"])
                            for _ in range(100)), expiry=20)


@needs_production
def test_attack_flood_by_a_stranger(world):
    """Where strangers are refused nothing of it rings, and who is known gets through."""
    door, apt = world.pair(apt='[contacts]\nusers = ["door"]\nstrangers = "refuse"\n')
    evil, voice, topic = attack(world)
    with Unharmed(apt, calls=None, rings=1):
        flood(evil, topic, (voice.invite(new_call()) for _ in range(150)), expiry=20)
        call = door.call("apt")
        flood(evil, topic, (voice.invite(new_call()) for _ in range(150)), expiry=20)
        apt.change(call, "incoming", 2)
    apt.ask("answer")
    door.change(call, "connected")


@needs_production
def test_attack_flood_while_others_call(world):
    """Unproven invitations cost nothing, and leave room for those who wait for the panel."""
    door, apt = world.pair()
    evil, voice, topic = attack(world)
    with Unharmed(apt, calls=None, rings=1):  # without expiry none is proven fresh
        flood(evil, topic, (voice.invite(new_call()) for _ in range(150)))
        call = door.call("apt")
        flood(evil, topic, (voice.invite(new_call()) for _ in range(150)))
        apt.change(call, "incoming", 2)
    apt.ask("answer")
    door.change(call, "connected")
    expect(apt.counter("dropped_quota") > 100, "what was dropped is not counted")


def junk(voice):
    """Bytes that are none of the protocol's messages."""
    call = new_call()
    good = voice.invite(call)
    yield from (good[:cut] for cut in range(len(good)))
    yield good + b"\x00"
    yield b""
    yield b"\xdf\xff\xff\xff\xff"
    yield b"\x91" * 4000
    yield b"\x81\xa1" * 4000
    yield pack({0: 1, 1: 1, 2: b"short", 3: [EVIL, 1], 4: 1, 5: 1, 6: 1, 8: {3: 1000}})
    for owner in ("a/b@c", "+@apt", "#", "one@door", "", "x" * 70, "a@b@c", "one@apt/inbox"):
        yield voice.message(1, call, (owner, 1), body={3: 20_000})
    yield voice.invite(call, body={3: 600_001})
    yield voice.invite(call, body={1: "\x00" * 65})
    yield voice.invite(call, body={7: [["one@apt", 0, "apt/#", "", 0, 0]]})
    yield pack({0: 1, 1: 1, 0x7FFF: 1})
    for _ in range(100):
        yield os.urandom(200)
        at = os.urandom(1)[0] % len(good)
        yield good[:at] + os.urandom(1) + good[at + 1:]


@needs_production
def test_attack_malformed_messages(world):
    door, apt, call = world.talking()
    evil, voice, topic = attack(world)
    with Unharmed(apt, calls=None), Unharmed(door):
        for payload in junk(voice):
            evil.publish(topic, payload)
    apt.poll(lambda: apt.counter("dropped_malformed") > 100, "count of what was dropped")
    door.ask("hangup")
    apt.ended(call, "hang_up")


@needs_production
def test_attack_other_versions(world):
    apt = world.daemon("apt")
    evil, voice, topic = attack(world)
    evil.subscribe(f"{ROOT}/evil/inbox/+")
    with Unharmed(apt):
        for version in (0, 2, 3, 255, 1 << 40):
            for _ in range(3):
                evil.publish(topic, voice.invite(new_call(), version=version), expiry=20)
        for kind in range(2, 16):
            evil.publish(topic, voice.message(kind, new_call(), (EVIL, 1), version=2))
        evil.message(lambda each: b"\x01\x05" in each.payload[:6])  # a reject
    expect(apt.counter("foreign_version") >= 12, "what was dropped is not counted")


def takeovers(voice, call, owner):
    """What would end, move or fill somebody else's call if it were believed."""
    own, leg = (EVIL, 0), (owner, 1)
    ended = [[owner, 0, "door", "one", 5, 1], [owner, 1, "apt", "one", 5, 1]]
    mine = [[owner, 1, "evil", "mallory", 4, 0, 7, 0]]
    for key in (own, leg, (owner, 0), (EVIL, 1)):
        for kind, body in ((ACCEPT, {}), (REJECT, {0: 3}), (CANCEL, {0: 9}), (END, {0: 1}),
                           (END, {0: 18}), (LEAVE, {0: 1, 2: ended}), (ROSTER, {0: ended}),
                           (ROSTER, {0: mine}), (SYNC, {0: ended}), (SYNC, {0: mine}),
                           (CONFIRM, {0: "mallory", 1: 1}), (CONFIRM, {0: "one", 1: 9, 2: mine}),
                           (RINGING, {}), (ACK, {0: 1}), (JOIN, {}), (JOIN, {0: 1}),
                           (INFO, {0: 5, 3: "hello", 8: list(key)}),
                           (INFO, {0: 4, 3: "1", 8: list(key)})):
            yield voice.message(kind, call, key, "one", body)
            yield voice.message(kind, call, key, None, body)


@needs_production
def test_attack_hijack_a_call_by_its_id(world):
    door, apt, call = world.talking()
    members = door.members(call)
    evil = Attacker(world, EVIL)
    voice = Voice(EVIL)
    with Unharmed(door), Unharmed(apt):
        for payload in takeovers(voice, call, "one@door"):
            for user in ("apt", "door"):
                evil.publish(voice.inbox(user), payload)
    expect_equal((door.members(call), apt.members(call)), (members, members), "members")
    expect_equal([each for each in door.events + apt.events if each["type"] == "info"], [], "infos")
    expect(apt.counter("dropped_not_entitled") > 20, "what was dropped is not counted")
    door.ask("hangup")
    apt.ended(call, "hang_up")


@needs_production
def test_attack_poisoned_tombstones(world):
    """Ends of a call that has not begun, in the names of others and in great number."""
    apt = world.daemon("apt")
    evil, voice, topic = attack(world)
    honest, friend, call = Voice("one@friend"), Attacker(world, "one@friend"), new_call()
    with Unharmed(apt):
        for _ in range(500):
            evil.publish(topic, voice.message(CANCEL, new_call(), (EVIL, 1), body={0: 9}))
        for payload in takeovers(voice, call, "one@friend"):
            evil.publish(topic, payload)
    friend.publish(honest.inbox("apt"), honest.invite(call), expiry=20)
    expect_equal(apt.incoming(), call, "the call whose id was poisoned")
    apt.ask("decline")
    apt.change(call, "ended")
    with Unharmed(apt, calls=None):
        for _ in range(500):  # to push the end of that call out of the memory
            evil.publish(topic, voice.message(CANCEL, new_call(), (EVIL, 1), body={0: 9}))
            evil.publish(topic, voice.invite(new_call()))
        friend.publish(honest.inbox("apt"), honest.invite(call), expiry=20)
        friend.fence()
