"""What a site's directory holds, and how it is written.

site.json says who the accounts are; the broker's acl and passwords are made from it anew each time.

  site.json             accounts, names of the broker
  ca/                   the authority; its key is needed to provision, and never by the broker
  broker/               all that the broker reads, readable by its user only
  devices/ACCOUNT/      key.pem, cert.pem, password, doorcall.toml
  bundles/ACCOUNT.tar   for the device: what its directory holds, and ca.pem
"""

import base64
import fcntl
import hashlib
import io
import json
import os
import pwd
import re
import secrets
import shutil
import tarfile

from certificates import Problem

NAME = re.compile(r"[A-Za-z0-9_-]+")
HERE = os.path.dirname(os.path.abspath(__file__))
SHIPPED = os.path.dirname(HERE)
SHIPPED_BROKER = "/etc/mosquitto/doorcall/broker"  # where the shipped configurations expect it
BROKER_USER = "mosquitto"
PASSWORD_ROUNDS = 101  # as mosquitto_passwd; the passwords made here are random and long


def split_account(account):
    """Device and user of "device@user"."""
    device, _, user = account.partition("@")
    if not (NAME.fullmatch(device) and NAME.fullmatch(user)) or len(device) > 31 or len(user) > 32:
        raise Problem(f"'{account}' is no account; it is DEVICE@USER, such as kitchen@flat-12, "
                      "of letters, digits, '_' and '-', up to 31 and 32 of them")
    return device, user


def write(path, text):
    """The file is either the old or the new one, whatever happens meanwhile."""
    data = text if isinstance(text, bytes) else text.encode()
    if os.path.exists(path):
        with open(path, "rb") as file:
            if file.read() == data:
                return
    with open(path + ".new", "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def password_line(account, password):
    """As mosquitto_passwd writes it."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, PASSWORD_ROUNDS)
    parts = (str(PASSWORD_ROUNDS), base64.b64encode(salt).decode(),
             base64.b64encode(digest).decode())
    return account + ":$7$" + "$".join(parts)


def rights(root, account, what):
    """The lines of one account, as transport/PROTOCOL.md §2 has them."""
    lines = [f"user {account}"]
    if what["role"] == "gateway":
        lines.append(f"topic read {root}/+/push/+")
    elif what["role"] == "bridge":
        lines += [f"topic readwrite {root}/+/inbox/+", f"topic readwrite {root}/+/presence/+"]
    else:
        device, user = split_account(account)
        lines += [f"topic read {root}/{user}/inbox/+",
                  f"topic write {root}/+/inbox/{account}",
                  f"topic write {root}/{user}/presence/{device}",
                  f"topic read {root}/+/presence/+"]
        if what.get("push"):
            lines.append(f"topic write {root}/+/push/{account}")
    return "\n".join(lines) + "\n"


class Site:
    """One site's directory, held by a lock while it is changed."""

    def __init__(self, directory, create=False):
        self.at = os.path.abspath(directory)
        if not create and not os.path.exists(self.path("site.json")):
            raise Problem(f"{directory} is no site; make it with: doorcall-provision init "
                          f"{directory} --host NAME-OF-THE-BROKER")
        try:
            os.makedirs(self.at, exist_ok=True)
            self.lock = open(self.path(".lock"), "w", encoding="ascii")
        except OSError as error:
            raise Problem(f"cannot write to {self.at}: {error.strerror}; run this as the owner of "
                          "the site, or choose another directory") from error
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Problem(f"another doorcall-provision is at work in {self.at}; "
                          "wait until it is done") from error
        self.data = {"version": 1, "hosts": [], "root": "doorcall/v1", "accounts": {}}
        if os.path.exists(self.path("site.json")):
            self.data = json.loads(read(self.path("site.json")))
        self.accounts = self.data["accounts"]

    def path(self, *parts):
        return os.path.join(self.at, *parts)

    def account(self, name):
        if name not in self.accounts:
            known = ", ".join(sorted(self.accounts)) or "none"
            raise Problem(f"there is no account '{name}'; there is: {known}")
        return self.accounts[name]

    def save(self):
        """Writes what the broker and the next run need."""
        write(self.path("site.json"), json.dumps(self.data, indent=1, sort_keys=True) + "\n")
        active = {name: what for name, what in sorted(self.accounts.items())
                  if not what.get("revoked")}
        write(self.path("broker", "acl"), "# Made by doorcall-provision; changes here are lost.\n\n"
              + "\n".join(rights(self.data["root"], *each) for each in active.items()))
        write(self.path("broker", "passwords"), "".join(
            what["password"] + "\n" for what in active.values() if what.get("password")))
        self.give_to_broker()

    def give_to_broker(self):
        """Run by root, the broker's files belong to the broker's user; else to who runs it."""
        if os.geteuid() != 0:
            return
        try:
            owner = pwd.getpwnam(BROKER_USER)
        except KeyError:
            return  # Mosquitto is not installed here
        os.chmod(self.at, 0o711)  # to be passed through, not read
        for folder, _, files in os.walk(self.path("broker")):
            for name in (folder, *(os.path.join(folder, file) for file in files)):
                os.chown(name, owner.pw_uid, owner.pw_gid, follow_symlinks=False)

    def configure(self, kind, place, port, replace=()):
        """A copy of a shipped configuration, with this site's paths and port."""
        text = read(os.path.join(SHIPPED, f"mosquitto-{kind}.conf"))
        text = text.replace(SHIPPED_BROKER, self.path("broker"))
        if port is not None:
            text, found = re.subn(r"(?m)^listener \d+$", f"listener {port}", text)
            if found != 1:
                raise Problem(f"mosquitto-{kind}.conf has not one listener line")
        for old, new in replace:
            if old not in text:
                raise Problem(f"mosquitto-{kind}.conf has no '{old}'")
            text = text.replace(old, new)
        write(self.path("broker", place), text)

    def keep_in_device(self, account, name, text):
        os.makedirs(self.path("devices", account), exist_ok=True)
        write(self.path("devices", account, name), text)

    def bundle(self, account):
        """One tar with all that the device needs; its files are for the user doorcall only."""
        os.makedirs(self.path("bundles"), exist_ok=True)
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            folder = self.path("devices", account)
            for path in sorted([self.path("ca", "ca.pem"), *(os.path.join(folder, name)
                                                             for name in os.listdir(folder))]):
                entry = tarfile.TarInfo(os.path.basename(path))
                entry.size, entry.mode = os.stat(path).st_size, 0o600
                entry.mtime = int(os.stat(path).st_mtime)
                entry.uname = entry.gname = "doorcall"
                with open(path, "rb") as file:
                    tar.addfile(entry, file)
        write(self.path("bundles", account + ".tar"), out.getvalue())
        return self.path("bundles", account + ".tar")

    def forget(self, account):
        shutil.rmtree(self.path("devices", account), ignore_errors=True)
        if os.path.exists(self.path("bundles", account + ".tar")):
            os.remove(self.path("bundles", account + ".tar"))
