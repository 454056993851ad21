"""The shipped hooks by their line protocol alone."""

import glob
import os
import subprocess
import time

from doorcall_broker import DEADLINE, Skipped, expect, expect_equal
from hook_process import HookProcess, talk
from media_world import need_baresip, need_element
from tone import PATIENCE, await_level, await_silence, await_tone, expect_tone, write_syllables

TALK_SECONDS = 3
LOUDSPEAKER = "gst:udpsink host=127.0.0.1 port=5555 sync=true"
MICROPHONE = ("gst:udpsrc address=127.0.0.1 port=5555"
              " caps=audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved")
CAMERA = ("--video-source", "test", "--video-size", "320x240")


def pair(world, *more, caller=(), callee=(), media="audio"):
    files = [world.file("caller.raw"), world.file("callee.raw")]
    hooks = []
    for role, place, hertz, path, extra in (("caller", "door", 440, files[0], caller),
                                            ("callee", "apt", 660, files[1], callee)):
        command = world.gstreamer("--audio-source", f"test:{hertz}", "--audio-sink",
                                  f"file:{path}", *more, *extra)
        hooks.append(HookProcess(world, role, command, media, place))
    return hooks, files


def test_gstreamer_sound_with_srtp(world):
    (caller, callee), files = pair(world)
    talk(caller, callee)
    await_tone(files[0], 660)
    await_tone(files[1], 440)
    expect("a=crypto:1 AES_CM_128_HMAC_SHA1_80" in caller.offer_text(), caller.offer_text())
    expect("c=IN IP4 " + world.wire.ports["door"].address in caller.offer_text(),
           "the address is not that toward the broker")
    expect_equal((caller.stop(), callee.stop()), (0, 0), "exit codes")


def test_gstreamer_sound_without_srtp_on_one_side(world):
    (caller, callee), files = pair(world, callee=("--srtp", "off"))
    talk(caller, callee)
    await_tone(files[0], 660)
    await_tone(files[1], 440)
    expect("crypto" not in callee.offer_text(), callee.offer_text())
    expect_equal((caller.stop(), callee.stop()), (0, 0), "exit codes")


def test_gstreamer_demands_srtp(world):
    (caller, callee), _ = pair(world, caller=("--srtp", "on"), callee=("--srtp", "off"))
    caller.say("prepare -")
    callee.say("prepare " + caller.offer())
    caller.say("start " + callee.offer())
    caller.line("state failed the two sides don't fit")
    expect_equal(caller.child.wait(DEADLINE), 1, "exit code")


def test_gstreamer_codecs(world):
    for codec, element in (("vp8", "vp8dec"), ("h264", "openh264enc")):
        need_element(element)
        (caller, callee), _ = pair(world, "--video-codec", codec, media="video",
                                   caller=CAMERA,
                                   callee=("--video-sink", "count"))
        talk(caller, callee)
        callee.pictures(8)
        expect_equal((caller.stop(), callee.stop()), (0, 0), "exit codes")


def test_gstreamer_takes_a_late_offer_and_unknown_lines(world):
    (caller, callee), files = pair(world)
    for hook in (caller, callee):
        hook.say("dance tango")
        hook.say("start -")
        hook.line("state connecting")
    callee.say("remote bm9uc2Vuc2U=")
    callee.line("log the other side's offer is not")
    callee.say("remote " + caller.offer())
    caller.say("remote " + callee.offer())
    for hook in (caller, callee):
        hook.line("state connected")
    for hook in (caller, callee):
        hook.say("stop hang_up")
    expect_equal((caller.child.wait(), callee.child.wait()), (0, 0), "exit codes")


def test_gstreamer_previews_before_the_answer(world):
    (caller, callee), files = pair(world, media="video", caller=CAMERA,
                                   callee=("--video-sink", "count"))
    second = HookProcess(world, "callee", world.gstreamer(
        "--video-sink", "count", "--audio-source", "none", "--audio-sink", "none"), "video", "hall")
    caller.say("prepare -")
    for name, hook in (("one@apt", callee), ("two@apt", second)):
        hook.say("prepare " + caller.offer())
        hook.say("early one@door " + caller.offer())
        caller.say(f"early {name} {hook.offer()}")
    callee.pictures(8)
    second.pictures(8)
    expect(not os.path.exists(files[0]) or os.path.getsize(files[0]) == 0, "the visitor hears")
    expect(not os.path.exists(files[1]) or os.path.getsize(files[1]) == 0, "the visitor is heard")
    caller.say("start " + callee.offer())
    callee.say("start " + caller.offer())
    for hook in (caller, callee):
        hook.line("state connected")
    before = len(callee.lines)
    callee.until(lambda lines: any(line.startswith("log pictures") for line in lines[before:]),
                 "picture after the answer")
    second.stop()
    expect_equal((caller.stop(), callee.stop()), (0, 0), "exit codes")


def speech(world):
    """A source of what an echo canceller can learn from."""
    path = world.file("speech.wav")
    if not os.path.exists(path):
        write_syllables(path, 3 * PATIENCE)
    return f"gst:filesrc location={path} ! wavparse ! identity sync=true"


