"""msgpack as transport/PROTOCOL.md, section 4, has it: written in the shortest form, read with all
limits on. Nothing here knows what a message is."""

import struct

BYTES_MAX, DEPTH_MAX, VALUES_MAX = 16384, 4, 512


class Refused(Exception):
    """Bytes that are no message: the error's name, and the field at fault."""

    def __init__(self, error, field=""):
        super().__init__(f"{error} {field}".strip())
        self.error = error
        self.field = field


class Pairs(list):
    """A map as it was read: its keys may be anything and stand twice."""


class Ext(bytes):
    """An extension type; the protocol has none."""


def pack_number(value):
    if value < 0x80:
        return bytes([value])
    forms = ((0xCC, ">B", 8), (0xCD, ">H", 16), (0xCE, ">I", 32), (0xCF, ">Q", 64))
    for code, form, limit in forms:
        if value < 1 << limit:
            return bytes([code]) + struct.pack(form, value)
    raise ValueError(f"{value} has more than 64 bits")


def head(size, small, codes):
    """The first bytes of what has a size: `small` is (first byte, limit) of the one-byte form."""
    first, limit = small
    if size < limit:
        return bytes([first | size])
    for code, form, top in codes:
        if size < top:
            return bytes([code]) + struct.pack(form, size)
    raise ValueError(f"{size} is too many")


def pack(value):
    """Numbers, str, bytes, lists and dicts; the keys of a dict ascend."""
    if isinstance(value, int):
        return pack_number(value)
    if isinstance(value, str):
        data = value.encode()
        return head(len(data), (0xA0, 32), ((0xD9, ">B", 1 << 8), (0xDA, ">H", 1 << 16))) + data
    if isinstance(value, bytes):
        return head(len(value), (0, 0), ((0xC4, ">B", 1 << 8), (0xC5, ">H", 1 << 16))) + value
    if isinstance(value, dict):
        parts = [pack(key) + pack(each) for key, each in sorted(value.items())]
        return head(len(parts), (0x80, 16), ((0xDE, ">H", 1 << 16),)) + b"".join(parts)
    parts = [pack(each) for each in value]
    return head(len(parts), (0x90, 16), ((0xDC, ">H", 1 << 16),)) + b"".join(parts)


SIZED = {  # code: (what, bytes of the size)
    0xC4: ("bin", 1), 0xC5: ("bin", 2), 0xC6: ("bin", 4), 0xC7: ("ext", 1), 0xC8: ("ext", 2),
    0xC9: ("ext", 4), 0xD9: ("str", 1), 0xDA: ("str", 2), 0xDB: ("str", 4), 0xDC: ("array", 2),
    0xDD: ("array", 4), 0xDE: ("map", 2), 0xDF: ("map", 4)}
FIXED = {  # code: struct form
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h",
    0xD2: ">i", 0xD3: ">q"}


class Text(bytes):
    """A str, not yet known to be UTF-8."""


class Unpacker:
    """Reads one value."""

    def __init__(self, data):
        self.data = data
        self.at = 0
        self.values = 0

    def take(self, size):
        if size > len(self.data) - self.at:
            raise Refused("truncated")
        self.at += size
        return self.data[self.at - size:self.at]

    def whole(self):
        if len(self.data) > BYTES_MAX:
            raise Refused("too_large")
        value = self.value(1)
        if self.at < len(self.data):
            raise Refused("trailing_bytes")
        return value

    def count(self, number):
        self.values += number
        if self.values > VALUES_MAX:
            raise Refused("too_many_values")

    def value(self, depth):
        if depth == 1:
            self.count(1)
        code = self.take(1)[0]
        if code < 0x80:
            return code
        if code >= 0xE0:
            return code - 256
        if code < 0x90:
            return self.map(code & 15, depth)
        if code < 0xA0:
            return self.array(code & 15, depth)
        if code < 0xC0:
            return Text(self.take(code & 31))
        if code in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[code]
        if code in FIXED:
            return struct.unpack(FIXED[code], self.take(struct.calcsize(FIXED[code])))[0]
        if code in SIZED:
            what, width = SIZED[code]
            size = int.from_bytes(self.take(width), "big")
            return self.sized(what, size, depth)
        if 0xD4 <= code <= 0xD8:
            return Ext(self.take(1 + (1 << (code - 0xD4))))
        raise Refused("not_msgpack")

    def sized(self, what, size, depth):
        if what == "array":
            return self.array(size, depth)
        if what == "map":
            return self.map(size, depth)
        if what == "ext":
            return Ext(self.take(1 + size))
        return Text(self.take(size)) if what == "str" else self.take(size)

    def deeper(self, count, depth):
        if depth > DEPTH_MAX:
            raise Refused("too_deep")
        self.count(count)

    def array(self, size, depth):
        self.deeper(size, depth)
        return [self.value(depth + 1) for _ in range(size)]

    def map(self, size, depth):
        self.deeper(2 * size, depth)
        return Pairs([(self.value(depth + 1), self.value(depth + 1)) for _ in range(size)])


def unpack(data):
    return Unpacker(data).whole()
