"""Attacks that the production broker stops: by real clients with certificates of their own, on
others who are talking meanwhile. broker-config/SECURITY.md has them in a table."""

import os

from attack_tools import Unharmed, memory_kb
from doorcall_broker import Failed, expect, expect_equal
from doorcall_runner import needs_production
from doorcall_site import SecureClient
from mqtt_attacker import Attacker, Closed
from protocol_words import CANCEL, ROOT, Voice, new_call, pack
from test_credentials import issue

REFUSED = 0x87
EVIL = "mallory@evil"


def presence(state, incarnation=1):
    return pack({0: 1, 1: 15, 4: incarnation, 5: 1, 8: {0: state} if state else {5: 1}})


@needs_production
def test_attack_publish_as_another_user(world):
    apt = world.daemon("apt")
    evil, voice = Attacker(world, EVIL), Voice("one@door")
    with Unharmed(apt):
        for account in ("one@door", "x@door", "one@apt", "mallory@door"):
            topic = f"{ROOT}/apt/inbox/{account}"
            for retain in (False, True):
                code = evil.publish(topic, voice.invite(new_call()), retain, expiry=20)
                expect_equal(code, REFUSED, f"code for {topic}")
        unacknowledged = evil.text(f"{ROOT}/apt/inbox/one@door") + b"\0"
        evil.socket.sendall(evil.packet(0x30, unacknowledged + voice.invite(new_call())))
        evil.fence()
    expect(evil.is_connected(), "a connection that may stay was closed")


@needs_production
def test_attack_one_device_speaks_as_another_of_its_user(world):
    door, apt, call = world.talking()
    evil = Attacker(world, "two@apt")
    voice = Voice("one@apt")
    with Unharmed(door), Unharmed(apt):
        for topic in (f"{ROOT}/door/inbox/one@apt", f"{ROOT}/apt/presence/one",
                      f"{ROOT}/door/push/one@apt"):
            expect_equal(evil.publish(topic, voice.message(8, call, ("one@apt", 0), "one", {0: 1})),
                         REFUSED, f"code for {topic}")


@needs_production
def test_attack_read_what_is_said_to_others(world):
    evil = Attacker(world, EVIL, clean=False)
    evil.subscribe("#", "+/+/+/+/+", f"{ROOT}/+/inbox/+", f"{ROOT}/apt/inbox/+",
                   f"{ROOT}/apt/inbox/one@door", "$SYS/#", f"{ROOT}/+/push/+",
                   "$share/x/" + ROOT + "/apt/inbox/+")
    door, apt, call = world.talking()
    door.ask("send", text="the code is 4711")
    apt.event(type="info", text="the code is 4711")
    door.ask("hangup")
    apt.ended(call, "hang_up")
    evil.fence()
    read = {each.topic for each in evil.messages if "/presence/" not in each.topic}
    expect_equal(read, set(), "what an outsider has read")


@needs_production
def test_attack_connect_with_the_client_id_of_another(world):
    door, apt, call = world.talking()
    with Unharmed(door), Unharmed(apt):
        for client_id in ("one@apt", "one@door", ""):
            evil = Attacker(world, EVIL, client_id=client_id, clean=True)
            expect_equal(evil.connack, 0, "CONNACK")
        connects = apt.counter("connects"), door.counter("connects")
    expect_equal(connects, (1, 1), "connections")
    door.ask("hangup")
    apt.ended(call, "hang_up")


@needs_production
def test_attack_queue_of_a_device_that_is_away(world):
    """A stolen client id would destroy what waits for its owner."""
    door, apt = world.pair()
    apt.kill()
    evil = Attacker(world, EVIL, client_id="one@apt", clean=True)
    call = door.ask("call", user="apt", wait_offline=True)["call"]
    evil.close()
    apt.restart()
    expect_equal(apt.incoming(), call, "the call that waited")


