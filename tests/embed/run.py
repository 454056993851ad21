#!/usr/bin/env python3
"""Installs a build and uses it from outside, by CMake package and by pkg-config.

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
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "integration"))

from doorcall_testlib import Broker, expect  # noqa: E402


class Site:
    """A directory with an installed doorcall in it, and a broker."""

    def __init__(self, build):
        self.directory = tempfile.mkdtemp(prefix="doorcall-embed-")
        self.prefix = os.path.join(self.directory, "prefix")
        self.build = build
        self.broker = None

    def open(self):
        self.run("cmake", "--install", self.build, "--prefix", self.prefix)
        self.broker = Broker(self)

    def run(self, *command, **environment):
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True,
                              timeout=300, check=False, env={**os.environ, **environment})
        expect(done.returncode == 0,
               f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def use(self, program):
        print("   " + self.run(program, str(self.broker.port)).strip())

    def close(self):
        if self.broker is not None:
            self.broker.process.kill()
        shutil.rmtree(self.directory, ignore_errors=True)


def by_cmake_package(site):
    built = os.path.join(site.directory, "by-cmake")
    site.run("cmake", "-S", HERE, "-B", built, "-DCMAKE_PREFIX_PATH=" + site.prefix)
    site.run("cmake", "--build", built)
    site.use(os.path.join(built, "embed"))


def by_pkg_config(site):
    found = glob.glob(os.path.join(site.prefix, "**", "doorcall.pc"), recursive=True)
    expect(len(found) == 1, f"doorcall.pc installed: {found}")
    path = ":".join(filter(None, [os.path.dirname(found[0]), os.environ.get("PKG_CONFIG_PATH")]))
    flags = site.run("pkg-config", "--cflags", "--libs", "--static", "doorcall",
                     PKG_CONFIG_PATH=path).split()
    program = os.path.join(site.directory, "by-pkg-config")
    site.run(os.environ.get("CXX", "c++"), "-std=c++20", os.path.join(HERE, "main.cpp"), "-o",
             program, *flags)
    site.use(program)


def programs_are_installed(site):
    for name in ("doorcall", "doorcalld"):
        print("   " + site.run(os.path.join(site.prefix, "bin", name), "--version").strip())


def the_daemon_finds_the_relay_program(site):
    config = os.path.join(site.directory, "relay.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write('[device]\nuser = "a"\ndevice = "b"\n[broker]\nhost = "127.0.0.1"\n'
                   f'port = {site.broker.port}\n[door]\ngpio = "no-such-line"\n'
                   f'[control]\nsocket = "{site.directory}/socket"\n')
    with subprocess.Popen([os.path.join(site.prefix, "bin", "doorcalld"), "--config", config],
                          stderr=subprocess.PIPE, text=True) as daemon:
        told = next(line for line in daemon.stderr if "relay" in line or "GPIO" in line)
        daemon.terminate()
    expect("no-such-line" in told, told)


def headers_stand_alone(site):
    headers = glob.glob(os.path.join(site.prefix, "include", "doorcall", "*.hpp"))
    expect(len(headers) > 5, f"installed headers: {headers}")
    for header in headers:
        site.run(os.environ.get("CXX", "c++"), "-std=c++20", "-Wall", "-Wextra", "-Werror",
                 "-fsyntax-only", "-x", "c++", "-include", header, os.devnull,
                 "-I" + os.path.join(site.prefix, "include"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="a build directory of doorcall")
    site = Site(os.path.abspath(parser.parse_args().build))
    failed = 0
    tests = (programs_are_installed, the_daemon_finds_the_relay_program, headers_stand_alone,
             by_cmake_package, by_pkg_config)
    try:
        site.open()
        for test in tests:
            try:
                test(site)
                print("ok     " + test.__name__)
            except Exception:  # whatever a test does wrong is that test's failure
                failed += 1
                print(f"FAILED {test.__name__}\n{traceback.format_exc()}")
    finally:
        site.close()
    print(f"{len(tests) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
