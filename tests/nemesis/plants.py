"""Violations, one of each rule, to be planted into good streams: the checker must find them."""

import copy

from checks import Story, check_story
from doorcall_testlib import Failed
from storm_streams import Told


def told(account, *events):
    """A life in a call of the door and the panel; the events are (at, change, reason)."""
    members = [{"user": user, "device": device, "state": "connected", "inviter_user": inviter,
                "inviter_device": "one" if inviter else "", "join_number": number}
               for number, (user, device, inviter) in enumerate((("door", "one", ""),
                                                                 ("flat", "panel", "door")))]
    return Told(account, [{"type": "call", "call": "a" * 32, "at_ms": at, "change": change,
                           "reason": reason, "ring_left_ms": 6000, "media_state": "none",
                           "members": members} for at, change, reason in events])


def calm_story():
    """The door calls, the panel answers and hangs up: one with room for each violation."""
    return Story([
        told("one@door", (0, "calling", "none"), (900, "connected", "none"),
             (3000, "ended", "hang_up")),
        told("panel@flat", (2, "incoming", "none"), (890, "accepting", "none"),
             (901, "connected", "none"), (2999, "ended", "hang_up")),
        told("hall@flat", (2, "incoming", "none"), (902, "ended", "answered_elsewhere")),
        told("bed@flat")])


def answered(story):
    """A stay of a device that rang and got the call, or None."""
    return next(((life, stay) for life, stay in story.stays()
                 if stay.first == "incoming" and stay.connected is not None
                 and stay.reason is not None), (None, None))


def rang(story):
    return next(((life, stay) for life, stay in story.stays()
                 if stay.first == "incoming" and stay.connected is None
                 and stay.reason is not None), (None, None))


def add(life, stay, change, at, **more):
    """One event more, where it belongs."""
    like = next(event for event in life.told if event.get("call") == stay.call)
    life.told.append({**like, "change": change, "at_ms": at, "reason": "none", **more})
    life.told.sort(key=lambda event: event["at_ms"])


def told_after_the_end(story):
    life, stay = answered(story)
    if life is not None:
        add(life, stay, "member", stay.ended + 10)
    return life is not None


def rings_twice(story):
    life, stay = rang(story)
    if life is not None:
        add(life, stay, "incoming", stay.ended + 10, ring_left_ms=6000)
        add(life, stay, "ended", stay.ended + 20, reason="no_answer")
    return life is not None


def never_ends(story):
    life, stay = answered(story)
    if life is not None and life.died is None:
        life.told = [event for event in life.told
                     if (event.get("call"), event.get("change")) != (stay.call, "ended")]
        return True
    return False


def two_devices_get_a_leg(story):
    life, stay = answered(story)
    other = next((each for each in story.lives if life is not None and each.user == life.user
                  and each.account != life.account and not each.stays()), None)
    if other is None or stay.leg is None:
        return False
    device = other.account.split("@")[0]
    for event in copy.deepcopy(life.told):
        if event.get("call") == stay.call:
            for member in event["members"]:
                if member["user"] == life.user and member["state"] == "connected":
                    member["device"] = device
            other.told.append(event)
    return True


def in_two_calls(story):
    life, stay = answered(story)
    if life is not None:
        add(life, stay, "calling", stay.connected + 5, call="f" * 32)
        add(life, stay, "ended", stay.ended + 5, call="f" * 32, reason="cancelled")
    return life is not None


def media_before_the_answer(story):
    life, stay = answered(story)
    if life is not None:
        add(life, stay, "media", stay.began + 0.001, media_state="connected")
    return life is not None


def rings_for_too_long(story):
    life, stay = rang(story)
    if life is None or story.stops:
        return False
    for event in life.told:
        if (event.get("call"), event.get("change")) == (stay.call, "ended"):
            event["at_ms"] = stay.began + stay.ring_left + 2500
    life.told.sort(key=lambda event: event["at_ms"])
    return True


def ghost_ring(story):
    """It rings for a call that was over a while ago."""
    life, stay = rang(story)
    if life is None or story.faults:
        return False
    call = next((other for who, other in story.stays() if other.call == stay.call
                 and other.first == "calling"), None)
    late = max([other.ended for _, other in story.stays()]) + 4500
    for event in life.told:
        if event.get("call") == stay.call:
            event["at_ms"] = late + (1 if event["change"] == "ended" else 0)
    return call is not None


def reasons_that_do_not_fit(story):
    life, stay = rang(story)
    if life is None or story.faults:
        return False
    for event in life.told:
        if (event.get("call"), event.get("change")) == (stay.call, "ended"):
            event["reason"] = "internal_error"
    return True


def peer_lost_for_nothing(story):
    life, stay = answered(story)
    if life is None or story.faults:
        return False
    for event in life.told:
        if (event.get("call"), event.get("change")) == (stay.call, "ended"):
            event["reason"] = "peer_lost"
    return True


def door_opens_by_itself(story):
    story.pulses = len(story.asked) + 1
    return True


def call_of_an_earlier_round(story):
    story.past |= story.calls()
    return bool(story.calls())


PLANTS = (told_after_the_end, rings_twice, never_ends, two_devices_get_a_leg, in_two_calls,
          media_before_the_answer, rings_for_too_long, ghost_ring, reasons_that_do_not_fit,
          peer_lost_for_nothing, door_opens_by_itself, call_of_an_earlier_round)


def find_planted(plant, stories):
    """Plants into the first story that has room for it; fails if it is not found."""
    for story in [*stories, calm_story()]:
        spoiled = copy.deepcopy(story)
        if not plant(spoiled):
            continue
        try:
            check_story(spoiled)
        except Failed:
            return
        raise Failed(f"a planted violation is not found: {plant.__name__}")
    raise Failed(f"no story has room for the violation {plant.__name__}")
