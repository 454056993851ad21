"""Messages and their bytes, written from transport/PROTOCOL.md, sections 1, 4 and 5, alone.

A meaning is what a JSON file can say: fields by name, 64-bit numbers as text, bytes in hexadecimal,
and what is 0, empty or as its default left out. encode(meaning) gives the one form in which it is
sent; decode(bytes) takes every form that a receiver must take, and raises Refused for the rest.
"""

import re

from packing import Pairs, Refused, Text, pack, unpack

KINDS = ("", "invite", "ringing", "accept", "confirm", "reject", "cancel", "end", "leave", "roster",
         "join", "info", "sync", "ack", "marker", "presence")
U32, U64 = (1 << 32) - 1, (1 << 64) - 1
REASON_MAX, RING_MAX, LEGS_MAX = 25, 600_000, 16
USER, DEVICE = re.compile(rb"[A-Za-z0-9_-]{1,32}"), re.compile(rb"[A-Za-z0-9_-]{1,31}")
KEYS = re.compile(r"[0-9A-D*#]{1,32}")


# --- fields: each reads a value to its meaning, and says what to pack for a meaning


class Uint:
    """A number; with 64 bits its meaning is text."""

    def __init__(self, most, least=0):
        self.most, self.least = most, least

    def read(self, value, name):
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise Refused("bad_type", name)
        if not self.least <= value <= self.most:
            raise Refused("out_of_range", name)
        return str(value) if self.most == U64 else value

    def write(self, meaning):
        return int(meaning)

    def absent(self, meaning):
        return int(meaning) == 0


class TextField:
    def __init__(self, most):
        self.most = most

    def read(self, value, name):
        if not isinstance(value, Text):
            raise Refused("bad_type", name)
        if len(value) > self.most:
            raise Refused("too_long", name)
        try:
            return bytes(value).decode()
        except UnicodeDecodeError as why:
            raise Refused("not_utf8", name) from why

    def write(self, meaning):
        return meaning

    def absent(self, meaning):
        return meaning == ""


class BytesField:
    def __init__(self, most):
        self.most = most

    def read(self, value, name):
        if type(value) is not bytes:
            raise Refused("bad_type", name)
        if len(value) > self.most:
            raise Refused("too_long", name)
        return value.hex()

    def write(self, meaning):
        return bytes.fromhex(meaning)

    def absent(self, meaning):
        return meaning == ""


class CallId(BytesField):
    """128 bits, not all zero."""

    def __init__(self):
        super().__init__(16)

    def read(self, value, name):
        if type(value) is bytes and (len(value) != self.most or not any(value)):
            raise Refused("out_of_range", name)
        return super().read(value, name)


class Id:
    """A user, a device or an account."""

    def __init__(self, what):
        self.what = what

    def is_good(self, value):
        device, at, user = value.partition(b"@")
        if self.what == "account":
            return bool(at and DEVICE.fullmatch(device) and USER.fullmatch(user))
        return bool({"user": USER, "device": DEVICE}[self.what].fullmatch(value))

    def read(self, value, name):
        if not isinstance(value, Text):
            raise Refused("bad_type", name)
        if not self.is_good(value):
            raise Refused("bad_id", name)
        return value.decode()

    def write(self, meaning):
        return meaning

    def absent(self, meaning):
        return meaning == ""


def read_array(value, name, parts, least):
    """The first elements of an array, which must have `least` of them."""
    if len(value) < least:
        raise Refused("missing_field", f"{name}.{parts[len(value)][0]}")
    return [field.read(each, f"{name}.{part}") for (part, field), each in zip(parts, value)]


class Key:
    def __init__(self, least=0):
        self.number = Uint(U32, least)

    def read(self, value, name):
        if not isinstance(value, list) or isinstance(value, Pairs):
            raise Refused("bad_type", name)
        return read_array(value, name, (("owner", Id("account")), ("number", self.number)), 2)

    def write(self, meaning):
        return meaning

    def absent(self, _meaning):
        return False


