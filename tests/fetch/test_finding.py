"""The feed behind an address: asked for as politely as everything else."""

import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from monitor.fetch.finding import find_feed
from monitor.settings import FetchSettings

GAP = 0.15
RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Pier Post</title><link>http://127.0.0.1/</link>
<item><guid isPermaLink="false">p1</guid><title>Lamps on the pier</title><description>Twelve.</description></item></channel></rss>"""


def test_a_host_rests_between_the_places_where_its_feed_may_be() -> None:
    asked: list[float] = []

    class Outlet(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(time.monotonic())
            body = (
                RSS if self.path == "/rss" else b'<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head></html>'
            )
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Outlet)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        settings = FetchSettings(host_gap=timedelta(seconds=GAP), allow_networks=("127.0.0.0/8",))
        found = find_feed(settings, f"http://127.0.0.1:{server.server_port}/")
    finally:
        server.shutdown()
        server.server_close()

    assert found.document.title == "Pier Post"
    assert asked[1] - asked[0] >= GAP
