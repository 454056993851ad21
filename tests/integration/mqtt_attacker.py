"""An MQTT 5 client that does whatever a test wants, and tells what the broker said to it."""

import socket
import time

from doorcall_broker import DEADLINE, Failed, MqttClient
from doorcall_site import SecureClient

RETAIN, QOS1 = 0x01, 0x02
CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP, DISCONNECT = 2, 3, 4, 9, 13, 14
MESSAGE_EXPIRY = 0x02
# Sizes of the values of the properties that a broker sends; "text" has its own length before it.
SIZES = {0x01: 1, 0x02: 4, 0x03: "text", 0x08: "text", 0x09: "text", 0x0B: 1, 0x11: 4, 0x12: "text",
         0x13: 2, 0x15: "text", 0x16: "text", 0x1F: "text", 0x21: 2, 0x22: 2, 0x23: 2, 0x24: 1,
         0x25: 1, 0x26: "pair", 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1}


class Closed(Failed):
    """The broker has hung up."""


def number(data, at):
    """A variable byte integer and where it ends."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return value, at


def properties(data, at):
    """Those at this place, by id, and where they end."""
    length, at = number(data, at)
    end = at + length
    found = {}
    while at < end:
        key = data[at]
        at += 1
        size = SIZES[key]
        for _ in range(2 if size == "pair" else 1):
            wide = size if isinstance(size, int) else int.from_bytes(data[at:at + 2], "big") + 2
            found[key] = data[at:at + wide]
            at += wide
    return found, end


class Message:
    """A publication that has come."""

    def __init__(self, flags, body):
        size = int.from_bytes(body[:2], "big")
        self.topic = body[2:2 + size].decode()
        at = 2 + size
        self.id = body[at:at + 2] if flags & 0x06 else None
        found, at = properties(body, at + (2 if self.id else 0))
        self.payload = body[at:]
        self.retained = bool(flags & RETAIN)
        expiry = found.get(MESSAGE_EXPIRY)
        self.expiry = int.from_bytes(expiry, "big") if expiry else None


class Attacker(SecureClient):
    """By the account's certificate; `connack` is the broker's code. Acknowledges what comes, unless
    it is told to be slow."""

    def __init__(self, world, account, client_id=None, will=None, clean=True, port=None):
        at = world.broker.enrol(account)
        self.client_id, self.will, self.clean = client_id or account, will, clean
        self.messages, self.next_id, self.data = [], 0, b""
        self.acknowledges = True
        super().__init__(port or world.broker.port, self.client_id, world.site.ca, at)

    # --- packets

    def introduce(self, client_id):
        flags = 0x02 if self.clean else 0
        expiry = b"" if self.clean else b"\x11\x00\x00\x0e\x10"
        payload = self.text(client_id)
        if self.will is not None:
            topic, data = self.will
            flags |= 0x04 | 0x08 | 0x20
            payload += b"\0" + self.text(topic) + len(data).to_bytes(2, "big") + data
        body = self.text("MQTT") + bytes([5, flags, 0, 60, len(expiry)]) + expiry + payload
        self.socket.sendall(self.packet(0x10, body))
        kind, _, body = self.read()
        self.connack = body[1] if kind == CONNACK else None

    def read(self, timeout=DEADLINE):
        """The next packet: kind, flags, body."""
        end = time.monotonic() + timeout
        while True:
            try:
                size, at = number(self.data, 1)
                if len(self.data) >= at + size:
                    first, body = self.data[0], self.data[at:at + size]
                    self.data = self.data[at + size:]
                    return first >> 4, first & 15, body
            except IndexError:
                pass  # not all of it is there
            self.socket.settimeout(max(0.001, end - time.monotonic()))
            try:
                more = self.socket.recv(65536)
            except socket.timeout as error:
                raise Failed(f"{self.client_id}: the broker says nothing") from error
            except OSError as error:
                raise Closed(f"{self.client_id}: {error}") from error
            if not more:
                raise Closed(f"{self.client_id}: the broker has closed the connection")
            self.data += more

    def await_packet(self, wanted, timeout=DEADLINE):
        """The body of the next packet of this kind; what is published meanwhile is kept."""
        while True:
            kind, flags, body = self.read(timeout)
            if kind == PUBLISH:
                message = Message(flags, body)
                self.messages.append(message)
                if message.id and self.acknowledges:
                    self.socket.sendall(self.packet(0x40, message.id))
            elif kind == DISCONNECT:
                raise Closed(f"{self.client_id}: disconnected, code {body[0] if body else 0}")
            if kind == wanted:
                return body

    # --- what it does

    def send(self, topic, payload, retain=False, expiry=None):
        """Publishes by QoS 1 and does not wait."""
        self.next_id = self.next_id % 65535 + 1
        found = b"" if expiry is None else bytes([MESSAGE_EXPIRY]) + expiry.to_bytes(4, "big")
        body = (self.text(topic) + self.next_id.to_bytes(2, "big") + bytes([len(found)]) + found
                + payload)
        self.socket.sendall(self.packet(0x30 | QOS1 | (RETAIN if retain else 0), body))

    def publish(self, topic, payload, retain=False, expiry=None):
        """Publishes by QoS 1; the broker's reason code, 0x87 if the ACL forbids it."""
        self.send(topic, payload, retain, expiry)
        body = self.await_packet(PUBACK)
        return body[2] if len(body) > 2 else 0

    def subscribe(self, *filters):
        self.next_id = self.next_id % 65535 + 1
        body = self.next_id.to_bytes(2, "big") + b"\0"
        for each in filters:
            body += self.text(each) + b"\x01"
        self.socket.sendall(self.packet(0x82, body))
        answer = self.await_packet(SUBACK)
        _, at = properties(answer, 2)
        return list(answer[at:])

    def fence(self):
        """Returns when the broker has handled everything sent so far."""
        self.socket.sendall(self.packet(0xC0, b""))
        self.await_packet(PINGRESP)

    def message(self, condition, timeout=DEADLINE):
        """The first message for which this is true, as soon as it has come."""
        end = time.monotonic() + timeout
        while True:
            for each in self.messages:
                if condition(each):
                    return each
            self.await_packet(PUBLISH, max(0.001, end - time.monotonic()))

    def is_connected(self):
        try:
            self.fence()
            return True
        except Closed:
            return False


__all__ = ["Attacker", "Closed", "MqttClient"]