class OptionalDevice(Id):
    """Of a leg: empty while unknown."""

    def is_good(self, value):
        return value == b"" or super().is_good(value)


LEG = (("owner", Id("account")), ("number", Uint(U32)), ("user", Id("user")),
       ("device", OptionalDevice("device")), ("state", Uint(5)), ("reason", Uint(REASON_MAX)),
       ("join_number", Uint(U32)), ("ring_left", Uint(RING_MAX)))
LEG_LEAST = 6


class Legs:
    def read(self, value, name):
        if not isinstance(value, list) or isinstance(value, Pairs):
            raise Refused("bad_type", name)
        if len(value) > LEGS_MAX:
            raise Refused("too_long", name)
        return [self.read_leg(each, name) for each in value]

    @staticmethod
    def read_leg(value, name):
        if not isinstance(value, list) or isinstance(value, Pairs):
            raise Refused("bad_type", name)
        leg = read_array(value, "leg", LEG, LEG_LEAST)
        return leg + [0] * (len(LEG) - len(leg))

    def write(self, meaning):
        return meaning

    def absent(self, meaning):
        return not meaning


class Field:
    def __init__(self, name, kind, required=False):
        self.name, self.kind, self.required = name, kind, required


class Struct:
    """A map with numbered fields."""

    def __init__(self, fields):
        self.fields = fields

    def read(self, value, name):
        if not isinstance(value, Pairs):
            raise Refused("bad_type", name)
        found = {}
        for key, each in value:
            if not isinstance(key, int) or isinstance(key, bool) or not 0 <= key <= 63:
                raise Refused("bad_key", name)
            if key in found:
                raise Refused("duplicate_key", name)
            found[key] = each
        meaning = {}
        for key, field in self.fields.items():
            if key in found and not (isinstance(field.kind, Id) and not field.required
                                     and found[key] == b""):  # as good as absent
                each = field.kind.read(found[key], field.name)
                if field.required or not field.kind.absent(each):
                    meaning[field.name] = each
            elif field.required:
                raise Refused("missing_field", field.name)
        return meaning

    def write(self, meaning):
        packed = {}
        for key, field in self.fields.items():
            each = meaning.get(field.name)
            if each is not None and (field.required or not field.kind.absent(each)):
                packed[key] = field.kind.write(each)
        assert len(meaning) == len([f for f in self.fields.values() if f.name in meaning]), meaning
        return packed

    def absent(self, _meaning):
        return False


OFFER, DATA = BytesField(6144), TextField(8192)
REASON = Field("reason", Uint(REASON_MAX, 1), True)
INVITE = {0: Field("caller", Id("account")), 1: Field("caller_name", TextField(64)),
          2: Field("media", Uint(2)), 3: Field("ring_left", Uint(RING_MAX), True),
          4: Field("offer", OFFER), 5: Field("data", DATA), 6: Field("line", TextField(32)),
          7: Field("roster", Legs()), 8: Field("replaces", Key(1))}
ENDING = {0: REASON, 1: Field("data", DATA)}
BODIES = {
    "invite": INVITE,
    "ringing": {0: Field("alert", Uint(3)), 1: Field("nonce", Uint(U64))},
    "accept": {0: Field("answer", OFFER), 1: Field("data", DATA)},
    "confirm": {0: Field("winner", Id("device"), True), 1: Field("join_number", Uint(U32)),
                2: Field("legs", Legs())},
    "reject": ENDING, "cancel": ENDING, "end": ENDING,
    "leave": {**ENDING, 2: Field("legs", Legs())},
    "roster": {0: Field("legs", Legs(), True)},
    "join": {0: Field("move", Uint(1)), 1: Field("answer", OFFER), 2: Field("data", DATA)},
    "info": {0: Field("about", Uint(6), True), 1: Field("media", Uint(2)),
             2: Field("bytes", OFFER), 3: Field("text", DATA), 4: Field("step", Uint(3)),
             5: Field("nonce", Uint(U64)), 6: Field("result", Uint(5)),
             7: Field("asked", Uint(U32)), 8: Field("member", Key())},
    "sync": {0: Field("legs", Legs()),
             1: Field("invite", Struct({key: each for key, each in INVITE.items() if key != 7})),
             2: Field("nonce", Uint(U64))},
    "ack": {0: Field("acked_sequence", Uint(U32, 1), True)},
    "marker": {},
    "presence": {0: Field("state", Uint(5), True), 1: Field("name", TextField(64)),
                 2: Field("device_kind", TextField(32)), 3: Field("capabilities", Uint(U32)),
                 4: Field("software", TextField(32)), 5: Field("settled", Uint(1))}}
