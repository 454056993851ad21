"""Five daemons of three users on a broker that they share with other households, and what is done
to them in one round: a plan is carried out, everybody comes to rest, and the streams are kept."""

import os
import time

from doorcall_testlib import Control, Daemon, Failed, MqttClient
from plan import WINDOW_S, accounts_of
from proxy import Proxy
from rest import Rest
from storm_checks import Fault
from storm_streams import Life, now_ms

RING_S = 6.0
TIMES = (('ring_time = "20s"', f'ring_time = "{RING_S:.0f}s"'),
         ('receipt_time = "10s"', 'receipt_time = "4s"'),
         ('confirm_time = "3s"', 'confirm_time = "2s"\nbusy_settle = "1s"'),
         ('lost = "6s"', 'lost = "5s"'))
LOG_LINES = 40
NOTICED_MS = 7000  # a killed peer is known to be gone: will delay or lost time, and some
DOOR_MS = 21000  # the door is asked for 10 s, its nonce is good for as long, and some
MEDIA = """
[media]
command = ["/bin/sh", "{hook}"]
"""
DOOR = """
[door]
command = ["/bin/sh", "{relay}"]
allow = ["flat"]
"""
HOOK = """echo 'doorcall-hook 1'
while read -r word rest; do
  case $word in start) echo 'state connected' ;; stop) exit 0 ;; esac
done
"""
RELAY = """echo 'doorcall-relay 1'
while read -r word rest; do
  case $word in pulse) echo "$rest" >>"$1"; echo on; echo off ;; esac
done
"""


class Household:
    """What stays from round to round. To a Daemon it is a world."""

    def __init__(self, site, number):
        self.name = f"h{number}"
        self.accounts = accounts_of(number)
        self.binaries = site.binaries
        self.cli_program = os.path.join(site.binaries, "doorcall")
        self.broker = site.broker
        self.directory = os.path.join(site.directory, self.name)
        os.mkdir(self.directory)
        self.pulses = os.path.join(self.directory, "pulses")
        self.opens = []  # (when, account): who has pressed the button that opens the door
        self.links = site.links
        self.proxies = {account: Proxy(site.network, site.broker.port) for account in self.accounts}
        extra = self.write_programs()
        self.daemons, self.lives = {}, {}
        for place, account in enumerate(self.accounts):
            device, user = account.split("@")
            port = self.proxies[account].port
            places = ((f"port = {site.broker.port}",
                       f'port = {port}\nroot = "nemesis/{self.name}"'),)
            self.link = self.links[(place + number) % len(self.links)]
            self.daemons[account] = Daemon(self, user, device, extra[user], TIMES + places)
        for account, daemon in self.daemons.items():
            daemon.online()
            self.lives[account] = Life(daemon, 0)

    def write_programs(self):
        """The media hook, and the door's relay, which counts its pulses; the settings for them."""
        paths = {}
        for name, text in (("hook", HOOK), ("relay", RELAY)):
            paths[name] = os.path.join(self.directory, name + ".sh")
            with open(paths[name], "w", encoding="utf-8") as file:
                file.write(text)
        door = DOOR.format(relay=f'{paths["relay"]}", "{self.pulses}')
        media = MEDIA.format(hook=paths["hook"])
        return {"door": door + media, "flat": media, "guard": ""}

    # --- what a Daemon asks of its world

    def program_of(self, _user):
        return os.path.join(self.binaries, "doorcalld-" + self.link)

    @staticmethod
    def tls(_account):
        return ""

    @staticmethod
    def prefix(_user):
        return []

    # ---

    def start(self, account):
        daemon = self.daemons[account]
        self.link = daemon.process.child.args[0].rpartition("-")[2]
        daemon.start()
        life = Life(daemon, int(self.lives[account].path.split(".")[-2]) + 1)
        self.lives[account] = life
        return life

    def forget_twins(self, accounts):
        """A device that has met a twin keeps out of its way for ten minutes, unless it restarts."""
        for account in accounts:
            self.daemons[account].kill()
            self.lives[account].close(now_ms())
            self.start(account)
        Rest(self).wait_for_links()

    def pulse_count(self):
        if not os.path.exists(self.pulses):
            return 0
        with open(self.pulses, encoding="ascii") as file:
            return len(file.readlines())

    def renew(self):
        """Everybody restarts: what has gone wrong must not spoil the next round."""
        for account in self.accounts:
            self.proxies[account].cut(False)
            self.proxies[account].fill()
            self.proxies[account].set_delay(0)
            self.daemons[account].process.cont()
            self.daemons[account].kill()
            self.lives[account].close(now_ms())
        for account in self.accounts:
            self.start(account)
        Rest(self).wait_for_links()

    def close(self):
        for each in self.daemons.values():
            each.kill()
        for each in self.lives.values():
            each.close(now_ms())


