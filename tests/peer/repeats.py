"""What is said until it is answered (transport/PROTOCOL.md, section 8.18)."""

import random

FIRST_S, MOST_S = 1.0, 8.0


class Repeat:
    """One message and who still owes its answer; None: somebody, it is not known who."""

    def __init__(self, now, send, owing, until):
        self.send = send  # says it once more, with the same sequence
        self.owing = owing
        self.until = until
        self.pause = FIRST_S
        self.due = now + self.jitter()
        self.over = False

    def jitter(self):
        return self.pause * random.uniform(0.8, 1.2)

    def answered(self, device):
        """By this device, or by whoever it was."""
        if self.owing is not None:
            self.owing.discard(device)
        if not self.owing:
            self.over = True

    def tick(self, now):
        if not self.over and now >= self.until:
            self.over = True
        if not self.over and now >= self.due:
            self.send()
            self.pause = min(2 * self.pause, MOST_S)
            self.due = now + self.jitter()
