"""Calls over a cluster of brokers that speaks MQTT 3.1.1 only, and loses a node."""

from doorcall_runner import needs_cluster
from doorcall_testlib import expect, expect_equal
from nats_cluster import HOSTS, SLOW

# A lost node costs an election, and there is neither a will delay nor an expiry of sessions.
PATIENT = (('lost = "6s"', 'lost = "60s"'), ('ring_time = "20s"', 'ring_time = "240s"'),
           ('receipt_time = "10s"', 'receipt_time = "60s"'),
           ('confirm_time = "3s"', 'confirm_time = "30s"'))


def node_of(daemon):
    """The number of the node that a daemon is connected to."""
    return HOSTS.index(daemon.ask("status")["link"]["broker"].rpartition(":")[0])


def pair(world):
    """A door on the first node and an apartment on the second that know each other."""
    door = world.on_node(0, "door", replace=PATIENT)
    apt = world.on_node(1, "apt", replace=PATIENT)
    door.sees(apt, "idle", SLOW)
    apt.sees(door, "idle", SLOW)
    expect_equal([node_of(door), node_of(apt)], [0, 1], "the nodes of door and apartment")
    return door, apt


def ringing(world):
    door, apt = pair(world)
    call = door.call("apt")
    expect_equal(apt.incoming(SLOW), call, "the call that rings")
    door.change(call, "remote_ringing", SLOW)
    return door, apt, call


def talking(world):
    door, apt, call = ringing(world)
    apt.ask("answer")
    connected(door, apt, call)
    return door, apt, call


def connected(door, apt, call):
    door.change(call, "connected", SLOW)
    apt.change(call, "connected", SLOW)


def online(*daemons):
    for each in daemons:
        each.until(lambda one=each: one.link == "connected", "connection to a node", SLOW)


def lose_node(world, number, *daemons):
    """Kills a node; those who were on it come back on another, and say so."""
    stranded = [each for each in daemons if node_of(each) == number]
    world.broker.kill(number)
    for each in stranded:
        each.until(lambda one=each: one.find({"type": "link", "state": "reconnecting"}),
                   "loss of the node", SLOW)
    online(*daemons)
    for each in daemons:
        expect(node_of(each) != number, f"{each.account} is on a node that was killed")


def hang_up(door, apt, call):
    apt.ask("hangup")
    door.ended(call, "hang_up", SLOW)
    apt.ended(call, "hang_up", SLOW)
    door.sees(apt, "idle", SLOW)
    apt.sees(door, "idle", SLOW)
    door.idle()
    apt.idle()


@needs_cluster
def test_cluster_carries_calls_between_its_nodes(world):
    door, apt, call = talking(world)
    link = door.ask("status")["link"]
    expect_equal(link["protocol"], "3.1.1", "the protocol")
    expect_equal(link["lacks"], ["message_expiry", "will_delay", "session_expiry", "queue"],
                 "what the broker lacks")
    hang_up(door, apt, call)
    back = apt.call("door")
    expect_equal(door.incoming(SLOW), back, "the call back")
    door.ask("decline")
    apt.ended(back, "declined_everywhere", SLOW)


@needs_cluster
def test_cluster_node_of_the_callee_killed_while_ringing(world):
    door, apt, call = ringing(world)
    lose_node(world, 1, door, apt)
    apt.ask("answer")
    connected(door, apt, call)
    hang_up(door, apt, call)


@needs_cluster
def test_cluster_node_of_the_caller_killed_while_connected(world):
    door, apt, call = talking(world)
    lose_node(world, 0, door, apt)
    expect_equal([each["call"] for each in door.live() + apt.live()], [call, call], "live calls")
    hang_up(door, apt, call)
    again = door.call("apt")
    expect_equal(apt.incoming(SLOW), again, "the call after the loss")


@needs_cluster
def test_cluster_leader_of_the_messages_killed_and_back(world):
    door, apt, call = talking(world)
    leader = world.broker.leader("$MQTT_msgs")
    lose_node(world, leader, door, apt)
    hang_up(door, apt, call)
    world.broker.restart(leader)
    online(door, apt)  # who published during the election is dropped by its node
    again = apt.call("door")
    expect_equal(door.incoming(SLOW), again, "the call on the mended cluster")


@needs_cluster
def test_cluster_tells_of_a_device_that_is_gone(world):
    door, apt = pair(world)
    apt.kill()
    door.sees(apt, "offline", SLOW)
    apt.restart()
    door.sees(apt, "idle", SLOW)
    apt.sees(door, "idle", SLOW)
