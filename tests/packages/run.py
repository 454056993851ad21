#!/usr/bin/env python3
"""Installs, upgrades and purges the Debian packages of a build. What has to change the system is
done on an overlay of it in a mount namespace of its own: nothing of this machine changes.

usage: run.py --build DIR
"""

import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))

from doorcall_testlib import Skipped, expect, expect_equal  # noqa: E402

PACKAGES = ("doorcall", "doorcall-hooks", "libdoorcall-dev")
CONFIG = '[device]\nuser = "door"\ndevice = "gate"\n[broker]\nhost = "broker.local"\n'


def run(*command, code=0, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False,
                          stdin=subprocess.DEVNULL, env={**os.environ, **environment})
    output = done.stdout + done.stderr
    expect_equal(done.returncode, code, f"exit code of {' '.join(command)}\n{output}")
    return output


class Site:
    """The packages of a build in two versions, and a system to install them on."""

    def __init__(self, build):
        self.build = build
        self.directory = tempfile.mkdtemp(prefix="doorcall-packages-")
        self.made = {}

    def pack(self, version):
        """Makes the packages; those of `version` by package name."""
        if version not in self.made:
            out = os.path.join(self.directory, version)
            run("cpack", "-G", "DEB", "--config", os.path.join(self.build, "CPackConfig.cmake"),
                "-B", out, "-D", "CPACK_PACKAGE_VERSION=" + version)
            files = {}
            for file in glob.glob(os.path.join(out, "*.deb")):
                files[field(file, "Package")] = file
            self.made[version] = files
        return self.made[version]

    def need_own_architecture(self):
        own = run("dpkg", "--print-architecture").strip()
        if field(self.pack("1.0.0")["doorcall"], "Architecture") != own:
            raise Skipped("packages of another architecture")

    def system(self):
        self.need_own_architecture()
        return System(self.directory)

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)


class System:
    """This machine's root file system with changes of its own, which are thrown away."""

    def __init__(self, directory):
        if os.geteuid() != 0:
            raise Skipped("an overlay of the system needs root")
        self.scratch = tempfile.mkdtemp(dir=directory)
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec",
             'mount -t tmpfs none "$1"; cd "$1"; mkdir changes work root; '
             "mount -t overlay overlay -o lowerdir=/,upperdir=changes,workdir=work root; "
             'mount -t proc proc root/proc; mount --bind /dev root/dev; echo ready; exec sleep 600',
             "sh", self.scratch], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "ready\n":
            problem = self.holder.stderr.read().strip()
            self.close()
            raise Skipped(f"no overlay of the system: {problem}")

    def inside(self, *command, code=0):
        return run("nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", *command, code=code,
                   DEBIAN_FRONTEND="noninteractive", LC_ALL="C")

    def run(self, *command, code=0):
        return self.inside("chroot", os.path.join(self.scratch, "root"), *command, code=code)

    def write(self, name, text):
        self.run("sh", "-c", 'printf %s "$1" > "$2"', "sh", text, name)

    def install(self, *files):
        told = ""
        for file in files:  # one by one: dpkg's own order is not asked for
            self.inside("cp", file, os.path.join(self.scratch, "root", "opt"))
            told += self.run("dpkg", "--install", "/opt/" + os.path.basename(file))
        return told

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()
        self.holder.stderr.close()


def field(file, name):
    return run("dpkg-deb", "--field", file, name).strip()


def there_are_three_packages(site):
    files = site.pack("1.0.0")
    expect_equal(sorted(files), sorted(PACKAGES), "packages")
    for name, file in files.items():
        print(f"   {name}: {os.path.getsize(file) // 1024} KiB")


def files_are_where_they_belong(site):
    listed = {}
    for name, file in site.pack("1.0.0").items():
        listed[name] = run("dpkg-deb", "--contents", file)
        for line in listed[name].splitlines():
            expect(line.split()[1] == "root/root", f"{name}: {line}")
            expect(line[5] != "w" and line[8] != "w", f"{name}: others may write {line}")
    wanted = {"doorcall": ("/usr/bin/doorcalld", "/usr/bin/doorcall", "doorcall-relay",
                           "/systemd/system/doorcalld.service", "sysusers.d/doorcall.conf",
                           "udev/rules.d/", "doc/doorcall/doorcall.toml"),
              "doorcall-hooks": ("hooks/doorcall-baresip",),
              "libdoorcall-dev": ("libdoorcall.a", "doorcall/agent.hpp", "doorcall.pc",
                                  "doorcallConfig.cmake")}
    for name, parts in wanted.items():
        for part in parts:
            expect(part in listed[name], f"{name} has no {part}")
    expect("/usr/bin" not in listed["libdoorcall-dev"], "programs in the library's package")