@needs_production
def test_attack_will_in_the_name_of_another(world):
    door, apt, call = world.talking()
    cases = ((f"{ROOT}/apt/inbox/one@door", Voice("one@door").message(
        CANCEL, call, ("one@door", 1), body={0: 9})), (f"{ROOT}/apt/presence/one", presence(0)),
             (f"{ROOT}/door/presence/one", b""))
    door.sees(apt, "in_call")
    apt.sees(door, "in_call")
    with Unharmed(door), Unharmed(apt):
        for will in cases:
            evil = Attacker(world, EVIL, will=will)
            evil.close()  # without DISCONNECT
        last = Attacker(world, EVIL)
        last.fence()
    expect_equal((door.devices["one@apt"], apt.devices["one@door"]), ("in_call", "in_call"),
                 "presence")
    expect_equal(apt.counter("presence_healed") + door.counter("presence_healed"), 0, "healed")


@needs_production
def test_attack_presence_of_another(world):
    door, apt = world.pair()
    evil = Attacker(world, EVIL)
    with Unharmed(door), Unharmed(apt):
        for payload in (presence(0), presence(5), b""):
            for topic in ("apt/presence/one", "apt/presence/ghost", "evil/presence/other",
                          "apt/presence/mallory"):
                expect_equal(evil.publish(f"{ROOT}/{topic}", payload, True), REFUSED, topic)
        expect_equal(evil.publish(f"{ROOT}/evil/presence/mallory", presence(1), True), 0, "own")
        door.until(lambda: EVIL in door.devices, "presence of the attacker's own device")
    expect_equal(door.devices["one@apt"], "idle", "presence of the apartment")


@needs_production
def test_attack_topics_in_ids(world):
    """Names in certificates that would reach into the topics of others."""
    apt = world.daemon("apt")
    with Unharmed(apt):
        for name in ("+", "#", "+@apt", "a/b@apt", "x/inbox/one@door", "one@door\tuser", "user"):
            at = issue(world, "injected", name)
            try:
                evil = SecureClient(world.broker.port, name, world.site.ca, at)
                for topic in (f"{ROOT}/apt/inbox/{name}", f"{ROOT}/apt/inbox/one@door"):
                    if "+" not in topic and "#" not in topic:
                        evil.publish(topic, Voice("one@door").invite(new_call()))
                evil.fence()
            except (OSError, Failed):
                pass  # not let in, or thrown out
        evil = Attacker(world, EVIL)
        for topic in (f"{ROOT}/+/inbox/{EVIL}", f"{ROOT}/#", f"{ROOT}/apt/inbox/{EVIL}\0"):
            try:
                evil.publish(topic, b"x")
            except Closed:
                evil = Attacker(world, EVIL)
        for topic in (f"{ROOT}/apt/inbox/{EVIL}/x", f"{ROOT}/a/b/inbox/{EVIL}",
                      f"{ROOT}/apt/inbox/../{EVIL}", f"/{ROOT}/apt/inbox/{EVIL}", "$SYS/x"):
            expect_equal(evil.publish(topic, b"x"), REFUSED, topic)


@needs_production
def test_attack_payloads_of_a_megabyte(world):
    apt = world.daemon("apt")
    broker = world.broker.process.child.pid
    before = memory_kb(broker)
    with Unharmed(apt):
        for _ in range(10):
            evil = Attacker(world, EVIL)
            try:
                evil.send(f"{ROOT}/apt/inbox/{EVIL}", os.urandom(1 << 20))
                expect(not evil.is_connected(), "who sends a megabyte stays connected")
            except (Closed, OSError):
                pass
    expect(memory_kb(broker) - before < 4096, f"the broker has grown from {before} KB")


@needs_production
def test_attack_slow_consumer(world):
    """Somebody who never reads: what waits for it is bounded, and nobody else waits."""
    slow, evil = Attacker(world, "slow@evil"), Attacker(world, EVIL)
    slow.subscribe(f"{ROOT}/evil/inbox/+")
    door, apt, call = world.talking()
    broker = world.broker.process.child.pid
    before = memory_kb(broker)
    topic, payload = f"{ROOT}/evil/inbox/{EVIL}", os.urandom(16_000)
    with Unharmed(door), Unharmed(apt):
        for _ in range(60):
            for _ in range(20):
                evil.send(topic, payload)
            evil.fence()
    grown = memory_kb(broker) - before
    expect(grown < 16_384, f"the broker has grown by {grown} KB for 19 MB that nobody reads")
    door.ask("hangup")
    apt.ended(call, "hang_up", 5)