class Round:
    """One plan, carried out."""

    def __init__(self, household, plan, broker_faults):
        self.household = household
        self.plan = plan
        self.broker_faults = broker_faults  # of the whole run, so far
        self.began = now_ms()
        self.pulses = household.pulse_count()
        self.faults = []
        self.stops = []  # (account, since, until) of stopped processes
        self.dead = set()
        self.asking = []  # connections whose answers nobody reads
        self.twins = {}
        self.logged = {account: os.path.getsize(each.log)
                       for account, each in household.daemons.items()}
        self.lives = list(household.lives.values())
        for each in self.lives:
            each.mark()

    def run(self):
        todo = [(deed.at, lambda deed=deed: self.do(deed)) for deed in self.plan.deeds]
        for each in self.plan.breaks:
            todo += [(each.at, lambda one=each: self.broken(one)),
                     (each.at + each.lasts, lambda one=each: self.mended(one))]
        todo.append((WINDOW_S, lambda: None))
        began = time.monotonic()
        for at, action in sorted(todo, key=lambda each: each[0]):
            time.sleep(max(0, began + at - time.monotonic()))  # the plan's time
            action()
        rest = Rest(self.household)
        rest.wait_for_links()
        self.close_faults()
        rest.settle()
        rest.end()
        self.close()

    def do(self, deed):
        if deed.account in self.dead:
            return
        control = Control(self.household.daemons[deed.account].socket_path)
        control.send(*deed.request())
        self.asking.append(control)
        if deed.word == "open":
            self.household.opens.append((now_ms(), deed.account))

    # --- what is broken and mended

    def broken(self, each):
        account, proxy = each.account, self.household.proxies[each.account]
        each.fault = Fault("daemon" if each.kind == "kill" else each.kind, account, now_ms(),
                           float("inf"))
        self.faults.append(each.fault)
        if each.kind == "kill":
            self.household.daemons[account].kill()
            self.dead.add(account)
            self.household.lives[account].close(died=now_ms())
        elif each.kind == "stop":
            self.household.daemons[account].process.stop()
        elif each.kind == "delay":
            proxy.set_delay(each.latency)
        elif each.kind == "reset":
            proxy.cut(True)
        elif each.kind == "twin":
            self.take_over(account)
        else:
            proxy.hole({"hole": ("up", "down")}.get(each.kind, each.kind.split()[1:]))

    def take_over(self, account):
        try:
            self.twins[account] = MqttClient(self.household.broker.port, account)
        except (OSError, Failed):
            pass  # the broker is away just now

    def mended(self, each):
        account, proxy = each.account, self.household.proxies[each.account]
        if each.kind == "kill":
            self.lives.append(self.household.start(account))
            self.dead.discard(account)
        elif each.kind == "stop":
            self.household.daemons[account].process.cont()
            self.stops.append((account, each.fault.began, now_ms()))
        elif each.kind == "delay":
            proxy.set_delay(0)
        elif each.kind == "twin":
            if account in self.twins:
                self.twins.pop(account).close()
        else:
            if each.kind == "reset" or each.lossy:
                proxy.cut(False)
            proxy.fill()
        each.fault.mended = now_ms()

    def close_faults(self):
        """Everybody is connected: from now on nothing is lost any more."""
        for each in self.faults:
            each.over = max(each.mended, each.began + NOTICED_MS) if each.kind == "daemon" else \
                now_ms() + 2000

    def asked_to_open(self):
        """Who has pressed the button that opens the door, in this round or just before it."""
        return [account for at, account in self.household.opens if at >= self.began - DOOR_MS]

    def all_faults(self):
        """Those of the broker, too, which may be away again."""
        return self.faults + [each for each in self.broker_faults if each.over > self.began]

    def close(self):
        for control in self.asking:
            control.close()
        self.asking = []
        for twin in self.twins.values():
            twin.close()
        self.twins = {}

    def text(self):
        faults = [f"  {each.began:.0f} to {each.over:.0f}: {each.kind} {each.account}"
                  for each in self.all_faults()]
        return "\n".join([self.plan.text(), *faults, *(life.text() for life in self.lives),
                          *map(self.log_of, self.household.accounts)])

    def log_of(self, account):
        """What the daemon logged in this round, at most its end."""
        with open(self.household.daemons[account].log, "rb") as file:
            file.seek(self.logged[account])
            lines = file.read().decode(errors="replace").splitlines()
        return "\n".join([f"log of {account}"] + ["  " + line for line in lines[-LOG_LINES:]])
