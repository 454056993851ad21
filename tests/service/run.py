#!/usr/bin/env python3
"""What starts the daemon at boot: the systemd unit as systemd-analyze judges it, the procd script
against a fake rc.common, and the plain init script for real.

usage: run.py --build DIR
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))

from doorcall_testlib import DEADLINE, Skipped, expect, expect_equal  # noqa: E402

EXPOSURE_MAX = 2.0  # of 10, as systemd-analyze counts
CONFIG = """
[device]
user = "door"
device = "one"
[broker]
host = "127.0.0.1"
port = 9
[control]
socket = "{prefix}/run/doorcall/control.sock"
"""
DEFAULTS = """
DAEMON_USER={user}
RUN={prefix}/run
STATE={prefix}/state
LOG="tee -a {prefix}/log"
"""


def run(*command, code=0, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False,
                          stdin=subprocess.DEVNULL, env={**os.environ, **environment})
    output = done.stdout + done.stderr
    expect_equal(done.returncode, code, f"exit code of {' '.join(command)}\n{output}")
    return output


class Site:
    """What is installed for one kind of init, with the daemon that was built."""

    def __init__(self, build, kind):
        self.prefix = tempfile.mkdtemp(prefix="doorcall-service-")
        try:
            made = os.path.join(self.prefix, "made")
            run("cmake", "-S", ROOT, "-B", made, "-G", "Ninja", "-DDOORCALL_TESTS=OFF",
                "-DDOORCALL_SERVICE=" + kind, "-DCMAKE_INSTALL_PREFIX=" + self.prefix)
            run("cmake", "--install", made, "--component", "service")
            os.mkdir(self.path("bin"))
            os.symlink(os.path.join(build, "bin", "doorcalld"), self.path("bin/doorcalld"))
            self.write("etc/doorcall/doorcall.toml", CONFIG)
        except BaseException:
            self.close()
            raise

    def path(self, name):
        return os.path.join(self.prefix, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text.format(prefix=self.prefix, user=run("id", "-un").strip()))

    def close(self):
        shutil.rmtree(self.prefix, ignore_errors=True)


def need(program):
    if shutil.which(program) is None:
        raise Skipped(f"there is no {program}")


def systemd_unit_is_right(site):
    need("systemd-analyze")
    output = run("systemd-analyze", "verify", "--man=no",
                 site.path("lib/systemd/system/doorcalld.service"))
    expect("doorcalld" not in output, output)


def systemd_unit_gives_little_away(site):
    need("systemd-analyze")
    output = run("systemd-analyze", "security", "--offline=yes", "--no-pager",
                 site.path("lib/systemd/system/doorcalld.service"))
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", output)
    expect(level is not None, output)
    print(f"   exposure level {level.group(1)}, at most {EXPOSURE_MAX}")
    expect(float(level.group(1)) <= EXPOSURE_MAX, output)


def systemd_users_are_right(site):
    need("systemd-sysusers")
    root = site.path("root")
    os.makedirs(os.path.join(root, "etc"))
    run("systemd-sysusers", "--root=" + root, site.path("lib/sysusers.d/doorcall.conf"))
    with open(os.path.join(root, "etc/group"), encoding="utf-8") as file:
        groups = {line.split(":")[0] for line in file}
    with open(site.path("lib/systemd/system/doorcalld.service"), encoding="utf-8") as file:
        wanted = re.search(r"^SupplementaryGroups=(.*)$", file.read(), re.MULTILINE).group(1)
    expect(set(wanted.split()) <= groups, f"{wanted} of {groups}")
    expect("doorcall" in groups, f"doorcall of {groups}")


def procd(site, *words, code=0):
    return run("sh", os.path.join(HERE, "fake_rc_common"), site.path("etc/init.d/doorcalld"),
               *words, code=code)


def procd_starts_and_reloads(site):
    expect_equal(procd(site, "start_service").splitlines()[-11:],
                 ["config ok", "open", f"command {site.path('bin/doorcalld')} --config "
                  f"{site.path('etc/doorcall/doorcall.toml')}",
                  f"env STATE_DIRECTORY={site.path('etc/doorcall/state')}",
                  "user doorcall", "no_new_privs 1",
                  "respawn 3600 1 0", "term_timeout 10", "stderr 1", "close"], "start")
    expect_equal(procd(site, "reload_service"), "signal doorcalld * HUP\n", "reload")


def procd_refuses_wrong_settings(site):
    site.write("etc/doorcall/doorcall.toml", "[device]\n")
    output = procd(site, "start_service", code=1)
    expect("open" not in output.split() and "user" in output, output)


def init(site, *words, code=0):
    return run(site.path("etc/init.d/doorcalld"), *words, code=code)


def log(site):
    with open(site.path("log"), encoding="utf-8") as file:
        return file.read()


def await_log(site, text, count=1):
    end = time.monotonic() + DEADLINE
    while not os.path.exists(site.path("log")) or log(site).count(text) < count:
        expect(time.monotonic() < end, f"no {count} times {text!r} in the log")
        time.sleep(0.02)  # nobody tells that a line was logged


def init_starts_and_stops(site):
    need("start-stop-daemon")
    site.write("etc/default/doorcalld", DEFAULTS)
    expect("does not run" in init(site, "status", code=3), "status before")
    init(site, "stop")
    try:
        init(site, "start")
        await_log(site, "is one@door")
        expect("runs as process" in init(site, "status"), "status")
        expect("runs already" in init(site, "start"), "second start")
        init(site, "reload")
        await_log(site, "reloaded")
        init(site, "restart")
        await_log(site, "is one@door", 2)
    finally:
        init(site, "stop")
    expect_equal(log(site).count("stopping"), 2, "goodbyes")
    init(site, "status", code=3)


def init_sees_a_death(site):
    need("start-stop-daemon")
    site.write("etc/default/doorcalld", DEFAULTS)
    init(site, "start")
    with open(site.path("run/doorcalld.pid"), encoding="utf-8") as file:
        process = int(file.read())
    os.kill(process, 9)
    while os.path.exists(f"/proc/{process}"):
        time.sleep(0.01)  # no child of ours: nobody tells when it is gone
    expect("has died" in init(site, "status", code=1), "status")
    try:
        init(site, "start")
        await_log(site, "is one@door", 2)
    finally:
        init(site, "stop")


def init_refuses_wrong_settings(site):
    site.write("etc/default/doorcalld", DEFAULTS)
    site.write("etc/doorcall/doorcall.toml", "[device]\n")
    expect("user" in init(site, "start", code=1), "what is wrong")
    init(site, "status", code=3)
    expect("usage" in init(site, "begin", code=2), "usage")


TESTS = (("systemd", systemd_unit_is_right), ("systemd", systemd_unit_gives_little_away),
         ("systemd", systemd_users_are_right), ("procd", procd_starts_and_reloads),
         ("procd", procd_refuses_wrong_settings), ("init", init_starts_and_stops),
         ("init", init_sees_a_death), ("init", init_refuses_wrong_settings))


def run_one(test, build, kind):
    """Returns whether it passed, or None if it could not run."""
    site = None
    try:
        site = Site(build, kind)
        test(site)
        print("ok     " + test.__name__)
        return True
    except Skipped as why:
        print(f"skip   {test.__name__}: {why}")
        return None
    except Exception:  # whatever a test does wrong is that test's failure
        print(f"FAILED {test.__name__}\n{traceback.format_exc()}")
        return False
    finally:
        if site is not None:
            site.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="a build directory of doorcall")
    build = os.path.abspath(parser.parse_args().build)
    outcomes = [run_one(test, build, kind) for kind, test in TESTS]
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed, "
          f"{outcomes.count(None)} skipped")
    return 1 if False in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
