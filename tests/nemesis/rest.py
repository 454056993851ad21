"""How a household comes to rest: everybody connected, one view of each call, true presence."""

import time

from doorcall_testlib import expect

# transport/PROTOCOL.md: ring, receipt, confirm and lost time and a heartbeat are the most that it
# takes once everybody is connected (19 s with the settings here); the rest is for the machine.
QUIET_S = 30.0
LINKS_S = 75.0  # until everybody is connected again: a twin is given way for a minute
IMPATIENT_S = 8.0  # from then on the broker is left alone


class Rest:
    """Waits, and says why in vain."""

    def __init__(self, household):
        self.household = household
        self.daemons = household.daemons
        self.broker = household.broker
        self.wrong = {}  # watchers that don't know the truth, and what they take for it

    def wait(self, condition, what, longest=QUIET_S):
        """Until it has been so three times. The time begins anew when the broker was away, which
        it is not any more once this has taken long."""
        began = end_from = time.monotonic()
        times, held = 0, False
        try:
            while times < 3:
                times = times + 1 if condition() else 0
                now = time.monotonic()
                if not held and now - began > IMPATIENT_S:
                    self.broker.hold()
                    held = True
                    end_from = time.monotonic()
                expect(now - end_from < longest,
                       f"no {what} within {longest:.0f} s: {self.states()}")
                time.sleep(0.1)
        finally:
            if held:
                self.broker.release()

    def wait_for_links(self):
        self.wait(lambda: all(each.link == "connected" for each in self.daemons.values()),
                  "connections of all", LINKS_S)

    def settle(self):
        self.wait(self.agreed, "agreement on who is in which call")
        self.wait(self.presence_is_true, "true presence")

    def calls(self):
        """Of each device the state of its live calls and who is connected there."""
        return {account: {call["call"]: (call["state"],
                                         {member["device"] + "@" + member["user"]
                                          for member in call["members"]
                                          if member["state"] == "connected"})
                          for call in each.live()} for account, each in self.daemons.items()}

    def states(self):
        links = {account: each.link for account, each in self.daemons.items()
                 if each.link != "connected"}
        return f"{links or ''} {self.wrong or ''} " + ", ".join(
            f"{account}: {call[:6]} {state} {sorted(members)}"
            for account, calls in self.calls().items()
            for call, (state, members) in calls.items())

    def agreed(self):
        """Nobody rings or calls. In each call is one device of each user, more than one user, and
        all there say so."""
        there = {}
        calls = self.calls()
        for account, live in calls.items():
            for call in live:
                there.setdefault(call, set()).add(account)
        for members in there.values():
            if len(members) < 2 or len({each.split("@")[1] for each in members}) < len(members):
                return False
        return all(state == "connected" and members == there[call]
                   for live in calls.values() for call, (state, members) in live.items())

    def presence_is_true(self):
        """Everybody knows of everybody else what it does; do-not-disturb has run out."""
        truth = {account: "in_call" if calls else "idle"
                 for account, calls in self.calls().items()}
        self.wrong = {}
        for each in self.daemons.values():
            seen = {device["device"] + "@" + device["user"]: device["state"]
                    for device in each.ask("presence")["devices"]}
            seen[each.account] = each.ask("status")["state"]
            if seen != truth:
                self.wrong[each.account] = {account: (seen.get(account), state)
                                            for account, state in truth.items()
                                            if seen.get(account) != state}
        return not self.wrong

    def end(self):
        """Whoever is still in a call hangs up."""
        for _ in range(len(self.daemons)):
            live = [each for _, each in sorted(self.daemons.items()) if each.live()]
            if not live:
                break
            control = live[0].control
            if len(live) < 3 or not control.request("end")["ok"]:  # it has not the right to
                control.request("hangup")
            self.wait(lambda one=live[0]: not one.live() and self.agreed(), "end of a call")
        self.wait(self.nobody_in_a_call, "end of all calls")
        self.wait(self.presence_is_true, "true presence")

    def nobody_in_a_call(self):
        return not any(self.calls().values())
