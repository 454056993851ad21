"""A simulated device: the messages of a call of two by transport/PROTOCOL.md, and no more.

It is one user's only device, rings and answers by itself, and repeats what is not answered (§8.18).
Heartbeats of connected calls, media, groups and restarts are not in it.
"""

import asyncio
import os
import random
import time

import mqtt_client
from wire import ROOT, pack, unpack

INVITE, RINGING, ACCEPT, CONFIRM, REJECT = 1, 2, 3, 4, 5
END, LEAVE, SYNC, ACK, MARKER, PRESENCE = 7, 8, 12, 13, 14, 15
OFFLINE, IDLE, RINGS, CALLS, IN_CALL = range(5)
WAITING = 2  # an alert: not proven fresh
BUSY, HANG_UP = 3, 1  # reasons
RING_MS = 60_000
FRESH_S = 2
REST_EXPIRY_S = 660
PRESENCE_EXPIRY_S = 3900


class Call:
    """What a device knows of the one call that it is in."""

    def __init__(self, call, leg, peer, began=None):
        self.id, self.leg, self.peer = call, leg, peer
        self.began = began  # of an own call: when the invite was sent
        self.connected = False
        self.nonce = 0
        self.repeated = {}  # kind → timer handle of what has no answer yet
        self.over = asyncio.get_running_loop().create_future() if began is not None else None


