#!/usr/bin/env python3
"""A sample push gateway: passes doorcall's push requests on to commands or web services.

usage: push_gateway.py --config FILE [--print] [--host HOST] [--port PORT] [--root ROOT]

The requests are described in transport/PROTOCOL.md §5.16 and §8.21. Whatever comes from the broker
is checked before anything is done with it: the sender is the one in the topic, commands are
argument lists and never a shell, rings that are too old, too many or repeated are dropped. Adapt it
as you like. Needs Python 3.11 and paho-mqtt 1.6 or 2 (Debian: python3-paho-mqtt).
"""

import argparse
import json
import math
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import tomllib
import urllib.parse
import urllib.request

from push_requests import Dropped, Memory, demand, parse, take_age_off

WORKERS = 4
QUEUE_MAX = 32
TURN_S = 0.5  # how long a signal may wait to be seen
RECONNECT_S, RECONNECT_MAX_S = 1, 60
SESSION_S = 600  # requests that come while the gateway is away wait as long

NAMES = ("type", "user", "sender", "call", "leg", "caller", "caller_name", "media", "title",
         "content", "data", "reason", "ring_left_s")


class BadConfig(Exception):
    """The configuration can't be used; the text says why."""


# --- actions


def values_of(event, defaults):
    """What the placeholders of an action stand for."""
    values = {name: str(event.get(name, "")) for name in NAMES}
    values["ring_left_s"] = str(event.get("ring_left_ms", 0) // 1000)
    values["caller_name"] = values["caller_name"] or values["caller"]
    for name in ("title", "content"):
        values[name] = values[name] or fill(defaults[name], values)
    return values


def fill(template, values, quote=lambda text: text):
    """The template with its {names} replaced; what a value holds is not looked at again."""
    if isinstance(template, dict):
        return {name: fill(each, values) for name, each in template.items()}
    if isinstance(template, list):
        return [fill(each, values) for each in template]
    if not isinstance(template, str):
        return template
    return re.sub(r"\{(\w+)\}", lambda found: quote(values[found[1]]), template)


class Command:
    """Runs a program with the event as JSON on its input."""

    def __init__(self, table):
        self._argv = table["command"]
        self._timeout = table.get("timeout", 10)

    def run(self, event, values):
        clean = {name: text.replace("\0", "\ufffd") for name, text in values.items()}
        subprocess.run(fill(self._argv, clean), input=json.dumps(event).encode(), check=True,
                       timeout=self._timeout, stdout=subprocess.DEVNULL)


class Post:
    """Posts JSON to a web service: the table `json`, or without one the event itself."""

    def __init__(self, table):
        self._url = table["url"]
        self._json = table.get("json")
        self._headers = {"Content-Type": "application/json", **table.get("headers", {})}
        self._timeout = table.get("timeout", 10)

    def run(self, event, values):
        url = fill(self._url, values, lambda text: urllib.parse.quote(text, safe=""))
        body = event if self._json is None else fill(self._json, values)
        request = urllib.request.Request(url, json.dumps(body).encode(), self._headers)
        with urllib.request.urlopen(request, timeout=self._timeout) as answer:
            answer.read(1024)


def print_line(event):
    """One line of JSON on the standard output."""
    print(json.dumps(event), flush=True)


class Actions:
    """Does the actions in threads of their own; those of one leg one after the other."""

    def __init__(self, actions, defaults, log, clock=time.monotonic):
        self._actions = actions  # pairs of (types, action)
        self._defaults = defaults
        self._log = log
        self._clock = clock
        self._queues = [queue.Queue(QUEUE_MAX) for _ in range(WORKERS)]
        for each in self._queues:
            threading.Thread(target=self._work, args=(each,), daemon=True).start()

    def start(self, event):
        try:
            place = hash((event["call"], event["leg"])) % WORKERS
            self._queues[place].put_nowait((self._clock(), event))
        except queue.Full:
            raise Dropped("too much to do") from None

    def wait(self):
        for each in self._queues:
            each.join()

    def _work(self, todo):
        while True:
            since, event = todo.get()
            for types, action in self._actions:
                late = (self._clock() - since) * 1000 >= event.get("ring_left_ms", math.inf)
                if event["type"] in types and not late:
                    self._do(action, event)
            todo.task_done()

    def _do(self, action, event):
        try:
            action.run(event, values_of(event, self._defaults))
        except Exception as error:  # whatever a command or a service does, the next ring counts
            self._log(f"{event['type']} for {event['user']}: {type(action).__name__}: {error}")


# --- configuration


def placeholders(template):
    if isinstance(template, dict):
        template = list(template.values())
    if isinstance(template, list):
        return {name for each in template for name in placeholders(each)}
    return set(re.findall(r"\{(\w+)\}", template)) if isinstance(template, str) else set()


def read_action(table):
    types = table.get("on", ["ring", "cancel"])
    unknown = placeholders([table.get(key) for key in ("command", "url", "json")]) - set(NAMES)
    if ("command" in table) == ("url" in table):
        raise BadConfig("an action needs either command or url")
    if not set(types) <= {"ring", "cancel"}:
        raise BadConfig('on: only "ring" and "cancel"')
    if unknown:
        raise BadConfig("no such placeholder: " + ", ".join(sorted(unknown)))
    argv = table.get("command", ["-"])
    if not (isinstance(argv, list) and argv and all(isinstance(each, str) for each in argv)):
        raise BadConfig("command must be a list of texts; there is no shell")
    return types, Command(table) if "command" in table else Post(table)


class Gateway:
    """Stands between the broker and the actions."""

    def __init__(self, config, root, printing, log):
        rules = config.get("rules", {})
        actions = [read_action(each) for each in config.get("action", [])]
        if not printing and not actions:
            raise BadConfig("there is no [[action]]")
        self.root = root
        self._printing = printing
        self._log = log
        self._users = set(rules.get("users", []))
        self._without_expiry = rules.get("rings_without_expiry", False)
        self._memory = Memory(rules.get("rings_per_minute", 10))
        texts = {"title": "{caller_name}", "content": "", **config.get("texts", {})}
        self.actions = Actions(actions, texts, log)

    def ready(self):
        self._log("ready")
        if self._printing:
            print_line({"type": "ready"})

    def take(self, topic, payload, retained, expiry_left):
        """One publication. Never raises."""
        try:
            demand(not retained, "retained")
            event = parse(self.root, topic, payload)
            demand(not self._users or event["user"] in self._users, "not one of our users")
            if event["type"] == "ring":
                take_age_off(event, expiry_left, self._without_expiry)
            self._memory.admit(event)
            if self._printing:
                print_line(event)
            else:
                self.actions.start(event)
        except Dropped as why:
            self._log(f"dropped, {why}: {topic!r}")
            if self._printing:
                print_line({"type": "dropped", "why": str(why), "topic": topic})


# --- MQTT


def make_client(broker, gateway, log):
    from paho.mqtt import client as mqtt  # not needed for what the tests of this file look at

    name = broker.get("client_id", "push-gateway")
    if hasattr(mqtt, "CallbackAPIVersion"):  # paho-mqtt 2
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv5)
    else:
        client = mqtt.Client(name, protocol=mqtt.MQTTv5)

    def on_connect(_client, _userdata, _flags, code, _properties=None):
        if code != 0:
            log(f"the broker refuses: {code}")
            return
        client.subscribe(gateway.root + "/+/push/+", qos=1)

    def on_subscribe(_client, _userdata, _mid, codes, _properties=None):
        if any(getattr(code, "value", code) >= 128 for code in codes):
            log("the broker does not let us read the push topics")
        else:
            gateway.ready()

    def on_message(_client, _userdata, message):
        left = getattr(message.properties, "MessageExpiryInterval", None)
        gateway.take(message.topic, message.payload, message.retain, left)

    client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
    if "username" in broker:
        password = None
        if "password_file" in broker:
            with open(broker["password_file"], encoding="utf-8") as file:
                password = file.read().strip()
        client.username_pw_set(broker["username"], password)
    if "ca_file" in broker:
        client.tls_set(broker["ca_file"], broker.get("cert_file"), broker.get("key_file"))
    return client


