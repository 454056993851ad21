"""Messages of transport/PROTOCOL.md as bytes, for clients that say what no daemon would."""

import os
import struct

INVITE, RINGING, ACCEPT, CONFIRM, REJECT, CANCEL, END, LEAVE, ROSTER, JOIN, INFO, SYNC, ACK, \
    MARKER, PRESENCE = range(1, 16)
ROOT = "doorcall/v1"


def pack(value):
    """msgpack, for what the protocol has."""
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        for limit, code, form in ((1 << 7, b"", ">B"), (1 << 8, b"\xcc", ">B"),
                                  (1 << 16, b"\xcd", ">H"), (1 << 32, b"\xce", ">I")):
            if value < limit:
                return code + struct.pack(form, value)
        return b"\xcf" + struct.pack(">Q", value)
    if isinstance(value, str):
        data = value.encode()
        head = bytes([0xA0 | len(data)]) if len(data) < 32 else b"\xda" + struct.pack(">H",
                                                                                   len(data))
        return head + data
    if isinstance(value, bytes):
        return b"\xc5" + struct.pack(">H", len(value)) + value
    if isinstance(value, (list, tuple)):
        head = bytes([0x90 | len(value)]) if len(value) < 16 else b"\xdc" + struct.pack(
            ">H", len(value))
        return head + b"".join(pack(each) for each in value)
    return bytes([0x80 | len(value)]) + b"".join(pack(key) + pack(each)
                                                 for key, each in value.items())


class Voice:
    """One account's side of the protocol: counts its messages."""

    def __init__(self, account):
        self.account = account
        self.incarnation = int.from_bytes(os.urandom(7), "big") + 1
        self.sequence = 0

    def message(self, kind, call=None, leg=None, to=None, body=None, version=1, sequence=None):
        self.sequence += 1
        fields = {0: version, 1: kind}
        if call is not None:
            fields[2] = bytes.fromhex(call)
        if leg is not None:
            fields[3] = list(leg)
        fields |= {4: self.incarnation, 5: 1, 6: sequence or self.sequence}
        if to is not None:
            fields[7] = to
        if body:
            fields[8] = body
        return pack(fields)

    def invite(self, call, number=1, ring_left=20_000, version=1, body=None):
        return self.message(INVITE, call, (self.account, number), version=version,
                            body={3: ring_left, **(body or {})})

    def inbox(self, user):
        """Where this account says something to a user."""
        return f"{ROOT}/{user}/inbox/{self.account}"


def new_call():
    return os.urandom(16).hex()
