"""The network between the devices and the broker, which can be made bad for one device at a time.

Each device has a port of its own. All run in one loop, in a thread of its own.
"""

import asyncio
import socket
import struct
import threading

CHUNK = 65536
NO_LINGER = struct.pack("ii", 1, 0)  # close() sends a reset


class Network:
    """The loop of all proxies."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def close(self):
        self.run(self.cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    @staticmethod
    async def cancel_all():
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Proxy:
    """One device's way to the broker."""

    def __init__(self, network, target):
        self.network = network
        self.target = target  # port
        self.delay = 0.0  # seconds, each way
        self.refusing = False
        self.links = set()  # pairs of writers
        self.open = {}  # "up", "down" -> event
        self.port = network.run(self.listen())

    async def listen(self):
        self.open = {way: asyncio.Event() for way in ("up", "down")}
        for each in self.open.values():
            each.set()
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def serve(self, reader, writer):
        if self.refusing:
            reset(writer)
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            reset(writer)
            return
        for each in (writer, back):
            each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = (writer, back)
        self.links.add(link)
        try:
            await asyncio.gather(self.pump(reader, back, "up"), self.pump(there, writer, "down"))
        except asyncio.CancelledError:
            pass  # the run is over
        finally:
            self.links.discard(link)
            for each in link:
                reset(each)

    async def pump(self, reader, writer, way):
        """Ends the other direction with its own end: MQTT has no half-closed connections."""
        try:
            while data := await reader.read(CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self.open[way].wait()
                writer.write(data)
                await writer.drain()
            await self.open[way].wait()
        except OSError:
            pass
        writer.close()

    # --- what can be done to it, from any thread

    def set_delay(self, seconds):
        self.delay = seconds

    def cut(self, refuse):
        """Resets what is connected; refuses further connections, or no longer."""
        async def do():
            self.refusing = refuse
            for link in list(self.links):
                for each in link:
                    reset(each)
        self.network.run(do())

    def hole(self, ways):
        """Nothing passes any more on these ways, and nobody is told."""
        async def do():
            for way in ways:
                self.open[way].clear()
        self.network.run(do())

    def fill(self):
        """What was held up passes."""
        async def do():
            for each in self.open.values():
                each.set()
        self.network.run(do())


def reset(writer):
    """Closes at once; what was not sent is lost."""
    if not writer.transport.is_closing():
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        writer.transport.abort()
