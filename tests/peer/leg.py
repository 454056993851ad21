"""A leg of a call, as one device sees it (transport/PROTOCOL.md, section 4)."""

INVITING, NOT_YET_RECEIVED, RINGING, ACCEPTING, CONNECTED, ENDED = range(6)
HANG_UP, DECLINED, DECLINED_EVERYWHERE, BUSY, DND, NO_ANSWER, NO_RESPONSE, OFFLINE, CANCELLED, \
    CALLER_LOST, PEER_LOST, ACCEPT_FAILED, ANSWERED_ELSEWHERE, DECLINED_ELSEWHERE, ALREADY_HERE = \
    range(1, 16)
REASONS = ("", "hang_up", "declined", "declined_everywhere", "busy", "dnd", "no_answer",
           "no_response", "offline", "cancelled", "caller_lost", "peer_lost", "accept_failed",
           "answered_elsewhere", "declined_elsewhere", "already_here", "glare", "superseded",
           "moved", "media_failed", "duration_limit", "door_opened", "not_allowed",
           "unsupported_version", "shutting_down", "internal_error")
NOT_ALLOWED = REASONS.index("not_allowed")
# Of several refusals the strongest is the leg's reason (section 8.2).
STRENGTH = (DECLINED_EVERYWHERE, DECLINED, NOT_ALLOWED, DND, BUSY, ALREADY_HERE, NO_ANSWER,
            NO_RESPONSE, OFFLINE)
# What a cancel says of a leg's reason, where that is not the same (section 8.3).
TOLD = {DECLINED_EVERYWHERE: DECLINED_ELSEWHERE, HANG_UP: CANCELLED, PEER_LOST: CANCELLED}


class Leg:
    def __init__(self, key, user, state=INVITING, device="", reason=0, join=0, until=0.0):
        self.key, self.user, self.state, self.device = tuple(key), user, state, device
        self.reason, self.join, self.until = reason, join, until
        self.heard, self.refused = set(), {}  # devices; and with which reason

    @staticmethod
    def of(view, now):
        owner, number, user, device, state, reason, join, left = view
        return Leg((owner, number), user, state, device, reason, join, now + left / 1000)

    def view(self, now):
        left = max(0, round(1000 * (self.until - now))) if self.pending() else 0
        return [*self.key, self.user, self.device, self.state, self.reason, self.join, left]

    def pending(self):
        return self.state < CONNECTED

    def account(self):
        return f"{self.device}@{self.user}"

    def end(self, reason):
        self.state, self.reason = ENDED, reason

    def refusal(self):
        """The strongest of those that its devices have given."""
        return min(self.refused.values(), key=lambda each: STRENGTH.index(each)
                   if each in STRENGTH else len(STRENGTH))
