"""An echo account on wechatpy and Flask under waitress: opens each sealed push and says it back.

With a database named as well, each push is in it, committed, before it is answered.
"""

import logging
import sqlite3
import sys
import threading

from flask import Flask, Response, request
from waitress import serve
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply
from wechatpy.utils import check_signature


class Book:
    """One row for each push, on disk when *keep* returns; a connection for each thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._own = threading.local()
        self._opened().execute("CREATE TABLE pushes (key TEXT PRIMARY KEY, body TEXT NOT NULL)")

    def keep(self, key: str, body: str) -> None:
        """A repetition changes nothing."""
        if not hasattr(self._own, "connection"):
            self._own.connection = self._opened()
        self._own.connection.execute("INSERT INTO pushes VALUES (?, ?) ON CONFLICT DO NOTHING", (key, body))

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)  # each statement is committed
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # as guanjia has it
        return connection


def make(token: str, aes_key: str, app_id: str, book: Book | None) -> Flask:
    """As wechatpy's own example "encrypted mode" has it."""
    app, crypto = Flask(__name__), WeChatCrypto(token, aes_key, app_id)

    @app.get("/ready")
    def ready() -> str:
        return "ready"

    @app.post("/wechat/callback")
    def callback() -> Response:
        query = request.args
        check_signature(token, query["signature"], query["timestamp"], query["nonce"])
        opened = crypto.decrypt_message(request.data, query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(opened)
        if book:
            book.keep(str(message.id), opened if isinstance(opened, str) else opened.decode())
        reply = create_reply(message.content, message).render()
        sealed = crypto.encrypt_message(reply, query["nonce"], query["timestamp"])
        return Response(sealed, content_type="text/xml")

    return app


if __name__ == "__main__":
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    port, token, aes_key, app_id, threads, *database = sys.argv[1:]
    kept = Book(database[0]) if database else None
    serve(make(token, aes_key, app_id, kept), port=int(port), threads=int(threads))