class Device:
    def __init__(self, account, follows, stats):
        self.device, self.user = account.split("@")
        self.account, self.follows, self.stats = account, follows, stats
        self.incarnation = int.from_bytes(os.urandom(7), "big") + 1
        self.sequence = 0
        self.call = None
        self.client = None
        self.caught_up = None
        self.left = {}  # id of a call that this device has left → timer handle

    # --- connection

    def presence(self, state, **more):
        return pack({0: 1, 1: PRESENCE, 4: self.incarnation, 5: 1,
                     8: {0: state, 1: "Load " + self.user, 2: "panel", 4: "load", **more}})

    async def connect(self, port):
        self.caught_up = asyncio.get_running_loop().create_future()
        topic = f"{ROOT}/{self.user}/presence/{self.device}"
        will = pack({0: 1, 1: PRESENCE, 4: self.incarnation, 5: 1, 8: {0: OFFLINE, 5: 1}})
        self.client = await mqtt_client.connect(port, self.account, topic, will, self.arrived)
        for user in self.follows:
            await self.client.subscribe(f"{ROOT}/{user}/presence/+", 0)
        await self.client.subscribe(f"{ROOT}/{self.user}/inbox/+", 2)
        self.show(IDLE)
        self.send(self.user, self.header(MARKER, to=self.device), 3)
        await self.caught_up

    def show(self, state):
        self.client.publish(f"{ROOT}/{self.user}/presence/{self.device}", self.presence(state),
                            PRESENCE_EXPIRY_S, retain=True)

    # --- messages

    def header(self, kind, call=None, leg=None, to=None, body=None):
        self.sequence += 1
        fields = {0: 1, 1: kind}
        if call is not None:
            fields |= {2: call, 3: leg}
        fields |= {4: self.incarnation, 5: 1, 6: self.sequence}
        if to is not None:
            fields[7] = to
        return fields | ({8: body} if body else {})

    def send(self, user, fields, expiry_s=REST_EXPIRY_S):
        self.client.publish(f"{ROOT}/{user}/inbox/{self.account}", pack(fields), expiry_s)

    def tell(self, call, kind, body=None, leg=None, to=None):
        self.send(call.peer.split("@")[1],
                  self.header(kind, call.id, leg or call.leg, to or call.peer.split("@")[0], body))

    def insist(self, call, fields, wait=1.0, expiry_s=None):
        """Sends, and sends again until the answer stops it."""
        if wait > 1.0:
            self.stats.repetitions += 1
        user = call.peer.split("@")[1]
        if fields[1] == INVITE:
            left = max(0, RING_MS - int((time.monotonic() - call.began) * 1000))
            fields[8] = {**fields[8], 3: left}
            expiry_s = max(1, -(-left // 1000))
        self.send(user, fields, expiry_s or REST_EXPIRY_S)
        call.repeated[fields[1]] = asyncio.get_running_loop().call_later(
            wait * random.uniform(0.8, 1.2), self.insist, call, fields, min(8.0, wait * 2))

    @staticmethod
    def answered(call, *kinds):
        for kind in kinds:
            if timer := call.repeated.pop(kind, None):
                timer.cancel()

    # --- what is done here

    def ring(self, peer):
        """Calls another device's user; returns the call, whose `over` ends with it."""
        call = Call(os.urandom(16), [self.account, 1], peer, time.monotonic())
        self.call = call
        self.show(CALLS)
        self.insist(call, self.header(INVITE, call.id, call.leg, body={
            1: "Load", 3: RING_MS, 4: b"o" * 600, 6: "bell"}))
        return call

    def hang_up(self):
        call, self.call = self.call, None
        own = call.leg if call.began is None else [self.account, 0]
        self.left[call.id] = call
        fields = self.header(LEAVE, call.id, own, call.peer.split("@")[0], {0: HANG_UP})
        self.insist(call, fields)
        self.show(IDLE)

    # --- what comes

    def arrived(self, topic, payload, expiry_left):
        levels = topic.rsplit("/", 2)
        if levels[1] == "presence":
            return  # heard, and counted as delivered; who is there is not asked here
        fields, sender = unpack(payload), levels[2]
        if fields.get(7, self.device) != self.device:
            return
        handler = {INVITE: self.invited, SYNC: self.synced, MARKER: self.marked,
                   RINGING: self.rung, ACCEPT: self.accepted, CONFIRM: self.confirmed,
                   LEAVE: self.ended, END: self.ended, ACK: self.acked,
                   REJECT: self.rejected}.get(fields[1])
        if handler is not None:
            handler(fields, sender, fields.get(8, {}), expiry_left)

    def marked(self, fields, sender, *_):
        if sender == self.account and fields[4] == self.incarnation and not self.caught_up.done():
            self.caught_up.set_result(None)

    def of(self, fields):
        """The present call, if the message is about it."""
        return self.call if self.call is not None and self.call.id == fields[2] else None

    def invited(self, fields, sender, body, expiry_left):
        if self.call is None and fields[2] not in self.left:
            self.call = Call(fields[2], fields[3], sender)
            self.show(RINGS)
            fresh = expiry_left is not None and -(-body[3] // 1000) - expiry_left <= FRESH_S
            if fresh:
                self.pick_up(self.call)
            else:
                self.stats.stale += 1
                self.call.nonce = random.getrandbits(63) + 1
                self.insist(self.call, self.header(
                    RINGING, fields[2], fields[3], sender.split("@")[0],
                    {0: WAITING, 1: self.call.nonce}))
        elif self.call is not None and self.call.id != fields[2]:
            stranger = Call(fields[2], fields[3], sender)
            self.tell(stranger, REJECT, {0: BUSY})

    def synced(self, fields, _sender, body, _left):
        call = self.of(fields)
        if call is not None and RINGING in call.repeated and body.get(2) == call.nonce:
            self.answered(call, RINGING)
            self.pick_up(call)

    def pick_up(self, call):
        self.tell(call, RINGING)
        self.insist(call, self.header(ACCEPT, call.id, call.leg, call.peer.split("@")[0],
                                      {0: b"a" * 600}))

    def rung(self, fields, sender, body, _left):
        call = self.of(fields)
        if call is None or call.began is None:
            return
        if body.get(0, 0) == WAITING:
            left = max(0, RING_MS - int((time.monotonic() - call.began) * 1000))
            self.tell(call, SYNC, {1: {3: left, 4: b"o" * 600}, 2: body[1]},
                      to=sender.split("@")[0])
        else:
            self.answered(call, INVITE)

    def accepted(self, fields, sender, *_):
        call = self.of(fields)
        if call is None or call.began is None or call.connected:
            return
        self.answered(call, INVITE)
        call.connected, call.peer = True, sender
        self.insist(call, self.header(CONFIRM, call.id, call.leg,
                                      body={0: sender.split("@")[0], 1: 1}))
        self.show(IN_CALL)

    def confirmed(self, fields, sender, _body, _left):
        call = self.of(fields)
        if call is None:
            return
        self.acknowledge(fields, sender)
        if not call.connected:
            call.connected = True
            self.answered(call, ACCEPT)
            self.show(IN_CALL)

    def acknowledge(self, fields, sender):
        about = Call(fields[2], fields[3], sender)
        self.tell(about, ACK, {0: fields[6]})

    def ended(self, fields, sender, *_):
        self.acknowledge(fields, sender)
        call = self.of(fields)
        if call is None:
            return
        for kind in tuple(call.repeated):
            self.answered(call, kind)
        self.call = None
        self.left[call.id] = call
        self.show(IDLE)
        if call.over is not None and not call.over.done():
            call.over.set_result("ended by the other side")

    def acked(self, fields, *_):
        call = self.of(fields) or self.left.get(fields[2])
        if call is None:
            return
        if call is self.call:
            if CONFIRM in call.repeated:
                self.answered(call, CONFIRM)
                self.stats.set_up(time.monotonic() - call.began)
                if self.stats.hold_s is not None:
                    asyncio.get_running_loop().call_later(self.stats.hold_s, self.leave, call)
        elif LEAVE in call.repeated:
            self.answered(call, LEAVE)
            if call.over is not None and not call.over.done():
                call.over.set_result("")

    def leave(self, call):
        if self.call is call:
            self.hang_up()

    def rejected(self, fields, sender, body, _left):
        call = self.of(fields)
        self.acknowledge(fields, sender)
        if call is None or call.connected or call.began is None:
            return
        for kind in tuple(call.repeated):
            self.answered(call, kind)
        self.call = None
        self.show(IDLE)
        if not call.over.done():
            call.over.set_result(f"rejected, reason {body.get(0)}")
