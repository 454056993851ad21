"""Whether what all devices told in a round is what the protocol allows: no rule of safety broken,
and each call over on all sides for reasons that belong together. (That everybody comes to rest,
rest.py has seen.)"""

from doorcall_testlib import expect
from plan import user_of
from storm_checks import Evidence, check
from storm_streams import Told

SLACK_MS = 2000  # for a busy machine
CONFIRM_MS = 2000
FRESH_MS = 2000  # so old may be an invite that rings at once
AFTER_FAULTS = {"peer_lost", "caller_lost", "no_response", "accept_failed", "superseded", "offline"}
NEVER = {"internal_error", "unsupported_version", "not_allowed", "shutting_down", "media_failed",
         "duration_limit", "none"}


class Story:
    """All that is known of a round."""

    def __init__(self, lives, faults=(), stops=(), ring_ms=6000, pulses=0, asked=(), past=(),
                 added=()):
        self.lives = [Told(life.account, list(life.lines()), life.died, added) for life in lives]
        self.faults = list(faults)
        self.stops = list(stops)  # (account, since, until) of stopped processes
        self.ring_ms = ring_ms
        self.pulses = pulses  # of the door's relay
        self.asked = list(asked)  # who wanted the door open, each time
        self.past = set(past)  # calls of earlier rounds

    def stays(self):
        return [(life, stay) for life in self.lives for stay in life.stays()]

    def calls(self):
        return {stay.call for _, stay in self.stays()}

    def users(self, call):
        """Whoever is named in a call."""
        return {member["user"] for life in self.lives for event in life.events()
                if event["call"] == call for member in event.get("members", ())} | \
            {life.user for life, stay in self.stays() if stay.call == call}

    def late(self, account, kinds):
        """How long messages for this device may have been held up on their way."""
        return sum(min(fault.over, fault.began + 60_000) - fault.began for fault in self.faults
                   if fault.account == account and fault.kind.split()[0] in kinds)

    def stopped_until(self, account, at):
        """When a device that should do something at this time could."""
        return max([until for who, since, until in self.stops
                    if who == account and since <= at <= until] + [at])


def check_told_is_of_now(story):
    """A call of an earlier round is over; who missed that may ask to be let in, in vain."""
    for life, stay in story.stays():
        expect(stay.call not in story.past or
               stay.first == "accepting" and stay.connected is None,
               f"{life.account}: {stay.first} in a call of an earlier round")


def check_one_call_at_a_time(story):
    for life in story.lives:
        stays = life.stays()
        for one, other in zip(stays, stays[1:]):
            both = one.ended - other.began
            expect(both < 1, f"{life.account} is in two calls for {both:.0f} ms")


def check_media_after_the_answer(story):
    for life in story.lives:
        connected = set()
        for event in life.events():
            if event["change"] == "connected":
                connected.add(event["call"])
            expect(event.get("media_state", "none") == "none" or event["call"] in connected,
                   f"{life.account}: media {event.get('media_state')} before it is connected")


def check_times(story):
    """Nobody rings for longer than the invitation said, or waits too long for a confirm."""
    for life, stay in story.stays():
        if stay.first == "incoming":
            due = story.stopped_until(life.account, stay.began + stay.ring_left)
            late = (stay.accepted or stay.connected or stay.ended) - due
            expect(late < SLACK_MS, f"{life.account} rings {late:.0f} ms for too long")
        if stay.accepted is not None:
            due = story.stopped_until(life.account, stay.accepted + CONFIRM_MS)
            late = (stay.connected or stay.ended) - due
            expect(late < SLACK_MS, f"{life.account} is accepting {late:.0f} ms for too long")
        if stay.first == "calling" and len(story.users(stay.call)) == 2:
            due = story.stopped_until(life.account, stay.began + story.ring_ms)
            late = (stay.connected or stay.ended) - due
            expect(late < SLACK_MS, f"{life.account} calls {late:.0f} ms for too long")


def check_one_device_a_leg(story):
    """However bad the network: nobody else has a leg that a device of the user has had."""
    owners = {}
    for life, stay in story.stays():
        if stay.leg is not None:
            had = owners.setdefault((stay.call, *stay.leg), life.account)
            expect(had == life.account,
                   f"{had} and {life.account} both got the leg {stay.leg} of a call")


def check_no_ghost_rings(story):
    """It rings only while somebody else is in the call, or was just now."""
    for life, stay in story.stays():
        if stay.first != "incoming":
            continue
        others = [other for who, other in story.stays()
                  if other.call == stay.call and who.user != life.user]
        held_up = story.late(life.account, {"hole", "delay", "stop"})
        since = stay.began - FRESH_MS - SLACK_MS - held_up
        expect(any(other.ended >= since for other in others),
               f"{life.account} rings for a call that is over")


def check_door(story):
    """No more pulses than somebody asked for; none for who may not."""
    members = {life.user for life, stay in story.stays()}
    asks = [each for each in story.asked if user_of(each) in {"door", "flat"} | members]
    expect(story.pulses <= len(asks),
           f"{story.pulses} pulses of the door, asked for by {story.asked}")


def check_reasons(story):
    """Between two users: the pairs of the published table. In a group: what there can be."""
    for call in sorted(story.calls() - story.past):
        stays = [(life, stay) for life, stay in story.stays() if stay.call == call]
        for life, stay in stays:
            expect(stay.reason not in NEVER, f"{life.account}: ended with {stay.reason}")
            expect(story.faults or stay.reason not in AFTER_FAULTS,
                   f"{life.account}: {stay.reason}, though nothing was broken")
        callers = [life.account for life, stay in stays if stay.first == "calling"]
        users = story.users(call)
        expect(len(callers) <= 1, f"{callers} have both begun one call")
        if callers and len(users) == 2:
            check(Evidence(story.lives, callers[0], story.faults, call), sorted(users))


RULES = (check_told_is_of_now, check_one_call_at_a_time, check_media_after_the_answer, check_times,
         check_one_device_a_leg, check_no_ghost_rings, check_door, check_reasons)


def check_story(story):
    for rule in RULES:
        rule(story)
