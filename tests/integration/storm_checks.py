"""Whether the streams of all devices of one call fit together, after a storm."""

from doorcall_testlib import expect

PATIENCE_MS = 1000  # how far apart, on a busy machine, two devices hear of one thing

# What may end a device's part without anybody being told, where messages are lost.
TIMERS = {"no_answer", "caller_lost", "accept_failed"}

# transport/PROTOCOL.md, section 9, "One invitation": what the caller is told of a call that was
# not answered, and what a device that rang for it may be told. Who declined here, or took the
# answer back, ends by that.
PERSON = {"declined", "hang_up"}
UNANSWERED = {
    "declined_everywhere": PERSON | {"declined_everywhere", "declined_elsewhere"},
    "declined": PERSON,
    "dnd": PERSON,
    "busy": PERSON,
    "no_answer": PERSON | {"no_answer", "declined_everywhere"},
    "no_response": PERSON | {"no_answer", "declined_everywhere"},
    "offline": PERSON | {"no_answer", "declined_everywhere"},
    "cancelled": PERSON | {"cancelled", "declined_everywhere"},
    "door_opened": PERSON | {"door_opened", "declined_everywhere"},
    "glare": PERSON | {"glare"},
    "accept_failed": PERSON | {"accept_failed", "answered_elsewhere"},
}
# What a late device hears of a leg that is over, where it is not the leg's own reason (8.3).
AS_TOLD = {"declined_everywhere": "declined_elsewhere", "hang_up": "cancelled",
           "peer_lost": "cancelled", "superseded": "cancelled"}
# The same of an answered call, for devices that did not get it; a decline may cross the answer.
ANSWERED = PERSON | {"answered_elsewhere", "declined_everywhere"}
# Of a caller that was killed before it told.
CALLER_KILLED = ANSWERED | TIMERS | {"cancelled", "declined_elsewhere"}
# A pull that was not let in.
NOT_JOINED = {"accept_failed", "already_here", "not_allowed", "busy", "hang_up", "peer_lost",
              "moved"}
# "A connected call": what both sides are told.
TOGETHER = {("hang_up", "hang_up"), ("peer_lost", "peer_lost")}
# … where a confirm, an end or a leave was lost for longer than the timers.
APART = {("hang_up", "peer_lost"), ("moved", "peer_lost"), ("moved", "accept_failed"),
         ("hang_up", "accept_failed"), ("peer_lost", "accept_failed"), ("hang_up", "moved")}


class Fault:
    """What was broken, and from when to when anybody could notice it (ms)."""

    def __init__(self, kind, account, began, over=0):
        self.kind = kind  # "broker", "daemon" (killed), or anything else that loses messages
        self.account = account
        self.began = began
        self.over = over

    def within(self, since, until):
        """How much of this time it takes."""
        return max(0, min(until, self.over) - max(since, self.began))


class Evidence:
    """All lives of all daemons, cut into stays in one call."""

    def __init__(self, lives, caller, faults, call=None):
        self.caller = caller  # account
        self.faults = faults
        self.stays = [(life, stay) for life in lives for stay in life.stays()
                      if call in (None, stay.call)]

    def of_user(self, user):
        return [(life, stay) for life, stay in self.stays if life.user == user]

    def callers(self):
        """The stay that began the call."""
        return next(stay for life, stay in self.stays
                    if life.account == self.caller and stay.first == "calling")

    def loses(self, fault):
        """Whether messages between the sides may be lost by it: the broker was killed, or a device
        that had answered or called, or one's connection was bad."""
        if fault.kind == "broker":
            return True
        stays = [stay for life, stay in self.stays if life.account == fault.account]
        if fault.kind != "daemon":
            return any(stay.began < fault.over for stay in stays)
        return any(stay.began < fault.began and
                   (stay.first != "incoming" or stay.connected is not None or stay.reason is None)
                   for stay in stays)

    def disturbed(self):
        return any(self.loses(fault) for fault in self.faults)


def check_one_at_a_time(evidence, users):
    """At most one device of a user is connected. While the broker is away the one that has been
    replaced does not hear of it; and not at all from a peer that is killed before it tells, until
    that is lost."""
    for user in users:
        times = sorted((stay.connected, stay.ended, life.account)
                       for life, stay in evidence.of_user(user) if stay.connected is not None)
        for (_, until, one), (since, till, other) in zip(times, times[1:]):
            until = min(until, till)
            blind = sum(fault.within(since, until) for fault in evidence.faults
                        if evidence.disturbed())
            both = until - since - blind
            expect(both <= PATIENCE_MS, f"{one} and {other} are both connected for {both:.0f} ms")


def check_reasons_while_ringing(evidence):
    caller = evidence.callers()
    for life, stay in evidence.stays:
        if stay.first == "calling" or stay.connected is not None or stay.reason is None:
            continue
        if stay.first == "accepting":
            allowed = NOT_JOINED
        elif caller.connected is not None:
            allowed = ANSWERED
        elif caller.reason is None:
            allowed = CALLER_KILLED
        else:
            expect(caller.reason in UNANSWERED, f"the caller is told {caller.reason}")
            allowed = UNANSWERED[caller.reason]
        if evidence.disturbed():
            allowed = allowed | TIMERS | {AS_TOLD.get(caller.reason, caller.reason)}
        expect(stay.reason in allowed,
               f"{life.account} rang and is told {stay.reason}; the caller: "
               f"{'connected' if caller.connected is not None else caller.reason}")


def last_connected(evidence, user):
    stays = [stay for _, stay in evidence.of_user(user) if stay.connected is not None]
    return max(stays, key=lambda stay: stay.ended, default=None)


def check_reasons_of_the_connected(evidence, users):
    """The two who were connected last are told the same, but for what was lost."""
    one, other = (last_connected(evidence, user) for user in users)
    if one is None or other is None:
        expect(evidence.disturbed() or one is other, "one side only was ever connected")
        return
    pair = tuple(sorted((one.reason or "", other.reason or "")))
    if "" in pair:  # killed: the other one is alone, or hung up itself
        allowed = {"", "peer_lost", "hang_up", "moved"}
        if any(stay.reason is None and stay.ended - stay.connected < PATIENCE_MS
               for stay in (one, other)):
            allowed.add("accept_failed")  # its receipt of the confirm was still on its way
        expect(pair[1] in allowed, f"the peer was killed, and it is told {pair[1]}")
        return
    apart = {tuple(sorted(each)) for each in APART} if evidence.disturbed() else set()
    expect(pair in TOGETHER | apart, f"the two sides are told {pair[0]} and {pair[1]}")


def check(evidence, users):
    check_one_at_a_time(evidence, users)
    check_reasons_while_ringing(evidence)
    check_reasons_of_the_connected(evidence, users)
