"""The storm's checks find what they are there for: a story that fits, and what spoils it."""

from doorcall_testlib import Failed, expect
from storm_checks import Evidence, Fault, check
from storm_streams import Told

USERS = ("house", "flat")
CALM = ("daemon", "bed@flat", 0, 0)


def story():
    """The panel calls the flat: the kitchen answers, the desk pulls the call over and hangs up."""
    return {
        "panel@house": [(0, "calling", ""), (5, "remote_ringing", ""), (100, "connected", ""),
                        (300, "member", ""), (9000, "ended", "hang_up")],
        "kitchen@flat": [(4, "incoming", ""), (99, "accepting", ""), (101, "connected", ""),
                         (300, "ended", "moved")],
        "desk@flat": [(4, "incoming", ""), (102, "ended", "answered_elsewhere"),
                      (299, "accepting", ""), (301, "connected", ""), (8999, "ended", "hang_up")],
        "bed@flat": [(4, "refused_dnd", ""), (4, "refused_busy", "")],
    }


def unanswered(caller, device):
    return {"panel@house": [(0, "calling", ""), (6000, "ended", caller)],
            "desk@flat": [(4, "incoming", ""), (6001, "ended", device)]}


def life(account, events, died):
    return Told(account, [{"type": "call", "call": "one", "at_ms": at, "change": change,
                           "reason": reason} for at, change, reason in events], died)


def judge(told, fault=CALM, died=()):
    lives = [life(account, events, dict(died).get(account)) for account, events in told.items()]
    check(Evidence(lives, "panel@house", [Fault(*fault)]), USERS)


def refused(text, told, fault=CALM, died=()):
    try:
        judge(told, fault, died)
    except Failed as why:
        expect(text in str(why), f"refused, but not for {text!r}: {why}")
        return
    raise Failed(f"not refused: {text}")


def spoiled(account, *events, drop=()):
    """The story with more events of one device, or without some."""
    told = story()
    kept = [event for number, event in enumerate(told[account]) if number not in drop]
    told[account] = sorted(kept + list(events), key=lambda event: event[0])
    return told


def test_storm_checks_take_what_fits(_):
    judge(story())
    for caller, device in (("no_answer", "no_answer"), ("no_answer", "declined"),
                           ("cancelled", "cancelled"), ("busy", "declined"),
                           ("declined_everywhere", "declined_elsewhere"),
                           ("accept_failed", "hang_up")):
        judge(unanswered(caller, device))


def test_storm_checks_find_a_broken_stream(_):
    refused("never told to have ended", spoiled("kitchen@flat", drop=(3,)))
    refused("after the end", spoiled("panel@house", (9001, "ended", "hang_up")))
    refused("after the end", spoiled("kitchen@flat", (400, "member", "")))
    refused("it rings a second time", spoiled("desk@flat", (200, "incoming", ""),
                                              (210, "ended", "no_answer")))
    refused("told before", spoiled("kitchen@flat", (50, "incoming", "")))
    refused("twice", spoiled("panel@house", (200, "connected", "")))
    refused("never told", spoiled("bed@flat", (50, "connected", "")))


def test_storm_checks_find_two_of_one_user(_):
    told = story()
    told["kitchen@flat"][3] = (1500, "ended", "moved")
    refused("both connected for 1199 ms", told)
    judge(told, ("broker", "broker", 250, 1400))
    refused("both connected for 1039 ms", told, ("broker", "broker", 250, 461))


def test_storm_checks_find_reasons_that_do_not_fit(_):
    for caller, device in (("no_answer", "cancelled"), ("declined", "no_answer"),
                           ("cancelled", "no_answer"), ("cancelled", "answered_elsewhere"),
                           ("busy", "declined_elsewhere"), ("no_answer", "caller_lost")):
        refused("rang and is told " + device, unanswered(caller, device))
    refused("the caller is told peer_lost", unanswered("peer_lost", "no_answer"))
    judge(unanswered("cancelled", "no_answer"), ("broker", "broker", 100, 900))
    told = story()
    told["desk@flat"][4] = (8999, "ended", "peer_lost")
    refused("the two sides are told hang_up and peer_lost", told)
    judge(told, ("broker", "broker", 100, 900))
    told["desk@flat"][1] = (102, "ended", "cancelled")
    refused("rang and is told cancelled", told)


def test_storm_checks_know_what_one_is_told_of_a_dead_peer(_):
    told = unanswered("peer_lost", "")
    told["panel@house"].insert(1, (100, "connected", ""))
    told["desk@flat"][1:] = [(99, "accepting", ""), (101, "connected", "")]
    judge(told, died={"desk@flat": 5000})
    told["panel@house"][-1] = (6000, "ended", "accept_failed")
    refused("the peer was killed, and it is told accept_failed", told, died={"desk@flat": 5000})
    judge(told, died={"desk@flat": 140})  # before its receipt of the confirm got out
