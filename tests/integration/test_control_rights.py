"""What another user of the machine may do through the control socket."""

import grp
import json
import os
import pwd
import subprocess
import sys

from doorcall_broker import not_emulated
from doorcall_testlib import DEADLINE, Skipped, expect, expect_equal

ASK = """import json, socket, sys
at = socket.socket(socket.AF_UNIX)
at.connect(sys.argv[1])
at.sendall(b"".join(json.dumps({"id": 1, "verb": verb, "args": args}).encode() + b"\\n"
                    for verb, args in json.loads(sys.argv[2])))
lines = at.makefile()
print(json.dumps([json.loads(lines.readline()) for _ in json.loads(sys.argv[2])]))
"""
SETTINGS = """mode = "0666"
watchers = "audio"
callers = "video"
openers = "staff"

[[button]]
name = "exit"
press = "open"

[[button]]
name = "quiet"
press = "dnd"
"""


def refused_to_nobody(daemon, groups, *requests):
    """What the control socket does not let a user do who has no rights but these groups."""
    nobody = pwd.getpwnam("nobody")
    done = subprocess.run(
        ["/usr/bin/python3", "-c", ASK, daemon.socket_path, json.dumps(requests)],
        capture_output=True, text=True, timeout=DEADLINE, check=False, user=nobody.pw_uid,
        group=nobody.pw_gid, extra_groups=[grp.getgrnam(name).gr_gid for name in groups])
    expect_equal(done.returncode, 0, done.stderr)
    return {verb for (verb, _), reply in zip(requests, json.loads(done.stdout))
            if reply["code"] == "not_allowed" and "[control]" in reply["message"]}


def test_control_socket_asks_what_the_peer_may(world):
    if os.geteuid() != 0 or sys.version_info < (3, 9):
        raise Skipped("only root can ask as another user")
    not_emulated("qemu's user mode knows one group of a peer at the most (SO_PEERGROUPS)")
    door = world.daemon("door", extra=SETTINGS)
    looks = (("status", {}), ("watch", {}))
    calls = (("call", {"user": "apt"}), ("dnd", {"set": "off"}), ("press", {"name": "quiet"}))
    doors = (("door", {}), ("ring_to_open", {"for_ms": 60_000}))
    every = (*looks, *calls, *doors)
    verbs = [{verb for verb, _ in each} for each in (looks, calls, doors)]
    expect_equal(refused_to_nobody(door, [], *every), set.union(*verbs), "without a group")
    for i, group in enumerate(("audio", "video", "staff")):
        expect_equal(refused_to_nobody(door, [group], *every),
                     set.union(*verbs[:i], *verbs[i + 1:]), group)
    opening = (("press", {"name": "exit"}),)
    expect_equal(refused_to_nobody(door, ["video"], *opening), {"press"}, "a button that opens")
    expect_equal(refused_to_nobody(door, ["video", "staff"], *opening), set(), "with both")
    expect(door.counter("control_not_allowed") > 10, "refusals are not counted")
    door.ask("status")  # the daemon's own user may do everything
