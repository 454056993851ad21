"""Two sites whose production brokers are joined by the shipped bridge."""

import socket
import threading

from doorcall_broker import expect, expect_equal, free_port
from doorcall_runner import needs_production
from doorcall_site import HOST, ProductionBroker, ProductionWorld, Site
from mqtt_attacker import Attacker


class Cable:
    """A TCP forwarder to a port that can be cut and mended."""

    def __init__(self, port):
        self.port, self.to = free_port(), port
        self.pairs = []
        self.mend()

    def mend(self):
        self.listener = socket.create_server((HOST, self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection((HOST, self.to))
            except OSError:
                return  # cut
            self.pairs += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.copy, args=(one, other), daemon=True).start()

    @staticmethod
    def copy(one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for each in (one, other):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        except OSError:
            pass
        self.listener.close()
        for each in self.pairs:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class SiteA(ProductionWorld):
    """A site of its own, whose broker holds the bridge to `world`."""

    def __init__(self, world):
        super().__init__(world.binaries, world.link, Site())
        self.world = world
        world.broker.enrol("link@site-a", kind="bridge")
        self.site.run("join", self.site.at, world.site.path("bundles", "link@site-a.tar"))
        self.cable = Cable(world.broker.port)
        world.daemons.append(self)  # closed with the world

    def __enter__(self):
        name = "conf.d/bridge.conf"
        self.broker = ProductionBroker(self, self.site, edits=[
            (name, f"address {HOST}:8883", f"address {HOST}:{self.cable.port}")])
        return self

    def __exit__(self, *_):
        self.close()

    def kill(self):
        self.close()

    def close(self):
        self.cable.cut()
        super().close()
        self.site.close()


def both(world, site_a, **options):
    """A door at site A and an apartment at the other, which know each other."""
    door = site_a.daemon("door", **options)
    apt = world.daemon("apt", **options)
    door.sees(apt, "idle")
    apt.sees(door, "idle")
    return door, apt


def talking(door, apt):
    call = door.call("apt")
    expect_equal(apt.incoming(), call, "the call that rings")
    apt.ask("answer")
    door.change(call, "connected")
    apt.change(call, "connected")
    return call


@needs_production
def test_a_call_and_presence_cross_the_bridge(world):
    with SiteA(world) as site_a:
        spy = Attacker(world, "spy@apt")
        spy.subscribe("doorcall/v1/apt/inbox/+", "doorcall/v1/+/presence/+")
        door, apt = both(world, site_a)
        call = talking(door, apt)
        expect_equal(door.ask("calls")["calls"][0]["call"], call, "the door's call")
        invite = spy.message(lambda each: each.topic == "doorcall/v1/apt/inbox/one@door"
                             and b"\x01\x01" in each.payload[:5])
        expect(invite.expiry is not None and 15 <= invite.expiry <= 20,
               f"expiry of the invitation beyond the bridge: {invite.expiry}")
        presence = spy.message(lambda each: each.topic == "doorcall/v1/door/presence/one"
                               and each.payload)
        expect(presence.expiry is not None and 3800 <= presence.expiry <= 3900,
               f"expiry of presence beyond the bridge: {presence.expiry}")
        apt.ask("hangup")
        door.ended(call, "hang_up")
        back = apt.call("door")
        expect_equal(door.incoming(), back, "the call back")
        apt.ask("cancel")
        door.ended(back, "cancelled")
        expect_equal(door.end(), 0, "exit code")
        apt.sees(door, "offline")
        late = world.daemon("apt", "late")  # retained beyond the bridge
        late.sees(door, "offline")
        healed = apt.counter("presence_healed") + late.counter("presence_healed")
        expect_equal(healed, 0, "own presence seen changed")


@needs_production
def test_a_cut_bridge_is_as_a_lost_peer_and_heals(world):
    with SiteA(world) as site_a:
        door, apt = both(world, site_a)
        call = talking(door, apt)
        site_a.cable.cut()
        door.ended(call, "peer_lost")
        apt.ended(call, "peer_lost")
        lost = door.call("apt")
        door.ended(lost, "no_response")
        expect_equal(apt.find({"call": lost}), None, "what is heard of a call across the cut")
        expect_equal(door.end(), 0, "exit code")  # nobody beyond the cut is told
        site_a.cable.mend()
        apt.sees(door, "offline", 45)
        door.restart()
        apt.sees(door, "idle")
        door.until(lambda: door.devices.get(apt.account) == "idle", "presence of the apartment")
        again = talking(door, apt)
        apt.ask("hangup")
        door.ended(again, "hang_up")
        expect_equal([event for event in apt.events if event.get("change") == "incoming"
                      and event["call"] == lost], [], "rings of the call across the cut")


test_a_cut_bridge_is_as_a_lost_peer_and_heals.link = "mosquitto"  # takes 25 s, and is the broker's
