"""Debian's kernel of today with the modules that a device needs, without installing anything.

The packages are downloaded and unpacked below a cache directory that is named after their version,
so that a second run downloads nothing. gpio-sim, which Debian's kernels lack, is built from the
source package of the same version against its headers.
"""

import os
import re
import shutil
import subprocess
import tarfile

from doorcall_testlib import Failed, Skipped

META = "linux-image-amd64"
# In the order in which they are loaded.
MODULES = ("fs/configfs/configfs", "drivers/input/evdev", "drivers/input/misc/uinput")
SIM_SOURCES = ("drivers/gpio/gpio-sim.c", "drivers/gpio/gpiolib.h", "kernel/irq/irq_sim.c")
KBUILD = "obj-m := gpio-sim.o\ngpio-sim-y := gpio_sim_main.o irq_sim.o\n"
DOWNLOAD_LIMIT = 600


def run(*command, cwd=None, timeout=300):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=timeout,
                          check=False, env={**os.environ, "LC_ALL": "C"})
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Kernel:
    """`image` is the kernel's file, `modules` the files of its modules in loading order."""

    def __init__(self, cache):
        self.release, self.version = offered()
        self.directory = os.path.join(cache, f"kernel-{self.release}_{self.version}")
        self.tree = os.path.join(self.directory, "tree")
        self.image = os.path.join(self.tree, "boot", "vmlinuz-" + self.release)
        kernel = os.path.join(self.tree, "lib/modules", self.release, "kernel")
        self.modules = [os.path.join(kernel, name + ".ko") for name in MODULES]
        self.modules.append(os.path.join(self.directory, "gpio-sim", "gpio-sim.ko"))
        if not os.path.exists(os.path.join(self.directory, "complete")):
            self.make()

    def make(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.tree)
        for package in self.packages():
            self.unpack(self.download(package))
        self.build_gpio_sim(self.download(self.source_package()))
        with open(os.path.join(self.directory, "complete"), "w", encoding="utf-8"):
            pass

    def series(self):
        return re.match(r"\d+\.\d+", self.release).group()

    def source_package(self):
        return "linux-source-" + self.series()

    def packages(self):
        headers = "linux-headers-" + self.release
        common = re.sub(r"-amd64$", "-common", headers)
        return "linux-image-" + self.release, headers, common, "linux-kbuild-" + self.series()

    def download(self, package):
        """The package's file. Skipped: there is no network, or the package is not offered."""
        where = os.path.join(self.directory, "packages")
        os.makedirs(where, exist_ok=True)
        command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download",
                   f"{package}={self.version}"]
        done = subprocess.run(command, cwd=where, capture_output=True, text=True,
                              timeout=DOWNLOAD_LIMIT, check=False)
        found = [name for name in os.listdir(where) if name.startswith(package + "_")]
        if done.returncode != 0 or not found:
            raise Skipped(f"{package} {self.version} can't be downloaded: {done.stderr.strip()}")
        return os.path.join(where, found[0])

    def unpack(self, package):
        run("dpkg-deb", "-x", package, self.tree)
        os.remove(package)

    def build_gpio_sim(self, package):
        build = os.path.dirname(self.modules[-1])
        os.makedirs(build)
        extract_sources(package, build)
        os.remove(package)
        # irq_to_desc() is not exported to modules; this does the same.
        replace(os.path.join(build, "irq_sim.c"), "handle_simple_irq(irq_to_desc(irqnum));",
                "generic_handle_domain_irq(work_ctx->domain, offset);")
        with open(os.path.join(build, "Kbuild"), "w", encoding="utf-8") as file:
            file.write(KBUILD)
        headers = os.path.join(self.tree, "usr/src/linux-headers-" + self.release)
        replace(os.path.join(headers, "Makefile"), "/usr/src/", self.tree + "/usr/src/")
        run("make", "-C", headers, "M=" + build, "modules")


def extract_sources(package, target):
    """Takes SIM_SOURCES out of the archive in the source package, without unpacking the rest."""
    wanted = {name: os.path.basename(name) for name in SIM_SOURCES}
    wanted[SIM_SOURCES[0]] = "gpio_sim_main.c"  # the module itself is gpio-sim.o
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package],
                          stdout=subprocess.PIPE) as unpacking:
        with tarfile.open(fileobj=unpacking.stdout, mode="r|") as outer:
            archive = next(each for each in outer if each.name.endswith(".tar.xz"))
            with tarfile.open(fileobj=outer.extractfile(archive), mode="r|xz") as sources:
                for each in sources:
                    name = wanted.pop(each.name.partition("/")[2], None)
                    if name is not None:
                        with open(os.path.join(target, name), "wb") as file:
                            shutil.copyfileobj(sources.extractfile(each), file)
                    if not wanted:
                        break
        unpacking.kill()
    if wanted:
        raise Failed(f"{package} lacks {', '.join(wanted)}")


def replace(path, old, new):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if old not in text:
        raise Failed(f"{path} has no {old!r}: the kernel's source has changed")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))


def offered():
    """Release ("6.1.0-56-amd64") and package version of the kernel that apt offers."""
    if shutil.which("apt-cache") is None:
        raise Skipped("it needs Debian's kernel packages, and this is no Debian system")
    text = run("apt-cache", "show", "--no-all-versions", META) if known() else ""
    depends = re.search(r"^Depends: linux-image-(\S+) \(= (\S+)\)", text, re.MULTILINE)
    if depends is None:
        raise Skipped(f"apt offers no {META} that names a kernel (run apt-get update?)")
    return depends.groups()


def known():
    return subprocess.run(["apt-cache", "show", META], capture_output=True,
                          check=False).returncode == 0
