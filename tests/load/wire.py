"""msgpack of transport/PROTOCOL.md §4 and back, as far as a call of two needs it."""

import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                "integration"))

from protocol_words import ROOT, pack  # noqa: E402

__all__ = ["ROOT", "pack", "unpack"]

NUMBERS = {0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q"}
SIZES = {0xC4: ">B", 0xC5: ">H", 0xD9: ">B", 0xDA: ">H", 0xDC: ">H", 0xDE: ">H"}


def read(form, data, at):
    return struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)


def value_at(data, at):
    """(the value that begins there, where the next one begins)."""
    code, at = data[at], at + 1
    if code < 0x80:
        return code, at
    if code in NUMBERS:
        return read(NUMBERS[code], data, at)
    if code in SIZES:
        size, at = read(SIZES[code], data, at)
    elif 0xA0 <= code < 0xC0:
        size = code & 0x1F
    elif code < 0xA0:
        size = code & 0x0F
    else:
        raise ValueError(f"msgpack code {code:#x} has no place in the protocol")
    if code in (0xC4, 0xC5):
        return data[at:at + size], at + size
    if code in (0xD9, 0xDA) or 0xA0 <= code < 0xC0:
        return data[at:at + size].decode(), at + size
    if code == 0xDC or 0x90 <= code < 0xA0:
        items = []
        for _ in range(size):
            item, at = value_at(data, at)
            items.append(item)
        return items, at
    items = {}
    for _ in range(size):
        key, at = value_at(data, at)
        items[key], at = value_at(data, at)
    return items, at


def unpack(data):
    value, end = value_at(data, 0)
    if end != len(data):
        raise ValueError("bytes behind the message")
    return value
