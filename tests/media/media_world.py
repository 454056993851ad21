"""A broker and daemons on a network of their own, with media hooks."""

import os
import shutil
import subprocess

from doorcall_broker import BROKER_CONFIG, ROOT, Broker
from doorcall_testlib import Skipped, World
from wire import Wire

HOOKS = os.path.join(ROOT, "platform", "hooks")

CONFIG = """
[media]
command = {command}
stop_time = "10s"
prewarm = {prewarm}
early = {early}
"""


class MediaBroker(Broker):
    """Listens on the wire, too."""

    def __init__(self, world):
        self.address = world.wire.ports["broker"].address
        super().__init__(world)

    def argv(self):
        path = os.path.join(self.directory, "mosquitto.conf")
        with open(BROKER_CONFIG, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\nallow_anonymous true\n" + "".join(
                f"listener {self.port} {address}\n" for address in ("127.0.0.1", self.address)))
        return ["mosquitto", "-c", path]


class MediaWorld(World):
    def __init__(self, binaries, link, number):
        super().__init__(binaries, link)
        self.wire = Wire(number)
        self.hooks = []

    def start_broker(self):
        """What the tests need of the network and the broker."""
        for name in ("door", "apt", "hall"):
            self.wire.add(name)
        self.wire.start()
        self.broker = MediaBroker(self)

    def prefix(self, user):
        return self.wire.ports[user].prefix() if user in self.wire.ports else []

    def device(self, user, command, device="one", prewarm=False, early=False, replace=()):
        """A daemon at a port of the wire, with a media hook."""
        words = "[" + ", ".join(f'"{word}"' for word in command) + "]"
        text = CONFIG.format(command=words, prewarm=str(prewarm).lower(), early=str(early).lower())
        address = self.wire.ports["broker"].address
        return self.daemon(user, device, text,
                           (('host = "127.0.0.1"', f'host = "{address}"'),
                            ('media_start = "5s"', 'media_start = "60s"'), *replace))

    def gstreamer(self, *more):
        """The GStreamer hook's command line."""
        program = os.path.join(self.binaries, "doorcall-gstreamer")
        if not os.path.exists(program):
            raise Skipped("doorcall-gstreamer was not built: libgstreamer1.0-dev is missing")
        for element in ("rtpbin", "opusenc", "audiotestsrc", "srtpenc", "vp8enc"):
            need_element(element)
        return [program, *more]

    def file(self, name):
        return os.path.join(self.directory, name)

    def close(self):
        super().close()
        for hook in self.hooks:
            hook.close()
        self.wire.close()


def need_element(name):
    if shutil.which("gst-inspect-1.0") is None:
        raise Skipped("there is no gst-inspect-1.0 (gstreamer1.0-tools)")
    done = subprocess.run(["gst-inspect-1.0", "--exists", name], check=False)
    if done.returncode != 0:
        raise Skipped(f"GStreamer has no {name} here")


def need_baresip():
    if shutil.which("baresip") is None:
        raise Skipped("baresip is not installed")
    return os.path.join(HOOKS, "doorcall-baresip")
