"""A device that speaks transport/PROTOCOL.md and was written from that page alone: it calls, is
called, sits in groups, shows presence and asks for doors. One thread does everything in turn."""

import os
import queue
import random
import threading
import time

import wire
from call import Call
from leg import ACCEPT_FAILED, BUSY, CALLER_LOST, CONNECTED, DECLINED, DECLINED_EVERYWHERE, \
    ENDED, PEER_LOST
from mqtt import PRESENCE_S, Connection
from packing import Refused
from repeats import Repeat

BARRIER_S, MARKER_S, FRESH_S, TICK_S = 3.0, 1.0, 2, 0.02
OWNERS_KINDS = ("ringing", "accept", "reject")  # said to the leg's owner
FROM_MEMBERS = ("end", "leave", "roster", "info")
LATER_S, RINGING_S = 660, 600
DOOR, REQUEST, NONCE, OPEN, RESULT = 6, 0, 1, 2, 3
RESULTS = ("opened", "failed", "not_allowed", "stale", "no_door", "busy")


class Peer:
    def __init__(self, account, port, root="doorcall/v1", version5=True, tls=None, heartbeat_s=2.0,
                 lost_s=6.0):
        self.account, self.root = account, root
        self.device, self.user = account.split("@")
        self.heartbeat_s, self.lost_s = heartbeat_s, lost_s
        self.now = time.monotonic
        self.incarnation, self.connect = random.getrandbits(63) + 1, 1
        self.sequence = 0
        self.shown, self.known = None, {}  # presence: of this one; of accounts
        self.calls, self.repeats, self.seen = {}, [], set()
        self.waiting = {}  # (call, leg) -> (nonce, asked when, the invite, owner)
        self.caught_up, self.marker_due, self.barrier = False, None, None
        self.door_asks = {}  # sequence -> results
        self.events, self.changed = [], threading.Condition()
        self.todo = queue.Queue()
        self.over = False
        self.connection = Connection(account, port, root, self.presence("offline", settled=1),
                                     lambda: self.todo.put(self.on_connected),
                                     lambda *what: self.todo.put(lambda: self.on_message(*what)),
                                     version5, tls)
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    # --- the thread, and how others reach it

    def loop(self):
        while not self.over:
            try:
                self.todo.get(timeout=TICK_S)()
            except queue.Empty:
                pass
            now = self.now()
            if not self.caught_up and self.barrier is not None:
                self.caught_up = now >= self.barrier
                if now >= self.marker_due:
                    self.send_marker()
            for each in list(self.repeats):
                each.tick(now)
            self.repeats = [each for each in self.repeats if not each.over]
            for call in list(self.calls.values()):
                call.tick(now)
            self.show()

    def do(self, function):
        """Runs it in the thread; returns its result."""
        done = queue.Queue()
        self.todo.put(lambda: done.put(function()))
        return done.get(timeout=15)

    def tell(self, call, change=None):
        with self.changed:
            self.events.append((change or call.state, call.id, call.reason))
            self.changed.notify_all()

    def until(self, change, call=None, timeout=15):
        """The call of the first such event, as soon as it has come, and the reason."""
        def find():
            return next((event for event in self.events
                         if event[0] == change and call in (None, event[1])), None)
        with self.changed:
            if not self.changed.wait_for(find, timeout):
                raise AssertionError(f"{self.account}: no {change}; seen: {self.events}")
            return find()[1:]

    # --- what a person does

    def call(self, *users, ring_s=20.0):
        def start():
            call = Call(self, os.urandom(16).hex())
            self.calls[call.id] = call
            call.invite(users, ring_s)
            return call.id
        return self.do(start)

    def answer(self, call):
        self.do(self.calls[call].answer)

    def decline(self, call, here=False):
        self.do(lambda: self.calls[call].refuse(DECLINED if here else DECLINED_EVERYWHERE))

    def cancel(self, call):
        self.do(self.calls[call].cancel)

    def hang_up(self, call):
        self.do(self.calls[call].leave)

    def members(self, call):
        return self.do(lambda: {(leg.user, leg.device) for leg in self.calls[call].legs.values()
                                if leg.state == CONNECTED})

    def ask_door(self, user, device, call=None):
        """What the door says."""
        results = queue.Queue()
        self.do(lambda: self.say_door(user, device, call or os.urandom(16).hex(), {}, results))
        return results.get(timeout=15)

    def close(self, goodbye=True):
        last = self.do(lambda: self.presence("offline", settled=1)) if goodbye else None
        self.over = True
        self.thread.join()
        self.connection.close(last)

    # --- presence

    def state(self):
        states = {call.state for call in self.calls.values()}
        for state, shown in (("connected", "in_call"), ("calling", "calling"),
                             ("accepting", "ringing"), ("ringing", "ringing")):
            if state in states:
                return shown
        return "idle"

    def presence(self, state, settled=0):
        number = ("offline", "idle", "ringing", "calling", "in_call", "dnd").index(state)
        return wire.encode({"version": 1, "kind": "presence", "incarnation": self.incarnation,
                            "connect": self.connect,
                            "body": {"state": number, "name": "A peer", "settled": settled}})

    def show(self):
        if self.barrier is not None and self.state() != self.shown:
            self.shown = self.state()
            self.connection.publish(self.connection.presence_topic(), self.presence(self.shown),
                                    PRESENCE_S, retain=True)

    def on_presence(self, account, payload, retained):
        if not payload:
            self.known.pop(account, None)
            return
        said = wire.decode(payload, presence=True)
        numbers = (said["incarnation"], said["connect"])
        if account == self.account:
            if not retained and numbers != (str(self.incarnation), self.connect):
                self.shown = None  # somebody hides us: say it again
            return
        held = self.known.get(account)
        if said["body"]["state"] == 0 and held is not None and not retained and held[0] != numbers:
            return  # the death of an earlier life
        self.known[account] = (numbers, said["body"]["state"])

    def online(self, user):
        return {account.split("@")[0] for account, (_, state) in self.known.items()
                if state != 0 and account.endswith("@" + user)}

    def sees(self, account):
        states = ("offline", "idle", "ringing", "calling", "in_call", "dnd")
        return self.do(lambda: states[self.known[account][1]] if account in self.known else None)

    # --- messages out

    def next_sequence(self):
        self.sequence += 1
        return self.sequence

    def send(self, kind, user, call, leg, body, to=None, sequence=None, expiry=None):
        meaning = {"version": 1, "kind": kind, "incarnation": self.incarnation,
                   "connect": self.connect, "sequence": sequence or self.next_sequence()}
        if call is not None:
            meaning |= {"call": call, "leg": list(leg)}
        if to:
            meaning["to"] = to
        if body:
            meaning["body"] = body
        topic = f"{self.root}/{user}/inbox/{self.account}"
        expiry = expiry or (RINGING_S if kind == "ringing" else LATER_S)
        self.connection.publish(topic, wire.encode(meaning), expiry)

    def repeat(self, send, owing, until):
        send()
        repeat = Repeat(self.now(), send, owing, until)
        self.repeats.append(repeat)
        return repeat

    def say(self, kind, user, call, leg, body, devices, for_s, replaces=None):
        """Until each of these devices has acked it."""
        sequence = self.next_sequence()
        everybody = kind in ("confirm", "cancel") or len(devices) != 1
        to = None if everybody else next(iter(devices))
        if replaces is not None:
            for each in self.repeats:
                each.over = each.over or getattr(each, "replaces", None) == (replaces, call)
        repeat = self.repeat(
            lambda: self.send(kind, user, call, leg, body, to, sequence), set(devices) or None,
            self.now() + for_s)
        repeat.message = (call, tuple(leg), sequence)
        repeat.replaces = (replaces, call)
        return repeat

    def ack(self, said, user, device):
        self.send("ack", user, said["call"], said["leg"], {"acked_sequence": said["sequence"]},
                  to=device)

    def send_marker(self):
        self.marker_due = self.now() + MARKER_S
        self.send("marker", self.user, None, None, {}, to=self.device, expiry=3)

    # --- messages in

    def on_connected(self):
        if self.barrier is not None:
            self.connect += 1
        self.shown = None
        self.barrier = self.now() + BARRIER_S
        self.show()
        self.send_marker()

    def on_message(self, topic, payload, retained, expiry):
        parts = topic[len(self.root) + 1:].split("/")
        try:
            if parts[1] == "presence":
                self.on_presence(f"{parts[2]}@{parts[0]}", payload, retained)
            elif not retained:
                self.on_said(parts[2], wire.decode(payload), expiry)
        except Refused:
            pass  # refused messages change nothing

    def on_said(self, sender, said, expiry):
        device, user = sender.split("@")
        kind, body = said["kind"], said.get("body", {})
        if kind == "marker":
            if sender == self.account and said["incarnation"] == str(self.incarnation) and \
                    said["connect"] == self.connect:
                self.caught_up = True
            return
        if user == self.user or said.get("to", self.device) != self.device:
            return
        key = tuple(said["leg"])
        call = self.calls.get(said["call"])
        if kind == "invite":
            if key[0] == sender and key[1] >= 1:
                self.on_invite(sender, said, body, expiry, call)
        elif kind == "sync" and "invite" in body:
            if key[0] == sender:
                self.on_sync_invite(sender, said, body, call)
        elif kind == "ack":
            for each in self.repeats:
                if getattr(each, "message", None) == (said["call"], key, body["acked_sequence"]):
                    each.answered(device)
        elif kind == "info" and body["about"] == DOOR:
            self.on_door(user, device, said, body)
        elif call is None:
            self.on_unknown(user, device, said, kind, body)
        elif kind in OWNERS_KINDS:
            leg = call.legs.get(key)
            if key[0] == self.account and leg is not None and leg.user == user:
                getattr(call, "on_" + kind)(leg, device, body, said)
        elif kind in ("confirm", "cancel"):
            if key[0] == sender and key == call.mine:
                getattr(call, "on_" + kind)(body, said)
        else:
            self.on_member(call, user, device, said, kind, body)

    def on_member(self, call, user, device, said, kind, body):
        leg = call.legs.get(tuple(said["leg"]))
        if leg is None or (leg.user, leg.device) != (user, device):
            return
        if kind in FROM_MEMBERS:
            self.ack(said, user, device)
        name = (said["call"], said["incarnation"], said["sequence"])
        if call.state != "connected" or leg.state == ENDED or name in self.seen:
            return
        call.heard[leg.key] = self.now()
        if kind != "sync":
            self.seen.add(name)
        if kind in ("sync", "roster"):
            call.on_view(body.get("legs", ()))
        elif kind == "leave":
            call.on_gone(leg, body["reason"])
        elif kind == "end":
            first = min((each.join, each.key) for each in call.members() + [call.own()])
            if (leg.join, leg.key) == first:
                call.own().end(body["reason"])
                call.go("ended", body["reason"])

    # --- who is called

    def on_invite(self, sender, said, body, expiry, call):
        if call is not None:
            if call.state != "ended" and call.mine == tuple(said["leg"]):
                call.again()
            return
        seconds = -(-body["ring_left"] // 1000)
        fresh = self.caught_up and expiry is not None and 0 <= seconds - expiry <= FRESH_S
        if fresh:
            self.present(sender, said, body)
            return
        device, user = sender.split("@")
        nonce = random.getrandbits(63) + 1
        self.waiting[said["call"], tuple(said["leg"])] = (nonce, self.now(), body)
        self.send("ringing", user, said["call"], said["leg"], {"alert": 2, "nonce": nonce},
                  to=device)

    def on_sync_invite(self, sender, said, body, call):
        waits = self.waiting.pop((said["call"], tuple(said["leg"])), None)
        if call is not None:
            if call.state in ("ringing", "accepting"):
                call.on_view(body.get("legs", ()))
                call.again()
        elif waits is not None and body.get("nonce") == str(waits[0]):
            invite = {**body["invite"], "roster": body.get("legs", [])}
            invite["ring_left"] -= round(1000 * (self.now() - waits[1]))
            self.present(sender, said, invite)

    def present(self, sender, said, body):
        device, user = sender.split("@")
        if any(each.state != "ended" for each in self.calls.values()):
            self.say("reject", user, said["call"], said["leg"], {"reason": BUSY}, {device},
                     LATER_S)
            return
        call = Call(self, said["call"])
        self.calls[call.id] = call
        call.ring(sender, said["leg"], body)

    def on_unknown(self, user, device, said, kind, body):
        """Section 8.11."""
        if kind in ("ringing", "accept"):
            self.send("cancel", user, said["call"], said["leg"], {"reason": CALLER_LOST},
                      to=device)
        elif kind in ("end", "leave", "cancel", "reject") or kind == "confirm" and \
                body["winner"] != self.device:
            self.ack(said, user, device)
        elif kind == "confirm":
            self.say("reject", user, said["call"], said["leg"], {"reason": ACCEPT_FAILED},
                     {device}, LATER_S)
        elif kind in ("sync", "roster"):
            mine = [leg for leg in body.get("legs", ())
                    if (leg[2], leg[3], leg[4]) == (self.user, self.device, CONNECTED)]
            if mine:
                self.say("leave", user, said["call"], mine[0][:2], {"reason": PEER_LOST}, {device},
                         LATER_S)
            elif kind == "roster":
                self.ack(said, user, device)

    # --- doors

    def say_door(self, user, device, call, step, results):
        sequence = self.next_sequence()
        repeat = self.repeat(
            lambda: self.send("info", user, call, (self.account, 0), {"about": DOOR, **step},
                              to=device, sequence=sequence, expiry=10), None, self.now() + 10)
        self.door_asks[sequence] = (results, repeat, user, device)

    def on_door(self, user, device, said, body):
        step = body.get("step", REQUEST)
        if step in (REQUEST, OPEN):  # there is no door here
            if said.get("to"):
                self.send("info", user, said["call"], (self.account, 0),
                          {"about": DOOR, "step": RESULT, "result": RESULTS.index("no_door"),
                           "asked": said["sequence"]}, to=device, expiry=10)
            return
        results, repeat, *asked = self.door_asks.pop(body["asked"], (None, None))
        if results is None or asked != [user, device]:
            return
        repeat.answered("")
        if step == NONCE:
            self.say_door(user, device, said["call"], {"step": OPEN, "nonce": body["nonce"]},
                          results)
        else:
            results.put(RESULTS[body.get("result", 0)])

