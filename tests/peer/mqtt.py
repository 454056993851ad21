"""A peer's connection to the broker (transport/PROTOCOL.md, sections 2 and 3), on Paho."""

import contextlib
import socket
import ssl

from paho.mqtt import client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

SESSION_S, KEEP_ALIVE_S, WILL_DELAY_S, PRESENCE_S = 3600, 60, 10, 3900


def make_client(account, version5):
    protocol = paho.MQTTv5 if version5 else paho.MQTTv311
    options = {} if version5 else {"clean_session": False}
    if hasattr(paho, "CallbackAPIVersion"):  # Paho 2
        options["callback_api_version"] = paho.CallbackAPIVersion.VERSION1
    return paho.Client(client_id=account, protocol=protocol, **options)


class Connection:
    """Calls `ready` when both subscriptions are granted, and `received(topic, payload, retained,
    expiry left)` for each message, in Paho's thread."""

    def __init__(self, account, port, root, will, ready, received, version5=True, tls=None):
        self.account, self.root, self.version5 = account, root, version5
        self.user = account.split("@")[1]
        self.ready, self.received = ready, received
        self.client = make_client(account, version5)
        self.client.username_pw_set(account)
        if tls is not None:  # (the authority's certificates, directory of the account's own)
            authority, at = tls
            self.client.tls_set(authority, at + "/cert.pem", at + "/key.pem",
                                tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self.client.will_set(self.presence_topic(), will, qos=1, retain=True,
                             properties=self.properties(PacketTypes.WILLMESSAGE,
                                                        WillDelayInterval=WILL_DELAY_S))
        self.client.on_connect = self.connected
        self.client.on_message = self.message
        options = {"clean_start": False} if version5 else {}
        self.client.connect("127.0.0.1", port, KEEP_ALIVE_S, properties=self.properties(
            PacketTypes.CONNECT, SessionExpiryInterval=SESSION_S), **options)
        self.client.loop_start()

    def properties(self, packet, **values):
        if not self.version5:
            return None
        found = Properties(packet)
        for name, value in values.items():
            setattr(found, name, value)
        return found

    def presence_topic(self):
        device, user = self.account.split("@")
        return f"{self.root}/{user}/presence/{device}"

    def connected(self, client, _data, _flags, _code, *_properties):
        topics = (f"{self.root}/+/presence/+", f"{self.root}/{self.user}/inbox/+")
        left = set()
        client.on_subscribe = lambda _c, _d, number, *_: (left.discard(number),
                                                          left or self.ready())
        for topic, handling in zip(topics, (0, 2)):
            if self.version5:
                options = {"options": SubscribeOptions(qos=1, retainHandling=handling)}
            else:
                options = {"qos": 1}
            left.add(client.subscribe(topic, **options)[1])

    def message(self, _client, _data, message):
        expiry = getattr(message.properties, "MessageExpiryInterval", None) \
            if self.version5 else None
        self.received(message.topic, message.payload, bool(message.retain), expiry)

    def publish(self, topic, payload, expiry, retain=False):
        return self.client.publish(topic, payload, qos=1, retain=retain, properties=self.properties(
            PacketTypes.PUBLISH, MessageExpiryInterval=expiry))

    def close(self, last=None):
        """With a goodbye to be said, a clean end; else the connection just drops."""
        if last is not None:
            self.publish(self.presence_topic(), last, PRESENCE_S, True).wait_for_publish(10)
            self.client.disconnect()
        else:
            self.client._thread_terminate = True  # there is no other way to vanish for good
            connection = self.client.socket()
            if connection is not None:
                with contextlib.suppress(OSError):  # its thread may have closed it
                    connection.shutdown(socket.SHUT_RDWR)
        self.client.loop_stop()
