"""The device's root file system: busybox, what `cmake --install` installed, and what that needs."""

import os
import re
import subprocess

from cpio import Cpio
from doorcall_testlib import Failed, Skipped

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUSYBOX = "/bin/busybox"
MOSQUITTO = "/usr/sbin/mosquitto"
BROKER_CONFIG = os.path.join(ROOT, "broker-config", "mosquitto-dev.conf")
# Where the files of guest/ go, and their modes.
GUEST = {"inittab": ("etc/inittab", 0o644), "rcS": ("etc/init.d/rcS", 0o755),
         "serve": ("test/serve", 0o755)}
# Of what is installed, what only programs are built with.
NOT_ON_DEVICES = ("usr/include", "usr/lib/x86_64-linux-gnu", "usr/lib/cmake", "usr/lib/pkgconfig")
DIRECTORIES = ("dev", "proc", "sys", "run", "tmp", "root", "var/log", "lib/modules")
ACCOUNTS = {"passwd": ("root:x:0:0::/root:/bin/sh", "nobody:x:65534:65534::/:/bin/false",
                       "doorcall:x:900:900::/:/bin/false"),
            "group": ("root:x:0:", "nogroup:x:65534:", "doorcall:x:900:", "gpio:x:901:doorcall",
                      "input:x:902:doorcall", "audio:x:903:doorcall", "video:x:904:doorcall")}


def libraries(program):
    """The shared libraries of a program, and the loader."""
    done = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    if "not found" in done.stdout:
        raise Failed(f"{program} lacks libraries:\n{done.stdout}")
    return re.findall(r"(/\S+) \(0x", done.stdout) if done.returncode == 0 else []


class RootImage:
    """`stage` is what was installed, `tools` are the guest's own programs."""

    def __init__(self, path, kernel, stage, tools):
        self.copied = set()
        with open(path, "wb") as file:
            self.archive = Cpio(file)
            self.add_system()
            self.add_modules(kernel)
            self.add_stage(stage)
            self.program(MOSQUITTO, MOSQUITTO)
            self.archive.copy(BROKER_CONFIG, "etc/mosquitto.conf", 0o644)
            for tool in tools:
                self.program(tool, "/test/" + os.path.basename(tool))
            self.archive.close()

    def add_system(self):
        if not os.path.exists(BUSYBOX):
            raise Skipped("there is no busybox-static")
        self.archive.node("dev/console", 5, 1)
        for name in DIRECTORIES:
            self.archive.directory(name)
        self.archive.copy(BUSYBOX, "bin/busybox")
        applets = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True)
        for applet in applets.stdout.split():
            if applet != "busybox":
                self.archive.link("bin/" + applet, "busybox")
        self.archive.link("init", "bin/busybox")
        self.archive.link("sbin", "bin")
        self.archive.link("etc/mdev.conf", "/usr/share/doorcall/mdev.conf")
        for name, lines in ACCOUNTS.items():
            self.archive.data("etc/" + name, ("\n".join(lines) + "\n").encode())
        for name, (target, mode) in GUEST.items():
            self.archive.copy(os.path.join(HERE, "guest", name), target, mode)

    def add_modules(self, kernel):
        for module in kernel.modules:
            self.archive.copy(module, "lib/modules/" + os.path.basename(module))
        order = "".join(os.path.basename(module) + "\n" for module in kernel.modules)
        self.archive.data("lib/modules/order", order.encode())

    def add_stage(self, stage):
        for directory, _, names in os.walk(stage):
            for name in sorted(names):
                path = os.path.join(directory, name)
                target = os.path.relpath(path, stage)
                if target.startswith(NOT_ON_DEVICES):
                    continue
                self.program(path, target)

    def program(self, path, target):
        """A file with the libraries that it needs, if it is a program."""
        self.archive.copy(path, target)
        for library in libraries(path):
            if library not in self.copied:
                self.copied.add(library)
                self.archive.copy(library, library, 0o755)
