"""From the blank image to a call, and through power cuts."""


from booted_board import ACCOUNT
from doorcall_testlib import expect, expect_equal


def a_blank_board_says_what_it_lacks(board):
    board.boot()
    board.says("NO BUNDLE")
    board.cut()


def a_wrong_bundle_is_told_and_stays(board):
    board.put(ACCOUNT + ".tar", board.bundle(replace=(('user = "apt"', 'usr = "apt"'),)))
    board.boot()
    board.says("IS WRONG")
    board.says("unknown key 'usr'", timeout=10)
    board.cut()
    expect(any(ACCOUNT in name for name in board.boot_files()), "the bundle is still there")
    board.remove(ACCOUNT + ".tar")


def a_bundle_enrols_the_board(board):
    board.put(ACCOUNT + ".tar", board.bundle())
    board.boot()
    board.says("this device is enrolled by " + ACCOUNT, "WRONG", "CAN'T")
    board.online()
    expect("enrolled" in board.said(), board.console_tail())
    modes = board.run("stat -c '%a %U %n' /data/etc /data/etc/*").split("\n")[:-1]
    expect_equal({line.split()[0] for line in modes[1:]}, {"600"}, "the files' modes")
    expect_equal({line.split()[1] for line in modes}, {"doorcall"}, "their owner")
    expect_equal(board.run("ls /boot/*.tar 2>/dev/null || echo none").strip(), "none", "bundles")


def the_board_answers_a_call(board):
    door = board.world.daemon("door")
    door.until(lambda: door.devices.get(ACCOUNT) == "idle", "presence of the board")
    written = board.run("sync; cut -c 1- /sys/block/vda/stat").split()[6]
    call = door.call("apt")
    door.change(call, "remote_ringing", 60)
    board.run("doorcall answer")
    door.change(call, "connected", 60)
    door.ask("hangup")
    door.ended(call, "hang_up", 60)
    expect_equal(board.run("sync; cut -c 1- /sys/block/vda/stat").split()[6], written,
                 "sectors that the board has written for a call")


def do_not_disturb_outlives_a_power_cut(board):
    board.run("doorcall dnd on")
    board.cut()
    board.boot()
    board.online()
    mode = board.ask("status")["mode"]
    expect_equal((mode["dnd"], mode["dnd_source"]), (True, "manual"), "the mode")
    board.run("doorcall dnd auto")
    expect("damaged" not in board.said() and "BUNDLE" not in board.said(), board.console_tail())


def the_root_is_only_read(board):
    mounts = {line.split()[1]: line.split()[3].split(",")
              for line in board.run("cat /proc/mounts").splitlines()}
    expect("ro" in mounts["/"], f"/ is {mounts['/']}")
    expect("ro" in mounts["/boot"], f"/boot is {mounts['/boot']}")


TESTS = [a_blank_board_says_what_it_lacks, a_wrong_bundle_is_told_and_stays,
         a_bundle_enrols_the_board, the_board_answers_a_call, the_root_is_only_read,
         do_not_disturb_outlives_a_power_cut]
