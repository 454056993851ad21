"""What the tests of groups and of plans have in common: who is there, who rings, who is in."""

from doorcall_testlib import DEADLINE, expect_equal


def block(world, *names, **options):
    """A desk and one device of each of these users."""
    return world.devices("one@desk", *(f"one@{name}" for name in names), **options)


def rings(device, call):
    expect_equal(device.incoming(), call, f"the call that rings at {device.account}")


def member(device, call, user, state, timeout=DEADLINE, **wanted):
    """Waits until this device sees that user in that state; it may see it already."""
    def seen():
        for each in device.ask("calls")["calls"]:
            if each["call"] == call:
                return any(each["user"] == user and each["state"] == state and
                           all(each[key] == value for key, value in wanted.items())
                           for each in each["members"])
        return False
    device.poll(seen, f"{user} {state}", timeout)


def same_roster(call, *devices, pending=()):
    """Waits until all these devices tell the same members: themselves, and who is being called."""
    wanted = {(each.user, each.account.split("@")[0], "connected") for each in devices}
    wanted |= {(user, "", "ringing") for user in pending}

    def rows(device):
        return {(user, name if state == "connected" else "", state)
                for user, name, state in device.members(call)}
    for each in devices:
        each.poll(lambda one=each: rows(one) == wanted,
                  f"roster {sorted(wanted)}; the last one is {sorted(rows(each))}")


def answer(caller, call, *devices):
    for each in devices:
        rings(each, call)
        each.run("answer")
        each.change(call, "connected")
        member(caller, call, each.user, "connected")
