"""A loopback HTTP server in the place of WeCom, DingTalk and Feishu, which answers what it is told to."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "693a91f6-7b2c-4bc4-97a0-0ec2sifa5a9z"
TOKEN = "b1946ac92492d2347c6235b4d2611184b1946ac92492d234"
PASTED = {
    "wecombot": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",
    "dingtalk": f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
    "feishu": f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}",
}
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok", "code": 0}


class RobotServer:
    """What it was sent, and what it answers: a status, a body, headers, after so many seconds."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.status, self.body, self.headers, self.delay = 200, json.dumps(OK), {}, 0.0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.posts.append((self.path, sent))
                time.sleep(server.delay)
                self.send_response(server.status)
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(server.body.encode())

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def answer(self, status: int = 200, body: dict[str, Any] | str | None = None, **headers: str) -> None:
        """Answer so from now on."""
        self.status, self.headers = status, headers
        self.body = body if isinstance(body, str) else json.dumps(OK if body is None else body)

    @property
    def texts(self) -> list[str]:
        """The texts that it was sent, in whatever form each service has."""
        return [
            sent.get("text", {}).get("content") or sent.get("content", {}).get("text") or sent.get("message")
            for _path, sent in self.posts
        ]

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