def libraries_are_those_that_the_programs_load(site):
    """What dpkg-shlibdeps finds is asked for."""
    site.need_own_architecture()
    for name in ("doorcall", "doorcall-hooks"):
        file = site.pack("1.0.0")[name]
        tree = tempfile.mkdtemp(dir=site.directory)
        run("dpkg-deb", "-x", file, os.path.join(tree, "files"))
        os.mkdir(os.path.join(tree, "debian"))
        with open(os.path.join(tree, "debian", "control"), "w", encoding="utf-8") as control:
            control.write(f"Source: doorcall\n\nPackage: {name}\nArchitecture: any\n")
        programs = [line.split(":")[0] for line in
                    run("sh", "-c", f"file {tree}/files/usr/bin/* $(find {tree}/files -path "
                                    "'*libexec*' -type f)").splitlines() if " ELF " in line]
        found = subprocess.run(["dpkg-shlibdeps", "-O", *programs], cwd=tree, text=True,
                               capture_output=True, check=True).stdout
        needed = {each.split()[0] for each in
                  found.strip().removeprefix("shlibs:Depends=").split(", ")}
        asked = {each.split()[0] for each in field(file, "Depends").split(", ")}
        expect(needed <= asked, f"{name} does not ask for {sorted(needed - asked)}")


def it_is_installed_enabled_and_right(site):
    with site.system() as system:
        told = system.install(site.pack("1.0.0")["doorcall"])
        expect("/etc/doorcall/doorcall.toml" in told, told)
        for program in ("doorcall", "doorcalld"):
            expect_equal(system.run(program, "--version").split()[0], program, "version")
        system.run("doorcalld", "--check", "--config", "/usr/share/doc/doorcall/doorcall.toml")
        expect_equal(system.run("stat", "-c", "%a %U:%G", "/etc/doorcall").strip(),
                     "750 root:doorcall", "/etc/doorcall")
        expect("doorcalld.service" in
               system.run("ls", "/etc/systemd/system/multi-user.target.wants"), "not enabled")
        complaints = system.run("systemd-analyze", "verify", "--man=no", "doorcalld.service")
        expect("doorcalld" not in complaints, complaints)


def what_the_owner_wrote_stays(site):
    with site.system() as system:
        system.install(site.pack("1.0.0")["doorcall"], site.pack("1.0.0")["doorcall-hooks"])
        system.write("/etc/doorcall/doorcall.toml", CONFIG)
        system.install(site.pack("1.1.0")["doorcall"])
        expect_equal(system.run("dpkg-query", "-W", "-f", "${Version} ${db:Status-Status}",
                                "doorcall"), "1.1.0 installed", "after the upgrade")
        expect_equal(system.run("cat", "/etc/doorcall/doorcall.toml"), CONFIG, "upgraded")
        system.run("dpkg", "--remove", "doorcall-hooks", "doorcall")
        expect_equal(system.run("cat", "/etc/doorcall/doorcall.toml"), CONFIG, "removed")
        system.install(site.pack("1.0.0")["doorcall"])  # and back to the version before
        expect_equal(system.run("cat", "/etc/doorcall/doorcall.toml"), CONFIG, "downgraded")


def nothing_is_left_after_purge(site):
    places = ("/etc", "/usr", "/var/lib/systemd")
    with site.system() as system:
        before = system.run("find", *places, "-name", "*doorcall*")
        system.install(*(site.pack("1.0.0")[name] for name in PACKAGES))
        system.write("/etc/doorcall/doorcall.toml", CONFIG)
        system.run("dpkg", "--purge", *reversed(PACKAGES))
        expect_equal(system.run("find", *places, "-name", "*doorcall*"), before, "left over")
        expect("doorcall" in system.run("getent", "passwd", "doorcall"), "the user stays")


def a_project_builds_with_the_library(site):
    with site.system() as system:
        system.install(site.pack("1.0.0")["libdoorcall-dev"])
        source, built = os.path.join(ROOT, "tests", "embed"), "/opt/embed"
        system.inside("cp", "-r", source, os.path.join(system.scratch, "root", "opt", "project"))
        source = "/opt/project"
        system.run("cmake", "-S", source, "-B", built)
        system.run("cmake", "--build", built)
        flags = system.run("pkg-config", "--cflags", "--libs", "--static", "doorcall").split()
        system.run("c++", "-std=c++20", os.path.join(source, "main.cpp"), "-o", "/opt/by-pkg",
                   *flags)


TESTS = (there_are_three_packages, files_are_where_they_belong,
         libraries_are_those_that_the_programs_load, it_is_installed_enabled_and_right,
         what_the_owner_wrote_stays, nothing_is_left_after_purge,
         a_project_builds_with_the_library)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="a build with the prefix /usr")
    site = Site(os.path.abspath(parser.parse_args().build))
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    try:
        for test in TESTS:
            try:
                test(site)
                counts["passed"] += 1
                print("ok     " + test.__name__)
            except Skipped as reason:
                counts["skipped"] += 1
                print(f"skipped {test.__name__}: {reason}")
            except Exception:  # whatever a test does wrong is that test's failure
                counts["failed"] += 1
                print(f"FAILED {test.__name__}\n{traceback.format_exc()}")
    finally:
        site.close()
    print(", ".join(f"{number} {name}" for name, number in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
