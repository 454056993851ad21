"""Two daemons, each on its own end of a network, with the shipped hooks: what is said on one side
is heard on the other, also over a bad network, and a call ends when its network is gone for good.
"""

import glob
import os
import re
import time

from doorcall_broker import DEADLINE, Skipped, expect, expect_equal
from media_world import need_baresip
from tone import PATIENCE, await_tone, expect_tone

TALK_SECONDS = 3
LOST_SECONDS = 15


def gstreamer_pair(world, video=False, hook=(), **options):
    """A door that says 440 Hz and an apartment that says 660 Hz, and where they write what they
    hear."""
    files = {user: world.file(user + ".raw") for user in ("door", "apt")}
    more = {"door": ["--video-source", "test", "--video-size", "320x240"] if video else [],
            "apt": ["--video-sink", "count"] if video else []}
    pair = [world.device(user, world.gstreamer("--audio-source", f"test:{hertz}", "--audio-sink",
                                               "file:" + files[user], *more[user], *hook),
                         **options)
            for user, hertz in (("door", 440), ("apt", 660))]
    door, apt = pair
    door.sees(apt, "idle")
    apt.sees(door, "idle")
    return door, apt, files


def connect(door, apt, **options):
    call = door.call("apt", **options)
    apt.change(call, "incoming")
    apt.ask("answer")
    for each in (door, apt):
        until_state(each, call, "connected")
    return call


def states(daemon, call):
    """All media states of a call so far, in order."""
    return [event["media_state"] for event in daemon.events
            if event.get("call") == call and event.get("change") == "media"]


def until_state(daemon, call, state, nth=1, timeout=PATIENCE):
    daemon.until(lambda: states(daemon, call).count(state) >= nth,
                 f"media state {state}, time {nth}", timeout)


def pictures(daemon):
    """How many the sink of this daemon's hook has shown."""
    with open(daemon.log, encoding="utf-8", errors="replace") as file:
        counts = re.findall(r"pictures (\d+)", file.read())
    return int(counts[-1]) if counts else 0


def children(daemon):
    """The process ids of its hooks; a daemon has no other children here."""
    pid = daemon.process.child.pid
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
        return file.read()


def hang_up(door, apt, call):
    """And wait until both lines are free again."""
    apt.ask("hangup")
    door.ended(call, "hang_up")
    apt.ended(call, "hang_up")
    for each in (door, apt):
        each.poll(lambda one=each: children(one) == "", "end of its hook", PATIENCE)


def test_call_with_sound_and_pictures(world):
    door, apt, files = gstreamer_pair(world, video=True, prewarm=True)
    call = connect(door, apt, media="video")
    await_tone(files["door"], 660)
    await_tone(files["apt"], 440)
    apt.poll(lambda: pictures(apt) >= 8, "8 pictures", PATIENCE)
    hang_up(door, apt, call)


def test_call_with_hooks_that_start_with_the_answer(world):
    door, apt, files = gstreamer_pair(world)
    call = connect(door, apt)
    await_tone(files["door"], 660)
    await_tone(files["apt"], 440)
    hang_up(door, apt, call)
    hang_up(door, apt, connect(door, apt))


def test_preview_before_the_answer(world):
    door, apt, files = gstreamer_pair(world, video=True, early=True)
    call = door.call("apt", media="video")
    apt.change(call, "incoming")
    apt.poll(lambda: pictures(apt) >= 8, "8 pictures while it rings", PATIENCE)
    expect_equal([each["state"] for each in apt.live()], ["ringing"], "the call's state")
    expect(all(not os.path.exists(path) or os.path.getsize(path) == 0 for path in files.values()),
           "something is heard ahead of the answer")
    apt.ask("answer")
    for each in (door, apt):
        until_state(each, call, "connected")
    hang_up(door, apt, call)


def test_no_preview_unless_both_sides_want_it(world):
    door = world.device("door", world.gstreamer(
        "--audio-source", "none", "--audio-sink", "none", "--video-source", "test"), early=True)
    apt = world.device("apt", world.gstreamer(
        "--audio-source", "none", "--audio-sink", "none", "--video-sink", "count"), prewarm=True)
    door.sees(apt, "idle")
    call = door.call("apt", media="video")
    apt.change(call, "incoming")
    time.sleep(2)  # long enough for a preview
    expect_equal(pictures(apt), 0, "pictures ahead of the answer")
    apt.ask("answer")
    apt.poll(lambda: pictures(apt) >= 8, "8 pictures after it", PATIENCE)


def test_call_over_a_bad_network(world):
    """5 % of all packets are lost; then the cable is out for 5 s; then for good."""
    patience = ('lost = "6s"', f'lost = "{LOST_SECONDS}s"')
    door, apt, files = gstreamer_pair(world, hook=("--latency", "300"), replace=(patience,))
    world.wire.loss = 0.05
    call = connect(door, apt)
    for daemon, hertz in ((door, 660), (apt, 440)):
        await_tone(files[daemon.user], hertz, good=6, of=8, share=0.8, decibels=(-20, -10))
        expect_equal([(each["state"], each["media_state"]) for each in daemon.live()],
                     [("connected", "connected")], f"{daemon.user}: the call")
    expect(world.wire.lost > 10, f"only {world.wire.lost} packets were lost")
    world.wire.loss = 0.0
    world.wire.ports["door"].cut = True
    for each in (door, apt):
        until_state(each, call, "reconnecting")
    time.sleep(5 - 2)  # it was silent for 2 s before it said so
    world.wire.ports["door"].cut = False
    for each in (door, apt):
        until_state(each, call, "connected", nth=2)
    expect_equal([each["state"] for each in door.live()], ["connected"], "the call's state")
    for each in (door, apt):  # TCP has come back to life, too
        each.ask("send", call=call, text="here I am")
    world.wire.ports["door"].cut = True
    began = time.monotonic()
    for each in (door, apt):
        each.ended(call, "peer_lost", LOST_SECONDS + DEADLINE)
    expect(time.monotonic() - began > LOST_SECONDS / 2, "the call was given up too early")


def test_call_by_baresip(world):
    program = need_baresip()
    devices = []
    for user, hertz in (("door", 440), ("apt", 660)):
        os.mkdir(world.file(user))
        command = [program, "--source", f"ausine,{hertz}", "--player", "none", "--record",
                   world.file(user)]
        devices.append(world.device(user, command, prewarm=True))
    door, apt = devices
    door.sees(apt, "idle")
    call = connect(door, apt)
    time.sleep(TALK_SECONDS)
    hang_up(door, apt, call)
    for user, hertz in (("door", 660), ("apt", 440)):
        dumps = glob.glob(os.path.join(world.file(user), "dump-*-dec.wav"))
        if not dumps:
            raise Skipped("baresip has no sndfile module here")
        expect_tone(dumps[0], hertz, decibels=(-20, -2))
