"""The peer's codec, written from transport/PROTOCOL.md alone, agrees with the conformance vectors
and with the page's own examples."""

import json
import os
import re
import sys

from doorcall_testlib import ROOT, expect, expect_equal

sys.path.append(os.path.join(ROOT, "tests", "peer"))

import wire  # noqa: E402
from packing import Refused  # noqa: E402


def read(name):
    with open(os.path.join(ROOT, "transport", "vectors", name), encoding="utf-8") as file:
        return json.load(file)


def bytes_of(text):
    found = b""
    for word in text.split():
        digits, _, times = word.partition("*")
        found += bytes.fromhex(digits) * int(times or 1)
    return found


def grown(meaning):
    if isinstance(meaning, dict):
        if set(meaning) == {"repeat", "times"}:
            return meaning["repeat"] * meaning["times"]
        return {key: grown(each) for key, each in meaning.items()}
    return [grown(each) for each in meaning] if isinstance(meaning, list) else meaning


def check_meaning(each):
    data, meaning = bytes_of(each["bytes"]), grown(each["meaning"])
    expect_equal(wire.decode(data, meaning["kind"] == "presence"), meaning, each["name"])
    return data, meaning


def check_refused(name, data, presence, wanted):
    try:
        wire.decode(data, presence)
    except Refused as why:
        expect_equal((why.error, why.field), wanted, name)
        return
    expect(wanted == ("ok", ""), f"{name} was not refused")


def test_peer_vectors_of_messages(_):
    for each in read("messages.json"):
        data, meaning = check_meaning(each)
        expect_equal(wire.encode(meaning), data, each["name"])


def test_peer_vectors_of_other_forms(_):
    for each in read("other-forms.json"):
        data, meaning = check_meaning(each)
        expect(wire.encode(meaning) != data, f"{each['name']} is how it is sent")


def test_peer_vectors_of_refusals(_):
    for each in read("refused.json"):
        check_refused(each["name"], bytes_of(each["bytes"]), each["type"] == "presence",
                      (each["error"], each.get("field", "")))


def test_peer_vectors_of_the_torture_set(_):
    with open(os.path.join(ROOT, "tests", "fuzz", "torture.txt"), encoding="utf-8") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    for line in lines:
        name, kind, error, field, data = [word.strip() for word in line.split("|")][:5]
        check_refused(name, b"" if data == "-" else bytes_of(data), kind == "presence",
                      (error, "" if field == "-" else field))


def test_peer_vectors_of_the_page(_):
    with open(os.path.join(ROOT, "transport", "PROTOCOL.md"), encoding="utf-8") as file:
        blocks = re.findall(r"```hex (\S+)\n(.*?)```", file.read(), re.S)
    expect(len(blocks) >= 28, f"{len(blocks)} examples")
    for name, block in blocks:
        data = bytes.fromhex("".join(line.partition("#")[0] for line in block.splitlines()))
        meaning = wire.decode(data, name.startswith("presence"))
        expect_equal(wire.encode(meaning), data, name)
