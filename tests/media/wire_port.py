#!/usr/bin/env python3
"""Makes an interface with an address in the namespace that it runs in, hands its descriptor over
and keeps the namespace until its input ends.

usage: wire_port.py ADDRESS SOCKET
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000


def main():
    address, number = sys.argv[1], int(sys.argv[2])
    tun = os.open("/dev/net/tun", os.O_RDWR)
    request = fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"wire%d", IFF_TUN | IFF_NO_PI))
    name = request[:16].rstrip(b"\0").decode()
    for command in (f"link set lo up", f"addr add {address}/24 dev {name}", f"link set {name} up"):
        subprocess.run(["ip", *command.split()], check=True)
    with socket.socket(fileno=number) as ours:
        socket.send_fds(ours, [b"x"], [tun])
    os.close(tun)
    sys.stdin.read()


if __name__ == "__main__":
    main()
