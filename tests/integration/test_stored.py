"""What outlives a daemon: do not disturb, in the directory that the service manager names."""

import os

from doorcall_testlib import expect, expect_equal


def kept(world, name):
    directory = os.path.join(world.directory, name)
    os.mkdir(directory)
    return directory


def test_do_not_disturb_outlives_a_kill(world):
    state = kept(world, "state")
    apt = world.daemon("apt", environment={"STATE_DIRECTORY": state})
    expect_equal(apt.ask("status")["mode"]["dnd_source"], "none", "at first")
    for word, expected in (("on", (True, "manual")), ("off", (False, "manual")),
                           ("auto", (False, "none")), ("on", (True, "manual"))):
        apt.run("dnd", word)
        apt.kill()
        apt.restart()
        mode = apt.ask("status")["mode"]
        expect_equal((mode["dnd"], mode["dnd_source"]), expected, f"after dnd {word} and a kill")
    door = world.daemon("door")
    door.ended(door.call("apt"), "dnd")


def test_a_stored_end_counts(world):
    state = kept(world, "state")
    apt = world.daemon("apt", environment={"STATE_DIRECTORY": state})
    until = apt.run("dnd", "on", "--for", "1h")["dnd_until_ms"]
    apt.kill()
    apt.restart()
    expect_equal(apt.ask("status")["mode"]["dnd_until_ms"], until, "the end")


def test_a_later_versions_file_is_kept_aside(world):
    state = kept(world, "state")
    path = os.path.join(state, "modes.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"format": 2, "dnd": {"on": true}}')
    apt = world.daemon("apt", environment={"STATE_DIRECTORY": state})
    expect(not apt.ask("status")["mode"]["dnd"], "do not disturb is off")
    with open(apt.log, encoding="utf-8") as log:
        expect("its format is 2, this version knows only 1; kept as " in log.read(), "the log")
    expect(os.path.exists(path + ".aside"), "it is kept")


def test_calls_write_nothing(world):
    state = kept(world, "state")
    before = os.stat(state).st_mtime_ns
    door = world.daemon("door", environment={"STATE_DIRECTORY": state})
    apt = world.daemon("apt")
    door.sees(apt, "idle")
    call = door.call("apt")
    apt.incoming()
    apt.ask("answer")
    door.change(call, "connected")
    door.ask("hangup")
    apt.ended(call, "hang_up")
    expect_equal((os.listdir(state), os.stat(state).st_mtime_ns), ([], before), "what is written")
