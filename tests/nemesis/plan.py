"""What a seed says: who calls whom, what people do to it, what is broken meanwhile."""

import random

DEVICES = (("one", "door"), ("panel", "flat"), ("hall", "flat"), ("desk", "guard"),
           ("back", "guard"))
USERS = ("door", "flat", "guard")
WINDOW_S = 4.0  # things are done for so long

CALLEE = ("answer", "pull", "hangup", "decline", "decline here", "decline here", "silence", "dnd",
          "open")
CALLER = ("pull", "pull", "hangup", "cancel", "end", "dnd", "add", "open")

KINDS = {"pair": 6, "group": 2, "glare": 1, "recall": 1}
# What is broken, how often, and for how long at most (s). "twin": another client takes over the
# session. A hole swallows what is sent, both ways or one; what it has held up comes late, or is
# lost with the connection.
FAULTS = {"kill": (5, 2.5), "stop": (2, 8), "delay": (2, 4), "reset": (2, 3), "hole": (2, 8),
          "hole up": (1, 8), "hole down": (1, 8), "twin": (2, 1)}
BROKER_FAULTS = {"kill, store saved": (3, 2.5), "kill": (3, 2.5), "kill, store lost": (2, 2.5),
                 "stop": (2, 5)}


def pick(rng, weights):
    """One of the keys; a weight may be the first of several values."""
    numbers = [value[0] if isinstance(value, tuple) else value for value in weights.values()]
    return rng.choices(list(weights), numbers)[0]


def accounts_of(household):
    """All households are on one broker, where an account is there once."""
    return tuple(f"{device}-{household}@{user}" for device, user in DEVICES)


def user_of(account):
    return account.split("@")[1]


class Deed:
    """What a person does to a device: a verb, whatever the daemon says to it."""

    def __init__(self, at, account, word, **args):
        self.at = at
        self.account = account
        self.word = word
        self.args = args

    def request(self):
        """The verb and its arguments on the control socket."""
        verb, _, here = self.word.partition(" ")
        if here:
            return verb, {"here": True}
        if verb == "dnd":
            return verb, {"set": "on", "for_ms": 2000}
        if verb == "open":
            return "door", {"user": "door"}
        return verb, self.args

    def text(self):
        users = "".join(" " + user for user in self.args.get("users", ()))
        return f"{self.at:.2f} {self.account} {self.word}{users}"


class Break:
    """What is broken, from when on, for how long."""

    def __init__(self, rng, at, account, kinds):
        self.at = at
        self.account = account
        self.kind = pick(rng, kinds)
        self.lasts = rng.uniform(0.05, kinds[self.kind][1])
        self.lossy = rng.random() < 0.5  # what a hole has held up is lost
        self.latency = rng.uniform(0.02, 0.6)

    def text(self):
        more = f" {self.latency:.2f}" if self.kind == "delay" else ""
        more += ", lossy" if self.lossy and self.kind.startswith("hole") else ""
        return f"{self.at:.2f} {self.account} {self.kind}{more} for {self.lasts:.2f}"


class Plan:
    """One round of one household: a call, or two that meet."""

    def __init__(self, seed, household, number):
        rng = random.Random(f"{seed}/{household}/{number}")
        self.kind = pick(rng, KINDS)
        self.accounts = accounts_of(household)
        self.caller = rng.choice(self.accounts)
        others = [user for user in USERS if user != user_of(self.caller)]
        rng.shuffle(others)
        self.users = others if self.kind == "group" else others[:1]
        self.deeds = [Deed(0.0, self.caller, "call", users=self.users)]
        self.breaks = []
        rush = rng.uniform(0.2, 2.0)  # when several do something at nearly the same time
        self.add_people(rng, rush)
        self.add_second_call(rng)
        self.add_breaks(rng, rush)
        self.deeds.sort(key=lambda each: each.at)

    def add_people(self, rng, rush):
        for _ in range(rng.randint(2, 6)):
            account = rng.choice(self.accounts)
            word = rng.choice(CALLER if user_of(account) == user_of(self.caller) else CALLEE)
            args = {"users": [rng.choice(USERS)]} if word == "add" else {}
            self.deeds.append(Deed(rng.uniform(0.2, WINDOW_S), account, word, **args))
        for account in self.accounts:
            if user_of(account) in self.users and rng.random() < 0.7:
                self.deeds.append(Deed(rush + rng.uniform(0, 0.05), account, "answer"))

    def add_second_call(self, rng):
        if self.kind == "glare":
            other = rng.choice([each for each in self.accounts if user_of(each) == self.users[0]])
            self.deeds.append(Deed(rng.uniform(0, 0.02), other, "call",
                                   users=[user_of(self.caller)]))
        elif self.kind == "recall":
            died = Break(rng, rng.uniform(0.3, 2.0), self.caller, {"kill": (1, 1.0)})
            self.breaks.append(died)
            self.deeds.append(Deed(died.at + died.lasts + rng.uniform(0.2, 1.5), self.caller,
                                   "call", users=self.users))

    def add_breaks(self, rng, rush):
        broken = {each.account for each in self.breaks}
        for _ in range(rng.choices((0, 1, 2), (3, 5, 2))[0]):
            at = rng.choice((rush + rng.uniform(-0.2, 0.1), rng.uniform(0.3, WINDOW_S)))
            account = rng.choice(self.accounts)
            if account not in broken:  # one thing at a time with each
                broken.add(account)
                self.breaks.append(Break(rng, max(0.0, at), account, FAULTS))

    def added(self):
        """Who is invited to a call that goes on, each time."""
        return [user for each in self.deeds if each.word == "add" for user in each.args["users"]]

    def text(self):
        return "; ".join([self.kind] + [each.text() for each in
                                        sorted(self.deeds + self.breaks, key=lambda one: one.at)])


def broker_breaks(seed):
    """What happens to the broker, for as long as it is asked; `at` is the pause before."""
    rng = random.Random(f"{seed}/broker")
    while True:
        yield Break(rng, rng.uniform(8, 25), "broker", BROKER_FAULTS)
