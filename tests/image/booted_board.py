"""A board made of the disk image and QEMU, without hardware virtualisation: its console, its boot
partition as a card reader sees it, and a shell over ssh."""

import io
import json
import os
import shutil
import subprocess
import tarfile
import time

from doorcall_broker import Failed, Skipped, expect, free_port

EMULATOR = "qemu-system-aarch64"
FIRMWARE = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
BOOT_AT = 1 << 20     # where the boot partition begins in the image
BOOT_LIMIT = 420      # seconds; 40 on an idle machine
COMMAND_LIMIT = 120
HOST_SEEN_FROM_BOARD = "10.0.2.2"
ACCOUNT = "panel@apt"


class Board:
    """Off until boot(); cut() is a power cut. Lifetime: close() ends the emulator."""

    def __init__(self, image, overlay, world, directory):
        for program in (EMULATOR, "mcopy", "ssh", "ssh-keygen"):
            if shutil.which(program) is None:
                raise Skipped(f"there is no {program}")
        if not os.path.exists(FIRMWARE):
            raise Skipped(f"there is no {FIRMWARE}")
        self.world = world
        self.overlay = os.path.abspath(overlay)
        self.disk = os.path.join(directory, "disk.img")
        self.console = os.path.join(directory, "console.log")
        self.key = os.path.join(directory, "key")
        self.ssh_port = free_port()
        self.emulator = None
        subprocess.run(["cp", "--sparse=always", image, self.disk], check=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        world.site.run("init", world.site.at, "--host", HOST_SEEN_FROM_BOARD, "--host", "127.0.0.1")
        world.broker.update()

    # --- power

    def boot(self):
        expect(self.emulator is None, "it is off")
        with open(self.console, "wb"):
            pass
        self.emulator = subprocess.Popen(
            [EMULATOR, "-accel", "tcg", "-M", "virt", "-cpu", "cortex-a57", "-m", "512",
             "-nodefaults", "-display", "none", "-no-reboot", "-bios", FIRMWARE,
             "-drive", f"if=none,id=disk,format=raw,file={self.disk}",
             "-device", "virtio-blk-pci,drive=disk",
             "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self.ssh_port}-:22",
             "-device", "virtio-net-pci,netdev=net,romfile=",
             "-serial", "file:" + self.console],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def cut(self):
        if self.emulator is not None:
            self.emulator.kill()
            self.emulator.wait()
            self.emulator = None

    close = cut

    def said(self):
        with open(self.console, encoding="utf-8", errors="replace") as file:
            return file.read()

    def console_tail(self):
        return "--- the board's console\n" + self.said()[-3000:]

    def says(self, *texts, timeout=BOOT_LIMIT):
        """Waits until the console has one of these."""
        end = time.monotonic() + timeout
        while not any(text in self.said() for text in texts):
            expect(self.emulator.poll() is None, "the emulator has ended")
            expect(time.monotonic() < end, f"the console says none of {texts}")
            time.sleep(0.2)  # nobody tells when a file grows

    # --- the boot partition, while it is off

    def mtool(self, *words):
        return subprocess.run([words[0], "-i", f"{self.disk}@@{BOOT_AT}", *words[1:]], check=True,
                              capture_output=True, text=True).stdout

    def put(self, name, data):
        path = self.disk + ".put"
        with open(path, "wb") as file:
            file.write(data)
        self.mtool("mcopy", "-o", path, "::" + name)

    def remove(self, name):
        self.mtool("mdel", "::" + name)

    def boot_files(self):
        return self.mtool("mdir", "-b", "::").split()

    # --- the bundle

    def bundle(self, replace=()):
        """What doorcall-provision makes, for this broker's port, and a key for ssh."""
        self.world.broker.enrol(ACCOUNT, "--kind", "panel")
        out = io.BytesIO()
        with tarfile.open(self.world.site.path("bundles", ACCOUNT + ".tar")) as made, \
                tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for entry in made:
                data = made.extractfile(entry).read()
                if entry.name == "doorcall.toml":
                    text = data.decode().replace("port = 8883", f"port = {self.world.broker.port}")
                    for old, new in replace:
                        expect(old in text, f"doorcall.toml has no {old!r}")
                        text = text.replace(old, new)
                    data = text.encode()
                    entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
            with open(self.key + ".pub", "rb") as file:
                data = file.read()
            entry = tarfile.TarInfo("authorized_keys")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
        return out.getvalue()

    # --- a shell

    def ssh_options(self):
        return ["-i", self.key, "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                "-o", "ConnectTimeout=60", "-p", str(self.ssh_port)]

    def try_run(self, command, timeout=COMMAND_LIMIT):
        return subprocess.run(["ssh", *self.ssh_options(), "root@127.0.0.1", command],
                              capture_output=True, text=True, timeout=timeout, check=False,
                              stdin=subprocess.DEVNULL)

    def run(self, command, timeout=COMMAND_LIMIT):
        done = self.try_run(command, timeout)
        expect(done.returncode == 0, f"{command}: exit {done.returncode}: {done.stdout}"
                                     f"{done.stderr}")
        return done.stdout

    def ask(self, words):
        return json.loads(self.run("doorcall --json " + words))

    def online(self):
        """Waits until its daemon is connected to the broker."""
        end = time.monotonic() + BOOT_LIMIT
        while True:
            done = self.try_run("doorcall --json status")
            if done.returncode == 0 and json.loads(done.stdout)["link"]["state"] == "connected":
                return
            if time.monotonic() > end:
                raise Failed(f"the board is not online: {done.stdout}{done.stderr}")
            time.sleep(1)  # its daemon is not there yet: nobody can tell
