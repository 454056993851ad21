#!/usr/bin/env python3
"""Checks the Buildroot, Yocto and OpenWrt recipes as far as that goes without their build systems:
GNU make reads the makefiles, CMake takes the options, and the names and numbers are right.

usage: recipes.py
"""

import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECIPES = ROOT / "toolchains"
BUILDROOT = RECIPES / "buildroot"
YOCTO = RECIPES / "yocto/recipes-doorcall/doorcall"
OPENWRT = RECIPES / "openwrt/doorcall"
# What our own build needs, and what the three call it.
NEEDED = {"cjson": "cJSON", "mosquitto": "libmosquitto-ssl", "openssl": "libopenssl",
          "libgpiod": "libgpiod"}
HEADERS = ("cli11", "msgpack", "tomlplusplus")


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), text=True, capture_output=True, check=False,
                          timeout=300, stdin=subprocess.DEVNULL, **options)
    expect(done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def version():
    text = (ROOT / "agent/include/doorcall/version.hpp").read_text(encoding="utf-8")
    return re.search(r'kVersion = "([^"]*)"', text)[1]


def make_variables(makefile, stubs, names, **settings):
    """What GNU make takes the variables for; `stubs` stands for the build system."""
    with tempfile.TemporaryDirectory() as room:
        path = pathlib.Path(room, "Makefile")
        shown = "".join(f"$(info {name}=$({name}))\n" for name in names)
        path.write_text(f"{stubs}\ninclude {makefile}\n{shown}all:\n", encoding="utf-8")
        printed = run("make", "-s", "--warn-undefined-variables", "-f", path,
                      *(f"{key}={value}" for key, value in settings.items()),
                      env={"PATH": os.environ["PATH"]})
    values = dict(line.split("=", 1) for line in printed.splitlines()
                  if line.split("=", 1)[0] in names)
    expect(set(values) == set(names), f"{makefile}: make printed\n{printed}")
    return values


def configure(options):
    """Fails if our build does not know one of the options."""
    with tempfile.TemporaryDirectory() as room:
        printed = run("cmake", "-S", ROOT, "-B", room, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                      *options)
    unknown = re.search(r"Manually-specified variables were not used.*?\n\n(.*?)\n\n", printed,
                        re.S)
    expect(not unknown, f"no such option: {unknown and unknown[1].split()}")


def buildroot(**settings):
    return make_variables(
        BUILDROOT / "package/doorcall/doorcall.mk", "cmake-package =",
        ("DOORCALL_VERSION", "DOORCALL_SITE", "DOORCALL_LICENSE_FILES", "DOORCALL_DEPENDENCIES",
         "DOORCALL_CONF_OPTS"), BR2_EXTERNAL_DOORCALL_PATH=BUILDROOT, **settings)


def test_buildroot_reads_its_package():
    values = buildroot(BR2_PACKAGE_DOORCALL_TLS="y", BR2_PACKAGE_DOORCALL_GPIO="y",
                       BR2_PACKAGE_DOORCALL_EVDEV="y", BR2_INIT_SYSTEMD="")
    expect(values["DOORCALL_VERSION"] == version(), "another version")
    expect(os.path.samefile(values["DOORCALL_SITE"], ROOT), "another tree")
    expect((ROOT / values["DOORCALL_LICENSE_FILES"]).is_file(), "no such licence")
    needed = values["DOORCALL_DEPENDENCIES"].split()
    for name in ("cjson", "mosquitto", "openssl", "libgpiod2", "libevdev", *HEADERS):
        expect(name in needed, f"{name} is not needed")


def test_buildroot_options_are_ours():
    switches = ("BR2_PACKAGE_DOORCALL_TLS", "BR2_PACKAGE_DOORCALL_GPIO",
                "BR2_PACKAGE_DOORCALL_EVDEV", "BR2_INIT_SYSTEMD")
    for chosen in (("y",) * 4, ("",) * 4):
        values = buildroot(**dict(zip(switches, chosen)))
        configure(values["DOORCALL_CONF_OPTS"].split())


def test_buildroot_menu_selects_what_the_package_needs():
    menu = (BUILDROOT / "package/doorcall/Config.in").read_text(encoding="utf-8")
    selected = re.findall(r"select BR2_PACKAGE_(\w+)", menu)
    values = buildroot(BR2_PACKAGE_DOORCALL_TLS="y", BR2_PACKAGE_DOORCALL_GPIO="y",
                       BR2_PACKAGE_DOORCALL_EVDEV="y", BR2_INIT_SYSTEMD="")
    needed = [each.upper() for each in values["DOORCALL_DEPENDENCIES"].split()
              if not each.startswith("host-")]
    expect(sorted(selected) == sorted(needed), f"selected {selected}, needed {needed}")
    named = re.findall(r'source "\$BR2_EXTERNAL_DOORCALL_PATH/(.*)"',
                       (BUILDROOT / "Config.in").read_text(encoding="utf-8"))
    there = [str(path.relative_to(BUILDROOT)) for path in BUILDROOT.glob("package/*/Config.in")]
    expect(sorted(named) == sorted(there), f"Config.in names {named}, there are {there}")


def test_yocto_recipe():
    recipe = YOCTO / f"doorcall_{version()}.bb"
    expect(recipe.is_file(), f"{recipe.name} is not there")
    text = recipe.read_text(encoding="utf-8")
    licence = hashlib.md5((ROOT / "LICENSE").read_bytes()).hexdigest()
    expect(f"file://LICENSE;md5={licence}" in text, f"LICENSE has the sum {licence}")
    tree = re.search(r'EXTERNALSRC = "\$\{THISDIR\}/([./]*)"', text)[1]
    expect(os.path.samefile(YOCTO / tree, ROOT), "another tree")
    for quotes in re.findall(r'=\s*"(.*)"$', text, re.M):
        expect(quotes.count('"') == 0, f"quotes in {quotes}")
    parts = [value.split(",")
             for value in re.findall(r'^PACKAGECONFIG\[\w+\] = "(.*)"', text, re.M)]
    expect(len(parts) == 5, "PACKAGECONFIG is read wrong")
    fixed = re.search(r'EXTRA_OECMAKE = "(.*)"', text)[1].split()
    for column in (0, 1):
        configure(fixed + [part[column] for part in parts])
    depends = re.search(r'^DEPENDS = "(.*)"', text, re.M)[1].split()
    depends += [name for part in parts if len(part) > 2 for name in part[2].split()]
    for name in ("cjson", "mosquitto", "openssl", "libgpiod", "libevdev", "msgpack-cpp", "cli11",
                 "tomlplusplus"):
        expect(name in depends, f"{name} is not needed")


def test_openwrt_reads_its_package():
    names = ("PKG_VERSION", "PKG_LICENSE_FILES", "CMAKE_OPTIONS", "DOORCALL_TREE")
    with tempfile.TemporaryDirectory() as room:
        for name in ("rules.mk", "package.mk", "cmake.mk"):
            pathlib.Path(room, name).touch()
        values = make_variables(
            OPENWRT / "Makefile", "TARGET_CXXFLAGS =\nCMAKE_OPTIONS =\nBuildPackage =", names,
            TOPDIR=room, INCLUDE_DIR=room, STAGING_DIR=room)
    expect(values["PKG_VERSION"] == version(), "another version")
    expect((ROOT / values["PKG_LICENSE_FILES"]).is_file(), "no such licence")
    configure(values["CMAKE_OPTIONS"].split())
    text = (OPENWRT / "Makefile").read_text(encoding="utf-8")
    depends = re.search(r"DEPENDS:=(.*)", text)[1]
    for name in NEEDED.values():
        expect(f"+{name}" in depends.split(), f"{name} is not needed")


def test_recipes_that_indent_with_tabs_do():
    for path in (*BUILDROOT.rglob("*.mk"), OPENWRT / "Makefile"):
        inside = False
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.match(r"define (\w+_CMDS|\w+SYSV|Build/|Package/\w+/install)", line):
                inside = True
            elif line == "endef":
                inside = False
            elif inside:
                expect(line.startswith("\t"), f"{path}:{number}: a command without a tab")


def main():
    passed = failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            print(f"ok     {name[5:]}", flush=True)
            passed += 1
        except Exception:  # whatever is wrong is that test's failure
            print(f"FAILED {name[5:]}\n{traceback.format_exc()}", flush=True)
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