def connect(client, broker):
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = SESSION_S
    client.connect_async(broker.get("host", "127.0.0.1"), broker.get("port", 1883), keepalive=60,
                         clean_start=False, properties=properties)


def serve(client, broker, log):
    """Until SIGTERM. Every call of the library comes from this thread: one that disconnects from
    another takes the socket away from under the library's loop."""
    asked = []
    signal.signal(signal.SIGTERM, lambda *_: asked.append(True))
    connect(client, broker)
    delay = RECONNECT_S
    while not asked:
        try:
            client.reconnect()
            while not asked and client.loop(TURN_S) == 0:
                if client.is_connected():
                    delay = RECONNECT_S
        except OSError as error:
            log(f"{error}; trying again in {delay} s")
        again = time.monotonic() + delay
        while not asked and time.monotonic() < again:
            time.sleep(TURN_S)
        delay = min(2 * delay, RECONNECT_MAX_S)
    client.disconnect()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", metavar="FILE")
    parser.add_argument("--print", action="store_true", dest="printing",
                        help="do no actions, print each event as a line of JSON")
    parser.add_argument("--host", help="instead of the file's")
    parser.add_argument("--port", type=int, help="instead of the file's")
    parser.add_argument("--root", help="instead of the file's")
    arguments = parser.parse_args()

    def log(text):
        print(f"push_gateway: {text}", file=sys.stderr, flush=True)

    try:
        config = {}
        if arguments.config:
            with open(arguments.config, "rb") as file:
                config = tomllib.load(file)
        broker = dict(config.get("broker", {}))
        given = {"host": arguments.host, "port": arguments.port, "root": arguments.root}
        broker.update({name: value for name, value in given.items() if value is not None})
        gateway = Gateway(config, broker.get("root", "doorcall/v1"), arguments.printing, log)
        client = make_client(broker, gateway, log)
    except (BadConfig, OSError, tomllib.TOMLDecodeError, ImportError) as error:
        log(error)
        return 2
    serve(client, broker, log)
    return 0


if __name__ == "__main__":
    sys.exit(main())