def echo_pair(world, echo_cancel):
    """The caller talks; the callee's microphone hears its loudspeaker and nothing else."""
    path = world.file(f"echo-{echo_cancel}.raw")
    caller = HookProcess(world, "caller", world.gstreamer(
        "--audio-source", speech(world), "--audio-sink", "file:" + path), "audio", "door")
    callee = HookProcess(world, "callee", world.gstreamer(
        "--audio-source", MICROPHONE, "--audio-sink", LOUDSPEAKER,
        "--echo-cancel", echo_cancel), "audio", "apt")
    return caller, callee, path


def test_gstreamer_cancels_echo(world):
    for element in ("webrtcdsp", "webrtcechoprobe"):
        need_element(element)
    caller, callee, path = echo_pair(world, "off")
    talk(caller, callee)
    await_level(path, -38, -20)
    caller.stop()
    callee.stop()
    caller, callee, path = echo_pair(world, "on")
    talk(caller, callee)
    await_level(path, -100, -48)  # it learns the room in some seconds
    callee.stop()
    near = HookProcess(world, "callee", world.gstreamer(
        "--audio-source", speech(world), "--audio-sink", "none", "--echo-cancel", "on"),
        "audio", "hall")
    near.say("start " + caller.offer())
    caller.say("remote " + near.offer())
    await_level(path, -32, -15)  # what is said there is still heard


def test_gstreamer_mutes(world):
    (caller, callee), files = pair(world)
    talk(caller, callee)
    await_tone(files[1], 440)
    caller.say("mute on")
    await_silence(files[1])
    caller.say("mute off")
    await_tone(files[1], 440)


def test_gstreamer_starts_muted(world):
    (caller, callee), files = pair(world)
    caller.say("mute on")
    talk(caller, callee)
    await_tone(files[0], 660)
    await_silence(files[1])
    caller.say("mute off")
    await_tone(files[1], 440)


def test_gstreamer_hook_says_what_is_wrong(world):
    program = world.gstreamer()[0]
    for arguments, words in ((["--audio-source", "ear"], ["--audio-source", "alsa[:DEVICE]"]),
                             (["--video-codec", "gif"], ["vp8", "h264"]),
                             (["--ports", "80"], ["--ports", "FIRST-LAST"]),
                             (["--video-size", "big"], ["--video-size", "WIDTHxHEIGHT"])):
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)
        expect_equal(done.returncode, 2, f"exit code of {arguments}")
        expect(all(word in done.stderr for word in words), done.stderr)
    hook = HookProcess(world, "caller", world.gstreamer("--video-source", "v4l2:/dev/video99",
                                                        "--audio-source", "test"), "video", "door")
    hook.say("prepare -")
    hook.line("log no picture: ")
    expect("m=video" not in hook.offer_text(), "a camera is offered that is not there")
    hook.stop()


def test_gstreamer_where_there_may_be_no_hardware(world):
    program = world.gstreamer()[0]
    environment = {"WAYLAND_DISPLAY": "", "DISPLAY": ""}
    pair_of = [HookProcess(world, role, [program, "--video-source", "auto", "--video-sink", "auto"],
                           "video", place, environment)
               for role, place in (("caller", "door"), ("callee", "apt"))]
    talk(*pair_of)
    for hook in pair_of:
        if any(line.startswith("log no screen is here") for line in hook.lines):
            hook.pictures(8)
        if any(line.startswith("log no loudspeaker is here") for line in hook.lines):
            hook.line("log hears -1")  # the test tone of the other side, at -15 dBFS
    expect_equal([hook.stop() for hook in pair_of], [0, 0], "exit codes")


def test_baresip_sound(world):
    program = need_baresip()
    hooks = []
    for role, place, hertz in (("caller", "door", 440), ("callee", "apt", 660)):
        os.mkdir(world.file(role))
        command = [program, "--source", f"ausine,{hertz}", "--player", "none", "--record",
                   world.file(role)]
        hooks.append(HookProcess(world, role, command, "audio", place))
    talk(*hooks)
    time.sleep(TALK_SECONDS)  # what they say is written when baresip ends
    expect_equal([hook.stop() for hook in hooks], [0, 0], "exit codes")
    for role, hertz in (("caller", 660), ("callee", 440)):
        dumps = glob.glob(os.path.join(world.file(role), "dump-*-dec.wav"))
        if not dumps:
            raise Skipped("baresip has no sndfile module here")
        expect_tone(dumps[0], hertz, decibels=(-20, -2))


def test_baresip_is_not_called_by_strangers(world):
    program = need_baresip()
    hooks = [HookProcess(world, role, [program, "--source", "ausine,440", "--player", "none"],
                         "audio", place)
             for role, place in (("caller", "door"), ("callee", "apt"))]
    stranger, callee = hooks
    stranger.say("prepare -")
    callee.say("prepare -")
    elsewhere = "c2lwOjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwQDEwLjc3LjkuOTo1MDYw"
    callee.offer()
    callee.say("start " + elsewhere)
    stranger.offer()
    stranger.say("start " + callee.offer())
    stranger.line("state disconnected")
    expect(not any("connected" in line and "dis" not in line for line in callee.lines),
           f"the stranger got through: {callee.lines}")
