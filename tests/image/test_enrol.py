"""The script that enrols a device at its first boot, on directories of this machine."""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile

from doorcall_testlib import expect, expect_equal

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ENROL = os.path.join(ROOT, "toolchains", "image", "root", "usr", "libexec", "doorcall", "enrol")
NAME = "one@door.tar"
# A daemon that likes every config but one, and says so.
CHECKER = '#!/bin/sh\n! grep -n wrong "$2" || exit 1\n'
# What stands before each program of enrol: the power goes at the CUT-th, before it or after it.
SHIM = """#!/bin/sh
n=$(cat "$COUNT")
echo $((n + 1)) >"$COUNT"
[ "$n" != "$CUT" ] || kill -9 0
exec {program} "$@"
"""
WRITERS = ("chmod", "chown", "dd", "mkdir", "mv", "rm", "sync", "tar")


class Place:
    """A boot and a data partition."""

    def __init__(self, directory):
        self.at = tempfile.mkdtemp(dir=directory)
        for name in ("boot", "data", "shims"):
            os.mkdir(self.path(name))
        with open(self.path("checker"), "w", encoding="ascii") as file:
            file.write(CHECKER)
        os.chmod(self.path("checker"), 0o755)

    def path(self, *parts):
        return os.path.join(self.at, *parts)

    def put(self, name=NAME, toml="new", **more):
        files = {"doorcall.toml": toml, "key.pem": "key of " + toml, **more}
        with tarfile.open(self.path("boot", name), "w") as tar:
            for each, text in files.items():
                entry = tarfile.TarInfo(each.replace("__", "/"))
                entry.size, entry.mode = len(text), 0o644
                tar.addfile(entry, io.BytesIO(text.encode()))

    def enrol(self, code=0, cut=None):
        environment = {**os.environ, "DOORCALLD": self.path("checker"),
                       "DOORCALL_USER": str(os.getuid())}
        if cut is not None:
            self.shims()
            environment.update(CUT=str(cut), COUNT=self.path("count"),
                               PATH=self.path("shims") + ":" + os.environ["PATH"])
        done = subprocess.run(["sh", ENROL, self.path("boot"), self.path("data")], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env=environment, start_new_session=True, timeout=60)
        if cut is None:
            expect_equal(done.returncode, code, f"exit code of enrol: {done.stdout}")
        return done

    def shims(self):
        with open(self.path("count"), "w", encoding="ascii") as file:
            file.write("0\n")
        for name in WRITERS:
            with open(self.path("shims", name), "w", encoding="utf-8") as file:
                file.write(SHIM.format(program=shutil.which(name)))
            os.chmod(self.path("shims", name), 0o755)

    def settings(self):
        """The content of doorcall.toml and of the key, or None."""
        try:
            found = []
            for name in ("doorcall.toml", "key.pem"):
                with open(self.path("data", "etc", name), encoding="utf-8") as file:
                    found.append(file.read())
            return tuple(found)
        except FileNotFoundError:
            return None

    def bundles(self):
        return os.listdir(self.path("boot"))


OLD, NEW = ("old", "key of old"), ("new", "key of new")


def a_bundle_is_unpacked_and_removed(directory):
    place = Place(directory)
    place.put(authorized_keys="ssh-ed25519 AAAA")
    said = place.enrol().stdout
    expect("enrolled by " + NAME in said, said)
    expect_equal(place.settings(), NEW, "settings")
    expect_equal(place.bundles(), [], "bundles left")
    expect_equal(os.listdir(place.path("data", "ssh")), ["authorized_keys"], "keys for ssh")
    for name in os.listdir(place.path("data", "etc")):
        mode = os.stat(place.path("data", "etc", name)).st_mode & 0o777
        expect_equal(mode, 0o600, f"the mode of {name}")
    expect_equal(sorted(os.listdir(place.path("data"))), ["etc", "ssh"], "what is left over")
    expect_equal(place.enrol().stdout, "", "what the next boot says")


def without_a_bundle_it_says_so(directory):
    place = Place(directory)
    expect("NO BUNDLE" in place.enrol(code=1).stdout, "what it says")


def wrong_bundles_change_nothing_and_stay(directory):
    place = Place(directory)
    place.put(toml="old")
    place.enrol()
    for more, text in (({"toml": "wrong"}, "wrong"), ({"a__b": "x"}, "'a/b' is not in its top"),
                       ({"..__b": "x"}, "is not in its top")):
        place.put(**more)
        said = place.enrol(code=1).stdout
        expect("IS WRONG" in said and text in said and "goes on with" in said, said)
        expect_equal((place.settings(), place.bundles()), (OLD, [NAME]), f"after {more}")
    with open(place.path("boot", NAME), "wb") as file:
        file.write(b"PK\3\4 no tar" * 100)
    said = place.enrol(code=1).stdout
    expect("it is no tar" in said, said)
    expect_equal(place.settings(), OLD, "after what is no tar")


def a_link_in_a_bundle_is_refused(directory):
    place = Place(directory)
    with tarfile.open(place.path("boot", NAME), "w") as tar:
        entry = tarfile.TarInfo("doorcall.toml")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(entry)
    expect("more than plain files" in place.enrol(code=1).stdout, "what it says")


def of_two_bundles_none_is_taken(directory):
    place = Place(directory)
    place.put()
    place.put("two@door.tar")
    said = place.enrol(code=1).stdout
    expect("TWO BUNDLES, " + NAME in said, said)
    expect_equal(place.settings(), None, "settings")


def a_cut_at_any_program_leaves_what_the_next_boot_completes(directory):
    cuts = 0
    while True:
        place = Place(directory)
        place.put(toml="old")
        place.enrol()
        place.put()
        done = place.enrol(cut=cuts)
        if done.returncode == 0:
            break
        expect_equal(done.returncode, -9, f"cut {cuts}: {done.stdout}")
        found = place.settings()
        expect(found in (OLD, NEW) or (found is None and place.bundles() == [NAME]),
               f"cut {cuts}: {found}, {place.bundles()}")
        place.enrol()
        expect_equal(place.settings(), NEW, f"cut {cuts}: after the next boot")
        expect_equal(place.bundles(), [], f"cut {cuts}: bundles left")
        left = set(os.listdir(place.path("data")))
        expect(left <= {"etc", "etc.old"}, f"cut {cuts}: left over is {left}")
        cuts += 1
    expect(cuts >= 16, f"only {cuts} cuts")


TESTS = [a_bundle_is_unpacked_and_removed, without_a_bundle_it_says_so,
         wrong_bundles_change_nothing_and_stay, a_link_in_a_bundle_is_refused,
         of_two_bundles_none_is_taken, a_cut_at_any_program_leaves_what_the_next_boot_completes]
