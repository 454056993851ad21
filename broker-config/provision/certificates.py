"""The certificate authority of one site: issues, revokes and lists revocations, by openssl.

Its directory has ca.pem, ca.key, and in issued/ every certificate by its serial number. Private
keys are made where they are to lie and never leave that directory but in an enrolment bundle.
"""

import datetime
import os
import re
import shutil
import subprocess
import tempfile
import time

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
UTC = datetime.timezone.utc

CONFIG = """\
[ca]
default_ca = site
[site]
database = {at}/index.txt
new_certs_dir = {at}/issued
crlnumber = {at}/crlnumber
certificate = {at}/ca.pem
private_key = {at}/ca.key
rand_serial = yes
unique_subject = no
default_md = sha256
policy = name_only
email_in_dn = no
copy_extensions = none
string_mask = utf8only
[name_only]
commonName = supplied
[req]
distinguished_name = none_asked
string_mask = utf8only
prompt = no
[none_asked]
[authority]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[device]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[broker]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = ${{ENV::DOORCALL_NAMES}}
"""


class Problem(Exception):
    """What was asked for can't be done; the text says why, and what to do."""


def openssl(*arguments, names="DNS:unused"):
    """Runs it; its complaint is the problem's text."""
    try:
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, "DOORCALL_NAMES": names})
    except FileNotFoundError as error:
        raise Problem("there is no openssl; install it (Debian: apt install openssl)") from error
    if done.returncode != 0:
        raise Problem(f"openssl {arguments[0]} failed:\n{done.stderr.strip()}")
    return done.stdout


def stamp(days):
    """So many days from now, as openssl wants it."""
    then = datetime.datetime.now(UTC) + datetime.timedelta(days=days)
    return then.strftime("%Y%m%d%H%M%SZ")


def days_left(certificate):
    text = openssl("x509", "-in", certificate, "-noout", "-enddate").strip().split("=", 1)[1]
    end = datetime.datetime.strptime(text, "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)
    return (end - datetime.datetime.now(UTC)).total_seconds() / 86400


def serial_of(certificate):
    return openssl("x509", "-in", certificate, "-noout", "-serial").strip().split("=", 1)[1]


class Authority:
    """Issues certificates for account names and for the broker's host names."""

    BACKDATED_DAYS = 1  # for devices whose clock is a little behind

    def __init__(self, directory):
        self.at = directory
        self.certificate = os.path.join(directory, "ca.pem")
        self.config = os.path.join(directory, "openssl.cnf")

    def make(self, name, days):
        """Makes the authority, if it is not there yet."""
        if os.path.exists(self.certificate):
            return
        os.makedirs(os.path.join(self.at, "issued"), exist_ok=True)
        for file, text in (("index.txt", ""), ("crlnumber", "01\n")):
            with open(os.path.join(self.at, file), "w", encoding="ascii") as out:
                out.write(text)
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(CONFIG.format(at=self.at))
        key = os.path.join(self.at, "ca.key")
        request = os.path.join(self.at, "ca.csr")
        openssl("req", "-new", *CURVE, "-keyout", key, "-out", request, "-subj", subject(name),
                "-config", self.config)
        openssl("ca", "-batch", "-notext", "-selfsign", "-config", self.config, "-in", request,
                "-out", self.certificate + ".new", "-extensions", "authority",
                "-startdate", stamp(-self.BACKDATED_DAYS), "-enddate", stamp(days))
        os.remove(request)
        os.replace(self.certificate + ".new", self.certificate)

    def issue(self, directory, name, days, hosts=(), begin=-BACKDATED_DAYS):
        """Puts a new key.pem and cert.pem for `name` into `directory`; hosts: it is a broker's.
        Both are replaced together, when both are there. Returns the serial number."""
        kind = "broker" if hosts else "device"
        names = ",".join(("IP:" if is_address(host) else "DNS:") + host for host in hosts)
        days = min(days, days_left(self.certificate))
        os.makedirs(directory, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory) as fresh:
            key, request, certificate = (os.path.join(fresh, file)
                                         for file in ("key.pem", "csr.pem", "cert.pem"))
            openssl("req", "-new", *CURVE, "-keyout", key, "-out", request,
                    "-subj", subject(name), "-config", self.config)
            openssl("ca", "-batch", "-notext", "-config", self.config, "-in", request,
                    "-out", certificate, "-extensions", kind, "-startdate", stamp(begin),
                    "-enddate", stamp(days), names=names or "DNS:unused")
            os.replace(key, os.path.join(directory, "key.pem"))
            os.replace(certificate, os.path.join(directory, "cert.pem"))
        return serial_of(os.path.join(directory, "cert.pem"))

    def revoke(self, serial):
        """The next list of revocations has it. Revoking twice is no mistake."""
        with open(os.path.join(self.at, "index.txt"), encoding="utf-8") as index:
            if any(line.startswith("R") and serial in line.split("\t") for line in index):
                return
        openssl("ca", "-batch", "-config", self.config, "-revoke",
                os.path.join(self.at, "issued", serial + ".pem"))

    def write_revocations(self, path):
        """The list is valid as long as the authority is: a broker with an outdated list lets
        nobody in. A broker that reads it beside an older one believes the later."""
        if os.path.exists(path):
            seconds = time.time() - os.stat(path).st_mtime
            if 0 <= seconds < 1.1:  # the lists' dates are whole seconds
                time.sleep(1.1 - seconds)
        openssl("ca", "-gencrl", "-config", self.config, "-out", path + ".new", "-crldays",
                str(max(1, int(days_left(self.certificate)))))
        os.replace(path + ".new", path)


def subject(name):
    """For -subj, which takes a backslash before what else would end the name."""
    return "/CN=" + re.sub(r"([\\/+])", r"\\\1", name)


def is_address(host):
    return re.fullmatch(r"[0-9.]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*", host) is not None


def remove(directory):
    shutil.rmtree(directory, ignore_errors=True)
