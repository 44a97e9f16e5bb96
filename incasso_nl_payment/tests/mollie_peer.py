"""A server that speaks Mollie's payments API, on this machine, for tests.

Written after https://docs.mollie.com/reference/payments-api (version 2, as of November
2026): creating and reading payments, refunds and charge-backs, the checkout page that a
debtor sees, the webhook, error answers. It stands on the standard library alone, so
that Odoo's tests and those of the whole product can both start it; nothing in Odoo is
replaced by it.
"""

import json
import re
import secrets
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

HOST = "127.0.0.1"
API_KEY = "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM"
#: What the checkout page offers, as Mollie's test mode does.
OUTCOMES = ("paid", "failed", "canceled", "expired", "open")
_AMOUNT = re.compile(r"\d+\.\d{2}")
_TITLES = {
    401: "Unauthorized Request",
    404: "Not Found",
    422: "Unprocessable Entity",
}
_CHECKOUT = """<!DOCTYPE html>
<html lang="nl"><head><meta charset="utf-8"><title>Mollie (test)</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><h1>{description}</h1><p>{amount}</p><p>{method}</p>
<form method="post">{buttons}</form></body></html>"""


class MolliePeer:
    """The server, its payments, and what goes wrong with it.

    :ivar dict payments: what it knows of each payment, by id; amounts as strings
    :ivar list requests: method, path and body of what the API was asked, oldest first
    :ivar list notified: id and HTTP status of each webhook that was called
    :ivar list faults: what goes wrong with the next requests, first in first out: an
        HTTP status to answer with, ``"silence"`` (no answer for longer than Odoo waits)
        or ``"hang up"``
    :ivar bool calls_back: whether the checkout page calls the webhook; without it the
        test does so with :meth:`notify`
    """

    def __init__(self, silence=12.0):
        self.payments = {}
        self.requests = []
        self.notified = []
        self.faults = []
        self.calls_back = True
        self.silence = silence
        self._lock = threading.Lock()
        self._callers = []
        self._server = ThreadingHTTPServer((HOST, 0), _Handler)
        self._server.peer = self
        self._server.daemon_threads = True
        self.origin = f"http://{HOST}:{self._server.server_port}"
        self.url = f"{self.origin}/v2/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    # === WHAT A TEST DOES === #

    def newest(self):
        """The payment that was made last."""
        return list(self.payments.values())[-1]

    def settle(self, payment_id, status):
        """Let a payment end, as the debtor or the clock would.

        :param str status: of ``OUTCOMES``, or ``pending``
        """
        with self._lock:
            payment = self.payments[payment_id]
            payment["status"] = status
            if status == "paid":
                payment["paidAt"] = _moment()
                payment["amountRefunded"] = {"currency": "EUR", "value": "0.00"}
                payment["amountRemaining"] = dict(payment["amount"])

    def charge_back(self, payment_id, value):
        """The debtor's bank takes back an amount.

        :param str value: euro, such as ``10.00``
        """
        with self._lock:
            self._add_to(self.payments[payment_id], "amountChargedBack", value)

    def refund(self, payment_id, value):
        """The merchant pays back an amount in Mollie's dashboard."""
        with self._lock:
            self._add_to(self.payments[payment_id], "amountRefunded", value)

    def notify(self, payment_id):
        """Call the webhook of a payment, again when it is refused.

        :return: the HTTP status of the last answer; 0 without one
        """
        url = self.payments[payment_id]["webhookUrl"]
        status = 0
        for _attempt in range(3):
            request = Request(url, data=f"id={payment_id}".encode())
            try:
                with urlopen(request, timeout=30) as answer:
                    status = answer.status
            except HTTPError as error:
                status = error.code
            except URLError:
                status = 0
            self.notified.append((payment_id, status))
            if status == 200:
                break
            time.sleep(0.5)
        return status

    def notify_soon(self, payment_id):
        """Call the webhook meanwhile."""
        caller = threading.Thread(target=self.notify, args=[payment_id], daemon=True)
        self._callers.append(caller)
        caller.start()

    def wait(self):
        """Until all webhooks were called."""
        for caller in self._callers:
            caller.join(60)
        self._callers.clear()

    # === THE API === #

    def _add_to(self, payment, name, value):
        before = Decimal(payment.get(name, {}).get("value", "0.00"))
        payment[name] = {"currency": "EUR", "value": str(before + Decimal(value))}

    def _create(self, body):
        """:return: HTTP status and answer to a new payment"""
        amount = body.get("amount") or {}
        if not _AMOUNT.fullmatch(str(amount.get("value", ""))):
            return _error(422, "The amount is not valid", "amount")
        if amount.get("currency") != "EUR":
            return _error(422, "The currency is not supported", "amount")
        for name in ("description", "redirectUrl"):
            if not body.get(name):
                return _error(422, f"The {name} is missing", name)
        methods = body.get("method") or []
        if [] == [m for m in methods if m in ("ideal", "creditcard", "banktransfer")]:
            return _error(422, "The payment method is not enabled", "method")
        payment_id = f"tr_{secrets.token_hex(5)}"
        payment = {
            "resource": "payment",
            "id": payment_id,
            "mode": "test",
            "createdAt": _moment(),
            "amount": {"currency": "EUR", "value": amount["value"]},
            "description": body["description"],
            "method": methods[0],
            "metadata": body.get("metadata"),
            "status": "open",
            "isCancelable": False,
            "expiresAt": _moment(timedelta(minutes=15)),
            "profileId": "pfl_QkEhN94Ba",
            "sequenceType": "oneoff",
            "redirectUrl": body["redirectUrl"],
            "webhookUrl": body.get("webhookUrl"),
            "locale": body.get("locale"),
            "_links": {
                "self": _link(f"{self.url}payments/{payment_id}"),
                "checkout": _link(f"{self.origin}/checkout/{payment_id}", "text/html"),
            },
        }
        with self._lock:
            self.payments[payment_id] = payment
        return 201, payment

    def _refund(self, payment, body):
        value = str((body.get("amount") or {}).get("value", ""))
        if payment["status"] != "paid" or not _AMOUNT.fullmatch(value):
            return _error(422, "The payment cannot be refunded", "amount")
        back = Decimal(payment["amountRefunded"]["value"]) + Decimal(value)
        if back > Decimal(payment["amount"]["value"]):
            return _error(422, "The amount is higher than the maximum", "amount")
        self.refund(payment["id"], value)
        return 201, {
            "resource": "refund",
            "id": f"re_{secrets.token_hex(5)}",
            "amount": {"currency": "EUR", "value": value},
            "status": "refunded",
            "createdAt": _moment(),
            "paymentId": payment["id"],
        }

    def _api(self, method, path, body):
        """:return: HTTP status and answer of the API"""
        parts = path.removeprefix("/v2/").strip("/").split("/")
        if parts == ["payments"] and method == "POST":
            return self._create(body)
        payment = self.payments.get(parts[1]) if len(parts) > 1 else None
        if parts[0] != "payments" or not payment:
            return _error(404, f"No payment exists with token {parts[-1]}.")
        if method == "GET" and len(parts) == 2:
            return 200, payment
        if method == "POST" and parts[2:] == ["refunds"]:
            return self._refund(payment, body)
        return _error(405, "The method is not allowed here")


