"""The broker that all households share, and what happens to it: kill -9, also with its store lost,
and standing still."""

import threading

from doorcall_broker import Broker
from plan import broker_breaks
from storm_checks import Fault
from storm_streams import now_ms

BACK_MS = 6000  # after it is back the devices come back within the reconnect back-off


class SharedBroker(Broker):
    """A Mosquitto that is left alone while somebody asks for it."""

    def __init__(self, world):
        super().__init__(world)
        self.changed = threading.Condition()
        self.holders = 0
        self.up = True

    def hold(self):
        """Returns when it is up; it stays so until the release."""
        with self.changed:
            self.holders += 1
            self.changed.wait_for(lambda: self.up)

    def release(self):
        with self.changed:
            self.holders -= 1
            self.changed.notify_all()

    def take_down(self, over):
        """Whether it may go down now; waits for that, unless all is over."""
        with self.changed:
            self.changed.wait_for(lambda: over.is_set() or not self.holders)
            self.up = over.is_set()
            return not self.up

    def is_back(self):
        with self.changed:
            self.up = True
            self.changed.notify_all()


class Weather:
    """Breaks the broker again and again, in a thread, as the seed says."""

    def __init__(self, broker, seed, say):
        self.broker = broker
        self.seed = seed
        self.say = say
        self.faults = []
        self.kills = 0
        self.trouble = None
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            for each in broker_breaks(self.seed):
                if self.over.wait(each.at) or not self.broker.take_down(self.over):
                    return
                self.say(f"broker: {each.kind} for {each.lasts:.2f} s")
                fault = Fault("broker", "broker", now_ms(), float("inf"))
                self.faults.append(fault)
                self.break_it(each)
                fault.over = now_ms() + BACK_MS
                self.broker.is_back()
        except Exception as why:  # whatever it is, the run must not go on without weather
            self.trouble = why
            self.broker.is_back()

    def break_it(self, each):
        if each.kind == "stop":
            self.broker.process.stop()
            self.over.wait(each.lasts)
            self.broker.process.cont()
            return
        if each.kind == "kill, store saved":
            self.broker.save()
        self.broker.kill(keep_store=each.kind != "kill, store lost")
        self.kills += 1
        self.over.wait(each.lasts)
        self.broker.restart()

    def close(self):
        self.over.set()
        with self.broker.changed:
            self.broker.changed.notify_all()
        self.thread.join()
