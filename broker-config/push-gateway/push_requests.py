"""Push requests as they come from the broker: checked, and none twice.

What they hold is described in transport/PROTOCOL.md §5.16.
"""

import collections
import json
import math
import re
import time

PAYLOAD_MAX = 16384
RING_MAX_MS = 600_000
REMEMBERED_S = 660.0  # as long as the protocol remembers an ended call
REMEMBERED_MAX = 1000

USER = r"[A-Za-z0-9_-]{1,32}"
ACCOUNT = r"[A-Za-z0-9_-]{1,31}@" + USER
TEXT_BYTES = {"caller_name": 64, "title": 64, "content": 256, "data": 8192}


class Dropped(Exception):
    """This request is not passed on; the text says why."""


def demand(condition, why):
    if not condition:
        raise Dropped(why)


# --- a request


def parse(root, topic, payload):
    """The event that a publication asks for: a dict of checked values. Raises Dropped."""
    match = re.fullmatch(re.escape(root) + f"/({USER})/push/({ACCOUNT})", topic)
    demand(match, "no push topic")
    user, sender = match.groups()
    demand(len(payload) <= PAYLOAD_MAX, "too large")
    try:
        request = json.loads(payload.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Dropped("not JSON") from None
    demand(isinstance(request, dict), "not an object")
    demand(type(request.get("version")) is int and request["version"] == 1, "another version")
    event = {"type": request.get("type"), "user": user, "sender": sender}
    demand(event["type"] in ("ring", "cancel"), "unknown type")
    event["call"] = matching(request, "call", "[0-9a-f]{32}")
    event["caller"] = matching(request, "caller", ACCOUNT)
    event["media"] = matching(request, "media", "[a-z]{1,16}")
    event["leg"] = leg_of(request.get("leg"), sender)
    for name, most in TEXT_BYTES.items():
        text = request.get(name, "")
        demand(isinstance(text, str), f"bad {name}")
        # A half of a surrogate pair, which JSON can spell, becomes more than one byte here, too.
        text = text.encode("utf-8", "replace").decode()
        demand(len(text.encode()) <= most, f"bad {name}")
        event[name] = text
    if event["type"] == "cancel":
        event["reason"] = matching(request, "reason", "[a-z_]{1,32}")
        return event
    left = request.get("ring_left_ms")
    demand(type(left) is int and 0 <= left <= RING_MAX_MS, "bad ring_left_ms")
    event["ring_left_ms"] = left
    return event


def matching(request, name, pattern):
    value = request.get(name)
    demand(isinstance(value, str) and re.fullmatch(pattern, value), f"bad {name}")
    return value


def leg_of(leg, sender):
    """Only the leg's owner may speak of it, and that is who the broker says has sent this."""
    demand(isinstance(leg, list) and len(leg) == 2, "bad leg")
    owner, number = leg
    demand(type(number) is int and 1 <= number < 2**32, "bad leg")
    demand(owner == sender, "not the sender's leg")
    return f"{owner}/{number}"


def take_age_off(event, expiry_left, without_expiry):
    """The broker says how much of the expiry is left, so no clocks need be compared."""
    if expiry_left is None:
        demand(without_expiry, "its age is unknown")
    else:
        age = math.ceil(event["ring_left_ms"] / 1000) - expiry_left
        demand(age >= 0, "expires after its ring")
        event["ring_left_ms"] -= 1000 * age
    demand(event["ring_left_ms"] > 0, "expired")


class Memory:
    """What was passed on already, so that nothing is passed on twice."""

    def __init__(self, rings_per_minute, clock=time.monotonic):
        self._clock = clock
        self._rings_per_minute = rings_per_minute
        self._seen = collections.OrderedDict()  # (call, leg) -> (since, cancelled)
        self._rings = {}  # sender -> times of its latest rings

    def admit(self, event):
        """Raises Dropped for what was there before, or comes too often."""
        now = self._clock()
        key = (event["call"], event["leg"])
        while self._seen and (len(self._seen) >= REMEMBERED_MAX
                              or now - next(iter(self._seen.values()))[0] > REMEMBERED_S):
            self._seen.popitem(last=False)
        _, cancelled = self._seen.get(key, (now, False))
        if event["type"] == "cancel":
            demand(not cancelled, "repeated")
        else:
            demand(key not in self._seen, "cancelled before" if cancelled else "repeated")
            self._limit(event["sender"], now)
        self._seen.pop(key, None)
        self._seen[key] = (now, event["type"] == "cancel")

    def _limit(self, sender, now):
        self._rings = {who: recent for who, times in self._rings.items()
                       if (recent := [t for t in times if now - t < 60])}
        times = self._rings.setdefault(sender, [])
        demand(len(times) < self._rings_per_minute, "too many rings of this sender")
        times.append(now)
