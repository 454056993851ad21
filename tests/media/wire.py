"""A network of its own for one test: a namespace for each device, and between them a switch in
this process that loses packets and cuts cables as it is told. It needs /dev/net/tun and the right
to make namespaces, nothing else of the kernel.
"""

import os
import random
import selectors
import socket
import subprocess
import sys
import threading

from doorcall_broker import Failed

PORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wire_port.py")
PACKET_MAX = 2048


class Port:
    """One end: an interface with an address, in this namespace or in one of its own."""

    def __init__(self, address, own_namespace):
        self.address = address
        self.cut = False
        ours, theirs = socket.socketpair()
        with ours, theirs:
            argv = ["unshare", "-n"] if own_namespace else []
            self.holder = subprocess.Popen(
                [*argv, sys.executable, PORT, address, str(theirs.fileno())],
                stdin=subprocess.PIPE, pass_fds=[theirs.fileno()])
            theirs.close()
            _, fds, _, _ = socket.recv_fds(ours, 1, 1)
        if not fds:
            raise Failed(f"no interface with {address}")
        self.fd = fds[0]

    def prefix(self):
        """What a command line begins with to run there."""
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()
        os.close(self.fd)


class Wire:
    def __init__(self, number):
        self.network = f"10.77.{number}."
        self.loss = 0.0
        self.lost = 0
        self.carried = 0
        self.random = random.Random(number)
        self.ports = {}
        self.selector = selectors.DefaultSelector()
        self.add("broker", own_namespace=False)
        self.stopper, self.stopped = socket.socketpair()
        self.selector.register(self.stopped, selectors.EVENT_READ, None)
        self.thread = None

    def add(self, name, own_namespace=True):
        port = Port(self.network + str(len(self.ports) + 1), own_namespace)
        self.ports[name] = port
        os.set_blocking(port.fd, False)
        self.selector.register(port.fd, selectors.EVENT_READ, port)
        return port

    def start(self):
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()

    def carry(self):
        by_address = {socket.inet_aton(port.address): port for port in self.ports.values()}
        while True:
            for key, _ in self.selector.select():
                if key.data is None:
                    return
                packet = os.read(key.data.fd, PACKET_MAX)
                to = by_address.get(packet[16:20])
                if to is not None and packet[0] >> 4 == 4:
                    self.pass_on(packet, key.data, to)

    def pass_on(self, packet, source, to):
        if source.cut or to.cut or self.random.random() < self.loss:
            self.lost += 1
            return
        self.carried += 1
        try:
            os.write(to.fd, packet)
        except BlockingIOError:
            self.lost += 1

    def close(self):
        if self.thread is not None:
            self.stopper.send(b"x")
            self.thread.join()
        for port in self.ports.values():
            port.close()
        self.selector.close()
        self.stopper.close()
        self.stopped.close()
