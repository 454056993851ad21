"""The daemon and the command line as programs: settings, signals, exit codes, output, rest."""

import json
import os
import signal
import subprocess
import time

from doorcall_broker import not_emulated
from doorcall_testlib import DEADLINE, expect, expect_equal


def check(world, text):
    path = os.path.join(world.directory, "check.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path, subprocess.run([world.daemon_program, "--config", path, "--check"],
                                capture_output=True, text=True, timeout=DEADLINE, check=False)


GOOD = '[device]\nuser = "door"\ndevice = "one"\n[broker]\nhost = "127.0.0.1"\n'


def test_check_says_config_ok(world):
    _, done = check(world, GOOD)
    expect_equal((done.returncode, done.stdout), (0, "config ok\n"), "--check")


def test_check_names_file_line_key_and_what_is_allowed(world):
    path, done = check(world, GOOD + '[call]\nring_time = "2h"\nlines = 9\ncolour = 1\n')
    expect_equal(done.returncode, 1, "exit code")
    errors = done.stderr.splitlines()
    expect_equal(len(errors), 3, f"number of errors in {errors}")
    expect(errors[0].startswith(f"{path}:7: [call] ring_time: "), f"place: {errors[0]}")
    expect(errors[1].startswith(f"{path}:8: [call] lines: "), f"place: {errors[1]}")
    expect(errors[2].startswith(f"{path}:9: ") and "'colour'" in errors[2], errors[2])
    expect("1s" in errors[0] and "10min" in errors[0], f"what is allowed: {errors[0]}")
    expect("1" in errors[1] and "8" in errors[1], f"what is allowed: {errors[1]}")


def test_daemon_usage(world):
    for arguments in ([], ["--nonsense"], ["--config", "x", "y"]):
        done = subprocess.run([world.daemon_program, *arguments], capture_output=True, text=True,
                              timeout=DEADLINE, check=False)
        expect_equal(done.returncode, 2, f"exit code of {arguments}")
        expect("usage: doorcalld" in done.stderr, done.stderr)
    done = subprocess.run([world.daemon_program, "--version"], capture_output=True, text=True,
                          timeout=DEADLINE, check=False)
    expect(world.link in done.stdout, done.stdout)


def test_second_daemon_on_one_socket_is_refused(world):
    door = world.daemon("door")
    done = subprocess.run([world.daemon_program, "--config", door.config_path],
                          capture_output=True, text=True, timeout=DEADLINE, check=False)
    expect_equal(done.returncode, 1, "exit code")
    expect(door.socket_path in done.stderr, done.stderr)
    door.ask("status")


def test_reload_keeps_the_call(world):
    door, apt, call = world.talking()
    door.write_config(door.config_text.replace("ring_time = ", "ring_tame = "))
    door.process.signal(signal.SIGHUP)
    door.refused("press", "invalid_argument", name="bell")
    door.write_config(door.config_text.replace("ring_tame = \"20s\"", "ring_time = \"2s\"")
                      .replace("keep_alive = \"10s\"", "keep_alive = \"11s\"")
                      + '[[button]]\nname = "bell"\npress = "hang_up"\n')
    door.process.signal(signal.SIGHUP)
    while "bell" not in door.ask("status")["buttons"]:
        pass  # each question is answered after another turn of the daemon's loop
    with open(door.log, encoding="utf-8") as file:
        log = file.read()
    expect("not reloaded" in log, "the bad settings are not reported")
    expect("needs a restart to take effect: broker.keep_alive" in log, "keep_alive is not named")
    door.ask("press", name="bell")
    apt.ended(call, "hang_up")
    second = door.call("apt")
    door.ended(second, "no_answer", 5)  # the new ring time


def test_stop_publishes_offline(world):
    for number in (signal.SIGTERM, signal.SIGINT):
        door, apt = world.pair()
        expect_equal(apt.end(number), 0, "exit code")
        door.sees(apt, "offline", timeout=2)
        door.end()


def test_stop_without_a_broker(world):
    door = world.daemon("door")
    world.broker.kill()
    door.until(lambda: door.link == "reconnecting", "loss of the link")
    expect_equal(door.end(), 0, "exit code")


def test_own_presence_is_healed(world):
    door, apt = world.pair()
    ghost = world.open_client("ghost")
    ghost.publish("doorcall/v1/apt/presence/one", b"", retain=True)
    ghost.fence()
    second = door.call("apt")
    apt.change(second, "incoming")


def test_cli_exit_codes(world):
    door, _ = world.pair()
    at = ["--socket", door.socket_path]
    cases = ((0, ["status"]), (0, ["presence"]), (0, ["calls"]), (0, ["--help"]),
             (1, ["answer"]), (1, ["call", "door"]), (1, ["call", "a b"]), (1, ["press", "gong"]),
             (1, ["hangup", "0" * 32]), (2, []), (2, ["frob"]), (2, ["call"]),
             (2, ["call", "apt", "--media", "smell"]), (2, ["call", "apt", "--ring-time", "601"]),
             (2, ["status", "extra"]))
    for code, arguments in cases:
        done = world.cli(*at, *arguments)
        expect_equal(done.returncode, code, f"doorcall {arguments}: {done.stderr}")
        expect((done.stderr == "") == (code == 0), f"doorcall {arguments}: stderr {done.stderr!r}")
    done = world.cli("--socket", door.socket_path + "x", "status")
    expect_equal(done.returncode, 3, "exit code without a daemon")
    expect("audio,video,other" in world.cli(*at, "call", "x", "--media", "smell").stderr, "allowed")
    expect("hangup" in world.cli(*at, "frob").stderr, "the verbs are not listed")


