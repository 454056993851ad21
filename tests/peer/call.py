"""A call as one device sees it, and what it does about each message of it (transport/PROTOCOL.md,
section 8). The states are those of the device: calling, ringing, accepting, connected, ended."""

from leg import ACCEPT_FAILED, ALREADY_HERE, ANSWERED_ELSEWHERE, CANCELLED, CONNECTED, \
    DECLINED_EVERYWHERE, ENDED, HANG_UP, NO_ANSWER, PEER_LOST, REASONS, RINGING, TOLD, Leg

CONFIRM_S, TOMBSTONE_S = 8.0, 660


class Call:
    def __init__(self, peer, call_id):
        self.peer, self.id = peer, call_id
        self.state, self.reason = "idle", ""
        self.legs, self.mine = {}, None  # by key
        self.deadline = None  # of ringing and accepting
        self.incarnations, self.heard, self.beat = {}, {}, 0.0
        self.invites, self.accepting = {}, None  # repeats

    # --- what it knows

    def own(self):
        return self.legs[self.mine]

    def members(self):
        return [leg for leg in self.legs.values() if leg.state == CONNECTED
                and leg.key != self.mine]

    def pending(self):
        return [leg for leg in self.legs.values() if leg.pending() and leg.key != self.mine]

    def view(self):
        now = self.peer.now()
        return [leg.view(now) for leg in self.legs.values()]

    def is_group(self):
        return len(self.legs) > 2

    def go(self, state, reason=0):
        if self.state != "ended":
            self.state, self.reason = state, REASONS[reason]
            self.peer.tell(self)

    # --- as the one who calls

    def invite(self, users, ring_s):
        now, peer = self.peer.now(), self.peer
        self.mine = (peer.account, 0)
        self.legs[self.mine] = Leg(self.mine, peer.user, CONNECTED, peer.device)
        for number, user in enumerate(users, 1):
            key = (peer.account, number)
            self.legs[key] = Leg(key, user, until=now + ring_s)
        self.go("calling")
        for leg in self.pending():
            sequence = peer.next_sequence()
            self.invites[leg.key] = peer.repeat(
                lambda leg=leg, sequence=sequence: self.send_invite(leg, sequence),
                None, leg.until)

    def send_invite(self, leg, sequence):
        left = max(1, round(1000 * (leg.until - self.peer.now())))
        body = {"caller_name": "A peer", "ring_left": left}
        if self.is_group():
            body["roster"] = self.view()
        self.peer.send("invite", leg.user, self.id, leg.key, body, sequence=sequence,
                       expiry=-(-left // 1000))

    def on_ringing(self, leg, device, body, said):
        if not leg.pending():
            self.tell_outcome(leg, device)
            return
        leg.heard.add(device)
        if body.get("alert") == 2:
            left = max(1, round(1000 * (leg.until - self.peer.now())))
            body = {"invite": {"caller_name": "A peer", "ring_left": left}, "nonce": body["nonce"]}
            if self.is_group():
                body["legs"] = self.view()
            self.peer.send("sync", leg.user, self.id, leg.key, body, to=device,
                           expiry=-(-left // 1000))
            return
        self.stop_inviting(leg)
        if leg.state < RINGING:
            leg.state = RINGING
            self.peer.tell(self, "remote_ringing")
            self.say_roster()

    def stop_inviting(self, leg):
        if leg.key in self.invites:
            self.invites[leg.key].answered("")

    def on_accept(self, leg, device, body, said):
        if not leg.pending():
            self.tell_outcome(leg, device)
            return
        self.stop_inviting(leg)
        leg.heard.add(device)
        leg.state, leg.device = CONNECTED, device
        leg.join = 1 + max(each.join for each in self.legs.values())
        self.incarnations[leg.account()] = said["incarnation"]
        self.heard[leg.key] = self.peer.now()
        self.say_to_all(leg, "confirm", self.confirm_body(leg))
        self.say_roster(but=leg)
        if self.state == "connected":
            self.peer.tell(self, "member")
        else:
            self.go("connected")

    def confirm_body(self, leg):
        legs = {"legs": self.view()} if self.is_group() else {}
        return {"winner": leg.device, "join_number": leg.join, **legs}

    def on_reject(self, leg, device, body, said):
        self.peer.ack(said, leg.user, device)
        winner_gave_up = leg.state == CONNECTED and device == leg.device and \
            body["reason"] == ACCEPT_FAILED
        if not leg.pending() and not winner_gave_up:
            return
        leg.heard.add(device)
        leg.refused[device] = body["reason"]
        online = self.peer.online(leg.user)
        if winner_gave_up or body["reason"] in (DECLINED_EVERYWHERE, ALREADY_HERE):
            self.end_leg(leg, body["reason"])
        elif online and online <= set(leg.refused):
            self.end_leg(leg, leg.refusal())

    def end_leg(self, leg, reason):
        """A leg of ours is over: everything that rings for it stops."""
        self.stop_inviting(leg)
        leg.end(reason)
        self.say_to_all(leg, "cancel", {"reason": TOLD.get(reason, reason)})
        self.say_roster()
        self.look_around(reason)

    def tell_outcome(self, leg, device):
        if leg.state == CONNECTED or leg.device not in ("", device):
            self.peer.send("confirm", leg.user, self.id, leg.key, self.confirm_body(leg), to=device)
        else:
            self.peer.send("cancel", leg.user, self.id, leg.key,
                           {"reason": TOLD.get(leg.reason, leg.reason)}, to=device)

    def say_to_all(self, leg, kind, body):
        """Until each device of the user has acked that was heard from, or is online and has not
        refused."""
        devices = (leg.heard | self.peer.online(leg.user)) - set(leg.refused)
        self.peer.say(kind, leg.user, self.id, leg.key, body, devices, TOMBSTONE_S)

    # --- as one who is called

    def ring(self, owner, key, body):
        now, peer = self.peer.now(), self.peer
        self.mine = tuple(key)
        for view in body.get("roster") or body.get("legs") or [
                [owner, 0, owner.split("@")[1], owner.split("@")[0], CONNECTED, 0, 0, 0]]:
            leg = Leg.of(view, now)
            self.legs[leg.key] = leg
            self.heard[leg.key] = now
        self.legs[self.mine] = Leg(self.mine, peer.user, RINGING,
                                   until=now + body["ring_left"] / 1000)
        self.deadline = self.own().until
        self.go("ringing")
        self.say_ringing()

    def owner(self):
        return self.mine[0]

    def to_owner(self, kind, body):
        device, user = self.owner().split("@")
        self.peer.send(kind, user, self.id, self.mine, body, to=device)

    def say_ringing(self):
        self.to_owner("ringing", {})

    def again(self):
        """The invite has come once more."""
        if self.state == "ringing":
            self.say_ringing()
        elif self.state == "accepting":
            self.accepting.send()

    def answer(self):
        device, user = self.owner().split("@")
        sequence = self.peer.next_sequence()
        self.accepting = self.peer.repeat(
            lambda: self.peer.send("accept", user, self.id, self.mine, {}, to=device,
                                   sequence=sequence), None, self.peer.now() + CONFIRM_S)
        self.deadline = self.peer.now() + CONFIRM_S
        self.go("accepting")

    def refuse(self, reason):
        device, user = self.owner().split("@")
        if self.accepting:
            self.accepting.answered("")
        self.peer.say("reject", user, self.id, self.mine, {"reason": reason}, {device},
                      TOMBSTONE_S)
        self.own().end(reason)
        self.go("ended", reason)

    def on_confirm(self, body, said):
        device, user = self.owner().split("@")
        if self.state == "ended" and body["winner"] == self.peer.device and \
                self.own().state != CONNECTED:
            self.peer.say("reject", user, self.id, self.mine, {"reason": ACCEPT_FAILED}, {device},
                          TOMBSTONE_S)
            return
        self.peer.ack(said, user, device)
        if self.accepting:
            self.accepting.answered("")
        if self.state not in ("ringing", "accepting"):
            return
        if body["winner"] != self.peer.device:
            self.own().end(ANSWERED_ELSEWHERE)
            self.go("ended", ANSWERED_ELSEWHERE)
            return
        own = self.own()
        own.state, own.device, own.join = CONNECTED, self.peer.device, body.get("join_number", 0)
        for view in body.get("legs", ()):
            leg = Leg.of(view, self.peer.now())
            if leg.key != self.mine:
                self.legs[leg.key] = leg
        for leg in self.members():
            self.heard[leg.key] = self.peer.now()
        self.deadline = None
        self.go("connected")
        self.say_roster()

    def on_cancel(self, body, said):
        device, user = self.owner().split("@")
        self.peer.ack(said, user, device)
        if self.accepting:
            self.accepting.answered("")
        if self.state in ("ringing", "accepting"):
            self.own().end(body["reason"])
            self.go("ended", body["reason"])

    # --- in the call

    def say_roster(self, but=None):
        if self.is_group() and self.own().state == CONNECTED:
            for leg in self.members():
                if leg is not but:
                    self.peer.say("roster", leg.user, self.id, self.mine, {"legs": self.view()},
                                  {leg.device}, TOMBSTONE_S, replaces=("roster", leg.key))

    def on_view(self, legs):
        """A member tells how it sees the call."""
        changed = False
        for view in legs:
            leg = Leg.of(view, self.peer.now())
            known = self.legs.get(leg.key)
            if leg.key == self.mine or leg.key[0] == self.peer.account:
                continue
            if known is None:
                if leg.state != ENDED and leg.user != self.peer.user:
                    self.legs[leg.key], changed = leg, True
            elif leg.state > known.state:
                known.state, known.device, known.reason = leg.state, leg.device, leg.reason
                known.join, changed = leg.join or known.join, True
            if changed and self.legs.get(leg.key) is not None:
                self.heard[leg.key] = self.peer.now()
        if changed:
            self.peer.tell(self, "member")
            self.look_around(HANG_UP)

    def on_gone(self, leg, reason):
        """A member has left."""
        leg.end(reason)
        self.say_roster()
        self.peer.tell(self, "member")
        self.look_around(reason)

    def look_around(self, reason):
        """Who is left alone, with nobody who rings, is out."""
        if self.state in ("calling", "connected") and not self.members() and not self.pending():
            self.own().end(reason)
            self.go("ended", reason)

    def leave(self, reason=HANG_UP):
        members = self.members()
        self.own().end(reason)
        legs = {"legs": self.view()} if self.is_group() else {}
        for leg in members:
            self.peer.say("leave", leg.user, self.id, self.mine, {"reason": reason, **legs},
                          {leg.device}, TOMBSTONE_S)
        for leg in self.pending():
            if leg.key[0] == self.peer.account and not members:
                leg.end(CANCELLED)
                self.stop_inviting(leg)
                self.say_to_all(leg, "cancel", {"reason": CANCELLED})
        self.go("ended", reason)

    def cancel(self):
        for leg in self.pending():
            self.end_leg(leg, CANCELLED)

    # --- time

    def tick(self, now):
        if self.state == "ended":
            return
        if self.deadline is not None and now >= self.deadline:
            if self.state == "ringing":
                self.own().end(NO_ANSWER)
                self.go("ended", NO_ANSWER)
            else:
                self.refuse(ACCEPT_FAILED)
            return
        for leg in self.pending():
            if leg.key[0] == self.peer.account and now >= leg.until:
                self.end_leg(leg, leg.refusal() if leg.refused else NO_ANSWER)
        if self.own().state == CONNECTED and now - self.beat >= self.peer.heartbeat_s:
            self.beat = now
            for leg in self.members():
                self.peer.send("sync", leg.user, self.id, self.mine, {"legs": self.view()},
                               to=leg.device, expiry=30)
        for leg in self.members():
            if now - self.heard.setdefault(leg.key, now) > self.peer.lost_s:
                self.on_gone(leg, PEER_LOST)