# What an info has, by what it is about; "about" apart.
ABOUT = (("bytes", "member"), ("bytes", "member"), ("bytes", "member"), ("media", "member"),
         ("text", "member"), ("text", "member"), ("step", "nonce", "result", "asked"))
DOOR = 6


def header_of(kind):
    alone = kind in ("marker", "presence")
    fields = {0: Field("version", Uint(255), True), 1: Field("kind", Uint(255), True),
              2: Field("call", CallId(), True),
              3: Field("leg", Key(), True), 4: Field("incarnation", Uint(U64), True),
              5: Field("connect", Uint(U32, 1), True),
              6: Field("sequence", Uint(U32, 1), True), 7: Field("to", Id("device"))}
    if alone:
        del fields[2], fields[3]
    if kind == "presence":
        del fields[6], fields[7]
    return fields


def need(meaning, name):
    if name not in meaning:
        raise Refused("missing_field", name)


def must_have(meaning, name, wanted):
    """0 is as good as absent; it is there, or it is not."""
    if (name in meaning) != wanted:
        raise Refused("out_of_range", name)


def check_info(body):
    """Drops what this info does not have, and wants what it must have."""
    about = body["about"]
    keep = ABOUT[about]
    kept = {name: each for name, each in body.items() if name in ("about", *keep)}
    if about == DOOR:
        step = kept.get("step", 0)
        must_have(kept, "nonce", step in (1, 2))
        must_have(kept, "asked", step in (1, 3))
        if step != 3:
            kept.pop("result", None)
        return kept
    need(kept, "member")
    if "bytes" in keep:
        need(kept, "bytes")
    if about == 4:
        need(kept, "text")
        if not KEYS.fullmatch(kept["text"]):
            raise Refused("out_of_range", "text")
    return kept


def check_body(kind, body):
    if kind == "ringing":
        must_have(body, "nonce", body.get("alert", 0) == 2)
    return check_info(body) if kind == "info" else body


def read_word(pairs, key, name):
    for each, value in pairs:
        if each == key:
            return Uint(255).read(value, name)
    raise Refused("missing_field", name)


def decode(data, presence=False):
    """The meaning of a payload of an inbox, or of a presence topic."""
    pairs = unpack(data)
    Struct({}).read(pairs, "presence" if presence else "message")  # its keys
    if read_word(pairs, 0, "version") != 1:
        raise Refused("unsupported_version", "version")
    number = read_word(pairs, 1, "kind")
    kind = KINDS[number] if 0 < number < len(KINDS) else ""
    if (kind == "presence") != presence or not kind:
        raise Refused("unknown_kind", "kind")
    meaning = Struct(header_of(kind)).read(pairs, "message")
    meaning["kind"] = kind
    body = dict(pairs).get(8, Pairs())
    body = check_body(kind, Struct(BODIES[kind]).read(body, "body"))
    if body.get("caller") is not None and body["caller"] == meaning["leg"][0]:
        del body["caller"]
    if body:
        meaning["body"] = body
    return meaning


def encode(meaning):
    kind = meaning["kind"]
    header = {key: each for key, each in meaning.items() if key != "body"}
    packed = Struct(header_of(kind)).write({**header, "kind": KINDS.index(kind)})
    body = Struct(BODIES[kind]).write(meaning.get("body", {}))
    if body:
        packed[8] = body
    return pack(packed)
