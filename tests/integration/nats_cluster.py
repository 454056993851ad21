"""Three nodes of nats-server that are one MQTT 3.1.1 broker, and a world of daemons on them.

The nodes have an address of their own each and one port, as machines of a cluster do.
"""

import json
import os
import shutil
import socket
import time
import urllib.request

from doorcall_broker import DEADLINE, Failed, MqttClient, Process, Skipped, expect
from doorcall_testlib import World

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
STREAMS = ("$MQTT_msgs", "$MQTT_rmsgs", "$MQTT_sess")
SLOW = 8 * DEADLINE  # elections, on a machine that is busy with other tests

# stream_replicas: left to itself a node counts the routes that it knows at that moment, and two
# nodes that count differently disagree about the streams that both of them make.
NODE = """
server_name: n{number}
host: {host}
port: {clients}
http: "{host}:{monitor}"
jetstream {{ store_dir: "{store}", max_mem: 64M, max_file: 512M }}
cluster {{
  name: doorcall
  listen: "{host}:{routes}"
  routes: [{peers}]
}}
mqtt {{ host: {host}, port: {mqtt}, stream_replicas: 3 }}
"""


def free_ports(count):
    """Ports that are free on the addresses of all nodes."""
    probes = []
    try:
        while len(probes) < count * len(HOSTS):
            first = socket.socket()
            probes.append(first)
            first.bind((HOSTS[0], 0))
            for host in HOSTS[1:]:
                probes.append(socket.socket())
                probes[-1].bind((host, first.getsockname()[1]))
        return [each.getsockname()[1] for each in probes[::len(HOSTS)]]
    finally:
        for each in probes:
            each.close()


class NatsCluster:
    """The nodes; each may be killed and started again."""

    def __init__(self, directory):
        if shutil.which("nats-server") is None:
            raise Skipped("needs nats-server (apt-get install nats-server)")
        self.directory = directory
        os.mkdir(directory)
        self.port, self.clients, self.monitor, self.routes = free_ports(4)
        self.nodes = [None] * len(HOSTS)
        try:
            for number in range(len(HOSTS)):
                self.start(number)
            self.settle()
        except Exception:
            self.close()
            raise

    def start(self, number):
        path = os.path.join(self.directory, f"n{number}.conf")
        peers = ", ".join(f'"nats://{host}:{self.routes}"' for host in HOSTS
                          if host != HOSTS[number])
        with open(path, "w", encoding="utf-8") as file:
            file.write(NODE.format(
                number=number, host=HOSTS[number], clients=self.clients, monitor=self.monitor,
                routes=self.routes, peers=peers, mqtt=self.port,
                store=os.path.join(self.directory, f"store{number}")))
        self.nodes[number] = Process(["nats-server", "-c", path],
                                     os.path.join(self.directory, "log"))

    def kill(self, number):
        self.nodes[number].kill()

    def restart(self, number):
        self.start(number)
        self.wait(lambda: self.whole(self.streams()), "all replicas of all streams")

    def close(self):
        for node in self.nodes:
            if node is not None:
                node.kill()

    # --- what the nodes know

    def ask(self, number, what):
        with urllib.request.urlopen(f"http://{HOSTS[number]}:{self.monitor}/{what}",
                                    timeout=DEADLINE) as answer:
            return json.load(answer)

    def wait(self, condition, what):
        end = time.monotonic() + SLOW
        while True:
            try:
                if condition():
                    return
            except (OSError, KeyError):
                pass  # not yet there
            expect(all(node.child.poll() is None for node in self.nodes), "a node has ended")
            expect(time.monotonic() < end, f"the cluster has no {what} within {SLOW} s")
            time.sleep(0.1)  # the nodes tell only who asks

    def settle(self):
        """Waits until the cluster is one, and has made all that MQTT needs for a first client.
        Several first clients at once would each make it, at odds with each other."""
        def agreed():
            views = [self.ask(number, "jsz")["meta_cluster"] for number in range(len(HOSTS))]
            return len({view["leader"] for view in views}) == 1 and all(
                view["leader"] and view["cluster_size"] == len(HOSTS) for view in views)
        self.wait(agreed, "leader")
        self.wait(self.let_in, "room for a first client")
        self.wait(lambda: self.whole(self.streams()), "MQTT streams with all their replicas")

    def let_in(self):
        """Whether a client gets in; a node shuts out who comes before the streams are there."""
        try:
            MqttClient(self.port, "first").close()
            return True
        except Failed:
            return False

    def streams(self):
        """Name of a stream → what the node that leads it tells of its group."""
        groups = {}
        for number, node in enumerate(self.nodes):
            if node.child.poll() is not None:
                continue
            for account in self.ask(number, "jsz?accounts=1&streams=1").get("account_details", []):
                for stream in account.get("stream_detail", []):
                    group = stream["cluster"]
                    if group.get("leader") == f"n{number}":
                        groups[stream["name"]] = group
        return groups

    @staticmethod
    def whole(groups):
        return all(len(groups[name]["replicas"]) == len(HOSTS) - 1 and
                   all(each["current"] and not each.get("offline")
                       for each in groups[name]["replicas"]) for name in STREAMS)

    def leader(self, stream):
        """The number of the node that leads this stream."""
        return int(self.streams()[stream]["leader"][1:])


class ClusterWorld(World):
    """A world whose broker is the cluster; each daemon begins at a node of its own."""

    def start_broker(self):
        self.broker = NatsCluster(os.path.join(self.directory, "broker"))

    def on_node(self, number, user, device="one", replace=()):
        """A daemon that tries this node first, then the others.

        Between the nodes of nats-server 2.9 QoS 1 loses each message whose topic has an '@': the
        node that keeps the message writes its topic behind an '@' of its own, and the one that has
        the client looks for the last '@'. QoS 0 goes another way."""
        order = HOSTS[number:] + HOSTS[:number]
        more = ", ".join(f'"{host}"' for host in order[1:])
        host = ('host = "127.0.0.1"', f'host = "{order[0]}"\nmore = [{more}]\ndelivery_qos = 0')
        return self.daemon(user, device, replace=(host, *replace))
