"""Calls between two installed daemons in the booted device."""

from doorcall_testlib import expect, expect_equal


def test_one_calls_and_the_other_answers(device):
    door, apt = device.pair()
    call = door.call("apt")
    expect_equal(apt.incoming(), call, "the call that rings")
    apt.run("answer")
    door.change(call, "connected")
    apt.change(call, "connected")
    door.run("hangup")
    apt.ended(call, "hang_up")


def test_no_process_of_the_daemon_is_root(device):
    door = device.daemon("door")
    status = device.machine.run(f"cat /proc/{door.process()}/status")
    expect("Uid:\t900\t900\t900\t900\n" in status, status)
    expect("CapEff:\t0000000000000000\n" in status, status)


def test_the_init_script_tells_how_it_is(device):
    door = device.daemon("door")
    expect("runs as process" in device.machine.run(f"{door.script} status"), "status")
    door.machine.run(f"{door.script} reload")
    door.logged("reloaded")
    door.kill()
    device.machine.wait_for(f"{door.script} status | grep -q died")
    door.restart()
