"""`toolchains/flash` on the booted board: a good overlay, and ones that must change nothing."""

import os
import shutil
import subprocess
import tarfile
import tempfile

from doorcall_testlib import expect, expect_equal

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FLASH = os.path.join(ROOT, "toolchains", "flash")
LIMIT = 600
SUMS = "sha256sum /usr/bin/doorcalld /usr/bin/doorcall /etc/init.d/doorcalld"


def flash(board, *words, code=0):
    options = ["--port", str(board.ssh_port), "--identity", board.key]
    for option in ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"):
        options += ["--ssh-option", option]
    done = subprocess.run([FLASH, *words, "root@127.0.0.1", *options], capture_output=True,
                          text=True, timeout=LIMIT, check=False, stdin=subprocess.DEVNULL)
    expect_equal(done.returncode, code, f"exit of flash: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def changed(board, directory, edit):
    """An overlay in which edit(stage) has changed something."""
    stage = os.path.join(directory, "stage")
    os.mkdir(stage)
    with tarfile.open(board.overlay) as tar:
        tar.extractall(stage)
    edit(stage)
    path = os.path.join(directory, "changed.tar.gz")
    with tarfile.open(path, "w:gz") as tar:
        tar.add(stage, ".")
    shutil.rmtree(stage)
    return path


def replace(stage, name, text):
    path = os.path.join(stage, name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, 0o755)


def a_board_is_recognised(board):
    expect_equal(flash(board, "probe").strip(), "aarch64 init", "target and init")


def a_board_that_runs_is_flashed_and_online(board):
    with tempfile.TemporaryDirectory() as directory:
        path = changed(board, directory, lambda stage: replace(
            stage, "usr/share/doorcall/flashed", "again\n"))
        said = flash(board, "install", path)
    expect("installed and online" in said, said)
    expect_equal(board.run("cat /usr/share/doorcall/flashed"), "again\n", "a file of the overlay")
    expect_equal(board.try_run("touch /usr/bin/x").returncode, 1, "the root is read-only again")
    expect_equal(board.run("ls /tmp").strip(), "", "left in /tmp")


def programs_that_do_not_run_here_change_nothing(board):
    before = board.run(SUMS)
    with tempfile.TemporaryDirectory() as directory:
        path = changed(board, directory, lambda stage: replace(
            stage, "usr/bin/doorcalld", "#!/no/such/interpreter\n"))
        said = flash(board, "install", path, code=1)
    expect("don't run on this board" in said and "nothing is changed" in said, said)
    expect_equal(board.run(SUMS), before, "the programs")


def a_daemon_that_does_not_come_online_is_taken_back(board):
    before = board.run(SUMS)

    def edit(stage):  # it passes each check, but does not serve
        replace(stage, "usr/bin/doorcalld",
                '#!/bin/sh\ncase "$*" in *--version* | *--check*) exit 0 ;; esac\nexit 1\n')
        replace(stage, "usr/share/doorcall/new", "a file that was not there\n")

    with tempfile.TemporaryDirectory() as directory:
        said = flash(board, "install", changed(board, directory, edit), code=1)
    expect("the old one is online again" in said, said)
    expect_equal(board.run(SUMS), before, "the programs")
    expect(board.try_run("test -e /usr/share/doorcall/new").returncode == 1, "the new file")
    board.online()


def settings_that_the_new_daemon_refuses_are_told(board):
    with tempfile.TemporaryDirectory() as directory:
        path = changed(board, directory, lambda stage: replace(
            stage, "usr/bin/doorcalld", '#!/bin/sh\ncase "$*" in *--check*) echo too old; exit 1 ;;'
                                        ' esac\n'))
        said = flash(board, "install", path, code=1)
    expect("does not like /etc/doorcall/doorcall.toml: too old; nothing is changed" in said, said)


def what_was_flashed_outlives_a_power_cut(board):
    board.cut()
    board.boot()
    board.online()
    expect_equal(board.run("cat /usr/share/doorcall/flashed"), "again\n", "a file of the overlay")


TESTS = [a_board_is_recognised, a_board_that_runs_is_flashed_and_online,
         programs_that_do_not_run_here_change_nothing,
         settings_that_the_new_daemon_refuses_are_told,
         a_daemon_that_does_not_come_online_is_taken_back, what_was_flashed_outlives_a_power_cut]
