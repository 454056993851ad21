"""Writes a cpio archive of the "newc" kind, as the kernel unpacks it into its first file system.

Owners, modes and device nodes are only written down, so no root is needed.
"""

import os
import stat


class Cpio:
    def __init__(self, file):
        self.file = file
        self.inode = 0
        self.directories = set()

    def add(self, path, mode, data=b"", device=(0, 0)):
        """One entry with the file type in `mode`, owned by root; its directories come first."""
        path = path.strip("/")
        parent = path.rpartition("/")[0]
        if parent and parent not in self.directories:
            self.directory(parent)
        self.inode += 1
        name = path.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0)
        self.write(b"070701" + b"".join(b"%08x" % field for field in fields) + name)
        self.write(data)

    def write(self, data):
        self.file.write(data + b"\0" * (-len(data) % 4))

    def directory(self, path, mode=0o755):
        self.directories.add(path.strip("/"))
        self.add(path, stat.S_IFDIR | mode)

    def data(self, path, data, mode=0o644):
        self.add(path, stat.S_IFREG | mode, data)

    def copy(self, source, path, mode=None):
        with open(source, "rb") as file:
            found = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            self.data(path, file.read(), found if mode is None else mode)

    def link(self, path, target):
        self.add(path, stat.S_IFLNK | 0o777, target.encode())

    def node(self, path, major, minor):
        self.add(path, stat.S_IFCHR | 0o600, device=(major, minor))

    def close(self):
        self.add("TRAILER!!!", 0)
