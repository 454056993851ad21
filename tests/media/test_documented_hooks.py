"""The hooks that platform/HOOKS.md shows do what it says."""

import base64
import http.server
import json
import os
import re
import sys
import threading

from doorcall_broker import ROOT, expect_equal
from hook_process import HookProcess

GO2RTC = ("127.0.0.1", 1984)  # the tests' network is their own
PANEL = base64.b64encode(b"v=0 panel").decode()


def shown(world, language, nth):
    """The nth block of code in this language, as a file."""
    with open(os.path.join(ROOT, "platform", "HOOKS.md"), encoding="utf-8") as page:
        blocks = re.findall(rf"```{language}\n(.*?)```", page.read(), re.S)
    path = world.file(f"{language}-{nth}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(blocks[nth])
    return path


class Go2rtc(http.server.BaseHTTPRequestHandler):
    """Answers as go2rtc's api/webrtc does."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        good = self.path == "/api/webrtc?src=door" and asked["type"] == "offer"
        self.send_response(200 if good else 400)
        self.end_headers()
        answer = {"type": "answer", "sdp": asked["sdp"].replace("panel", "door")}
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


def test_the_smallest_hook(world):
    hook = HookProcess(world, "caller", ["sh", shown(world, "sh", 0)])
    hook.line("doorcall-hook 1")
    for line in ("doorcall-hook 1", "prepare -", "start -"):
        hook.say(line)
    hook.line("state connected")
    expect_equal(hook.stop(), 0, "exit code")


def test_the_recipe_for_go2rtc(world):
    command = [sys.executable, shown(world, "python", 1)]
    with http.server.HTTPServer(GO2RTC, Go2rtc) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hook = HookProcess(world, "callee", command)
        hook.say("start -")
        hook.line("state connecting")
        hook.say("remote " + PANEL)
        expect_equal(hook.offer_text(), "v=0 door", "the answer")
        hook.line("state connected")
        expect_equal(hook.stop(), 0, "exit code")
        server.shutdown()
    lonely = HookProcess(world, "callee", command)
    lonely.say("start " + PANEL)
    lonely.line("state failed")