class _Handler(BaseHTTPRequestHandler):
    """Answers one request, with what the peer knows."""

    protocol_version = "HTTP/1.1"

    @property
    def peer(self):
        return self.server.peer

    def log_message(self, *_args):
        """Quiet."""

    def do_GET(self):
        path = urlsplit(self.path).path
        if path.startswith("/checkout/"):
            return self._checkout(self.peer.payments.get(path.split("/")[2]))
        return self._answer_api(path, {})

    def do_POST(self):
        path = urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path.startswith("/checkout/"):
            chosen = parse_qs(body.decode())["outcome"][0]
            return self._choose(self.peer.payments[path.split("/")[2]], chosen)
        return self._answer_api(path, json.loads(body or b"{}"))

    def _answer_api(self, path, body):
        self.peer.requests.append((self.command, path, body))
        fault = self.peer.faults.pop(0) if self.peer.faults else None
        if fault == "hang up":
            self.close_connection = True
            return self.connection.close()
        if fault == "silence":
            time.sleep(self.peer.silence)
            self.close_connection = True
            return None
        if fault:
            return self._answer(*_error(fault, "Something went wrong"))
        if self.headers.get("Authorization") != f"Bearer {API_KEY}":
            detail = "Missing authentication, or failed to authenticate"
            return self._answer(*_error(401, detail))
        return self._answer(*self.peer._api(self.command, path, body))

    def _checkout(self, payment):
        if not payment:
            return self._answer(*_error(404, "No such payment"))
        buttons = "".join(
            f'<button name="outcome" value="{name}">{name}</button> '
            for name in OUTCOMES
        )
        page = _CHECKOUT.format(
            description=escape(payment["description"]),
            amount=f"EUR {payment['amount']['value']}",
            method=payment["method"],
            buttons=buttons,
        )
        return self._send(200, page.encode(), "text/html; charset=utf-8")

    def _choose(self, payment, outcome):
        self.peer.settle(payment["id"], outcome)
        if self.peer.calls_back:
            # At the same time as the debtor comes back.
            self.peer.notify_soon(payment["id"])
        self.send_response(303)
        self.send_header("Location", payment["redirectUrl"])
        self.send_header("Content-Length", "0")
        return self.end_headers()

    def _answer(self, status, answer):
        kind = "application/hal+json"
        return self._send(status, json.dumps(answer).encode(), kind)

    def _send(self, status, content, kind):
        # Whoever asked may not be waiting any more.
        with suppress(ConnectionError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)


def _moment(later=timedelta()):
    """Now, as Mollie writes it."""
    return (datetime.now(UTC) + later).isoformat(timespec="seconds")


def _link(href, kind="application/hal+json"):
    return {"href": href, "type": kind}


def _error(status, detail, field=None):
    titles = {
        401: "Unauthorized Request",
        404: "Not Found",
        422: "Unprocessable Entity",
    }
    answer = {
        "status": status,
        "title": titles.get(status, "Error"),
        "detail": detail,
        "_links": {
            "documentation": _link("https://docs.mollie.com/errors", "text/html")
        },
    }
    return status, answer | ({"field": field} if field else {})
