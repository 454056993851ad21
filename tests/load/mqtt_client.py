"""Just enough MQTT 5 for thousands of clients in one process: QoS 1 both ways, will, expiry."""

import asyncio

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90
PINGREQ = b"\xc0\x00"
EXPIRY = 0x02  # the only property of a publication that a broker sends to these subscriptions
KEEP_ALIVE_S = 600


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return len(data).to_bytes(2, "big") + data


def packet(kind, body):
    size, left = bytearray(), len(body)
    while True:
        left, digit = left >> 7, left & 0x7F
        size.append(digit | (0x80 if left else 0))
        if not left:
            return bytes([kind]) + bytes(size) + body


def first_packet(data):
    """(kind, body, bytes taken) of the first whole packet in `data`; None if there is none."""
    size = 0
    for digits in range(1, 5):
        if len(data) <= digits:
            return None
        size |= (data[digits] & 0x7F) << 7 * (digits - 1)
        if not data[digits] & 0x80:
            end = 1 + digits + size
            return (data[0], bytes(data[1 + digits:end]), end) if len(data) >= end else None
    raise ValueError("a packet without an end")


class MqttClient(asyncio.Protocol):
    """One connection. `arrived(topic, payload, expiry left or None)` is called for each message."""

    def __init__(self, client_id, will_topic, will, arrived):
        self.client_id, self.will_topic, self.will = client_id, will_topic, will
        self.arrived = arrived
        self.buffer = bytearray()
        self.packet_id = 0
        self.sent = self.received = 0
        self.lost = None  # why the connection ended
        self.waiting = {}  # CONNACK, or the id of a SUBSCRIBE → future

    def connection_made(self, transport):
        self.transport = transport
        connect = text("MQTT") + bytes([5, 0x2C]) + KEEP_ALIVE_S.to_bytes(2, "big")
        session = bytes([0x11]) + (3600).to_bytes(4, "big")
        delay = bytes([0x18]) + (10).to_bytes(4, "big")
        transport.write(packet(CONNECT, connect + bytes([len(session)]) + session
                               + text(self.client_id) + bytes([len(delay)]) + delay
                               + text(self.will_topic) + text(self.will)))

    def connection_lost(self, exc):
        self.lost = exc or "the broker hung up"
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionError(str(self.lost)))

    def data_received(self, data):
        self.buffer += data
        while found := first_packet(self.buffer):
            kind, body, end = found
            del self.buffer[:end]
            self.take(kind, body)

    def take(self, kind, body):
        if kind & 0xF0 == PUBLISH:
            self.take_publication(kind, body)
        elif kind == CONNACK:
            self.done(CONNACK, body[1])
        elif kind == SUBACK:
            self.done(int.from_bytes(body[:2], "big"), body[-1])

    def done(self, key, code):
        future = self.waiting.pop(key, None)
        if future is not None and not future.done():
            if code >= 0x80:
                future.set_exception(ConnectionError(f"refused by the broker, code {code}"))
            else:
                future.set_result(code)

    def take_publication(self, kind, body):
        self.received += 1
        at = 2 + int.from_bytes(body[:2], "big")
        topic = body[2:at].decode()
        if kind & 0x06:
            self.transport.write(packet(PUBACK, body[at:at + 2]))
            at += 2
        size, left = body[at], None
        if size and body[at + 1] == EXPIRY:
            left = int.from_bytes(body[at + 2:at + 6], "big")
        self.arrived(topic, body[at + 1 + size:], left)

    def next_id(self):
        self.packet_id = self.packet_id % 65535 + 1
        return self.packet_id

    def expect(self, key):
        self.waiting[key] = asyncio.get_running_loop().create_future()
        return self.waiting[key]

    async def subscribe(self, topic, retain_handling):
        number = self.next_id()
        granted = self.expect(number)
        self.transport.write(packet(SUBSCRIBE, number.to_bytes(2, "big") + b"\0" + text(topic)
                                    + bytes([1 | retain_handling << 4])))
        await granted

    def publish(self, topic, payload, expiry_s, retain=False):
        self.sent += 1
        expiry = bytes([EXPIRY]) + expiry_s.to_bytes(4, "big")
        self.transport.write(packet(PUBLISH | 0x02 | retain, text(topic)
                                    + self.next_id().to_bytes(2, "big") + bytes([len(expiry)])
                                    + expiry + payload))

    def ping(self):
        self.transport.write(PINGREQ)


async def connect(port, client_id, will_topic, will, arrived):
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(
        lambda: MqttClient(client_id, will_topic, will, arrived), "127.0.0.1", port)
    await client.expect(CONNACK)
    return client
