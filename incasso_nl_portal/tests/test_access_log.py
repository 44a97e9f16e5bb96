import logging

from odoo.tests import BaseCase

from ..tools.access_log import without_keys


class TestAccessLog(BaseCase):
    def test_keys_are_taken_out(self):
        for path, shown in (
            ("/incasso/link/AbC-_1", "/incasso/link/***"),
            ("/incasso/K7MP4RXD", "/incasso/***"),
            ("/incasso/k7mp-4rxd?ended=1", "/incasso/***?ended=1"),
            ("/incasso/not-me?code=K7MP4RXD", "/incasso/not-me?code=***"),
        ):
            line = f'"GET {path} HTTP/1.1" 200 -'
            self.assertEqual(without_keys(line), f'"GET {shown} HTTP/1.1" 200 -')

    def test_the_rest_stays(self):
        for path in (
            "/incasso",
            "/incasso?ended=1",
            "/incasso/dossier/12/letter/3",
            "/incasso/dossiers",
            "/incasso/confirm",
            "/incasso/not-me",
            "/incasso/language/nl?path=/incasso/dossier/12",
            "/web/login",
        ):
            self.assertEqual(
                without_keys(f"GET {path} HTTP/1.1"), f"GET {path} HTTP/1.1"
            )

    def test_the_log_of_requests(self):
        logger = logging.getLogger("werkzeug")
        with self.assertLogs(logger) as lines:
            logger.info('- "%s" %s', "GET /incasso/link/AbC HTTP/1.1", 303)
            logger.info("GET /incasso/K7MP4RXD")
        self.assertEqual(
            [line.getMessage() for line in lines.records],
            ['- "GET /incasso/link/*** HTTP/1.1" 303', "GET /incasso/***"],
        )
