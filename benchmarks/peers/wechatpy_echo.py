"""An echo account on wechatpy and Flask under waitress: it opens each sealed push, says it back, and stores nothing."""

import logging
import sys

from flask import Flask, Response, request
from waitress import serve
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply
from wechatpy.utils import check_signature


def make(token: str, aes_key: str, app_id: str) -> Flask:
    """As wechatpy's own example "encrypted mode" has it."""
    app, crypto = Flask(__name__), WeChatCrypto(token, aes_key, app_id)

    @app.get("/ready")
    def ready() -> str:
        return "ready"

    @app.post("/wechat/callback")
    def callback() -> Response:
        query = request.args
        check_signature(token, query["signature"], query["timestamp"], query["nonce"])
        message = parse_message(
            crypto.decrypt_message(request.data, query["msg_signature"], query["timestamp"], query["nonce"])
        )
        reply = create_reply(message.content, message).render()
        sealed = crypto.encrypt_message(reply, query["nonce"], query["timestamp"])
        return Response(sealed, content_type="text/xml")

    return app


if __name__ == "__main__":
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    serve(make(*sys.argv[2:5]), port=int(sys.argv[1]), threads=int(sys.argv[5]))