def test_cli_makes_a_call(world):
    door, apt = world.pair()
    path = os.path.join(world.directory, "data")
    with open(path, "w", encoding="utf-8") as file:
        file.write("from a file")
    done = world.cli("--socket", door.socket_path, "--json", "call", "apt", "--data-file", path,
                     "--ring-time", "9.5")
    result = json.loads(done.stdout)
    expect_equal(result["ring_time_ms"], 9500, "ring time")
    call = result["call"]
    expect_equal(apt.change(call, "incoming")["data"], "from a file", "data")
    expect_equal(world.cli("--socket", apt.socket_path, "answer").returncode, 0, "answer")
    calls = json.loads(world.cli("--socket", apt.socket_path, "calls", "--json").stdout)["calls"]
    expect_equal([(each["call"], each["state"]) for each in calls], [(call, "connected")], "calls")
    done = world.cli("--socket", door.socket_path, "answer")
    expect_equal((done.returncode, done.stderr),
                 (1, "doorcall: unknown_call: no call is ringing\n"), "answer where nothing rings")
    expect_equal(world.cli("--socket", door.socket_path, "hangup").returncode, 0, "hangup")
    apt.ended(call, "hang_up")


def test_cli_watch_begins_with_a_snapshot(world):
    door, apt, call = world.ringing()
    watch = subprocess.Popen([world.cli_program, "--socket", apt.socket_path, "--json", "watch"],
                             stdout=subprocess.PIPE, text=True)
    try:
        snapshot = json.loads(watch.stdout.readline())
        expect_equal(snapshot["type"], "snapshot", "first line")
        expect_equal([each["call"] for each in snapshot["calls"]], [call], "its calls")
        expect_equal([each["user"] for each in snapshot["devices"]], ["door"], "its devices")
        door.ask("cancel")
        event = {}
        while event.get("type") != "call":
            event = json.loads(watch.stdout.readline())
        expect_equal((event["call"], event["change"], event["reason"]),
                     (call, "ended", "cancelled"), "the event")
        now = time.clock_gettime(time.CLOCK_BOOTTIME) * 1000
        expect(now - 10000 < event["at_ms"] <= now, f"at_ms {event['at_ms']} at {now}")
    finally:
        watch.kill()
        watch.wait()
        watch.stdout.close()


def test_cli_follow(world):
    door, apt = world.pair()
    follow = [world.cli_program, "--socket", door.socket_path, "call", "apt", "--follow"]
    with subprocess.Popen(follow, stdout=subprocess.PIPE, text=True) as process:
        apt.incoming()
        apt.ask("decline")
        output, _ = process.communicate(timeout=DEADLINE)
    expect_equal(process.returncode, 1, "exit code")
    expect("remote_ringing" in output and "declined_everywhere" in output, output)


def test_idle_daemon_sleeps(world):
    not_emulated("qemu has threads of its own")
    door = world.daemon("door", replace=(('keep_alive = "10s"', 'keep_alive = "60s"'),))
    status = f"/proc/{door.process.child.pid}/status"

    def read():
        with open(status, encoding="utf-8") as file:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        return int(fields["voluntary_ctxt_switches"]), int(fields["Threads"])

    time.sleep(6)  # the settling of a new connection (5 s) is over
    before, threads = read()
    time.sleep(4)  # the measurement
    after, _ = read()
    expect_equal(after - before, 0, "wake-ups in 4 s")
    expect_equal(threads, 1, "threads")


test_idle_daemon_sleeps.link = "mosquitto"


def test_wrong_arguments_on_the_control_socket(world):
    door = world.daemon("door")
    for verb, args in (("call", {}), ("call", {"user": 5}), ("call", {"user": "x", "media": "tv"}),
                       ("call", {"user": "x", "ring_time_ms": "long"}), ("press", {"name": None}),
                       ("call", {"user": "x", "wait_offline": "yes"}), ("answer", {"call": 7}),
                       ("status", {"devices": 1}), ("presence", {"user": []})):
        message = door.refused(verb, "invalid_argument", **args)
        expect("must be" in message or "missing" in message, f"{verb} {args}: {message}")
    for args, code in (({"user": "x" * 33}, "invalid_user"), ({"user": "door"}, "self_call"),
                       ({"user": "x", "ring_time_ms": 0}, "timeout_out_of_range"),
                       ({"user": "x", "ring_time_ms": -1}, "timeout_out_of_range"),
                       ({"user": "x", "ring_time_ms": 600001}, "timeout_out_of_range"),
                       ({"user": "x", "data": "x" * 8193}, "data_too_large"),
                       ({"user": "x", "line": "x" * 33}, "invalid_argument")):
        door.refused("call", code, **args)
    door.refused("frobnicate", "unknown_verb")
    door.idle()
