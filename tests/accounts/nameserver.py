"""A real DNS server on this machine, which answers what a test publishes."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rrset


class NameServer:
    """TXT records by name; everything else does not exist."""

    def __init__(self, port: int = 0) -> None:
        self.records: dict[str, list[str]] = {}
        self.is_silent = False
        self.asked: list[str] = []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, wire = self.request
                answer = outer.answer(data)
                if answer is not None:
                    wire.sendto(answer, self.client_address)

        self._server = socketserver.ThreadingUDPServer(("127.0.0.1", port), Handler)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"

    def answer(self, data: bytes) -> bytes | None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text().rstrip(".").lower()
        self.asked.append(name)
        if self.is_silent:
            return None
        response = dns.message.make_response(query)
        if name in self.records:
            texts = [f'"{text}"' for text in self.records[name]]
            response.answer.append(dns.rrset.from_text(name + ".", 60, "IN", "TXT", *texts))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()

    @contextmanager
    def running(self) -> Iterator["NameServer"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
