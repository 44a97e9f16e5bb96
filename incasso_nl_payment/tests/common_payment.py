from unittest.mock import patch

from odoo.addons.incasso_nl.tests.common_receipt import ReceiptCommon

from ..models.payment_provider import MOLLIE_URL
from .mollie_peer import API_KEY, MolliePeer


class PaymentCommon(ReceiptCommon):
    """Dossiers that are paid online, with Demo and with the real Mollie adapter, which
    speaks with a server of its own on this machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.incasso_test_payments = True
        cls.peer = MolliePeer().start()
        cls.addClassCleanup(cls.peer.stop)
        cls.env["ir.config_parameter"].set_param(MOLLIE_URL, cls.peer.url)
        cls.mollie = cls._provider("mollie", cls.bank_journal, mollie_api_key=API_KEY)
        cls.mollie_trust = cls._provider(
            "mollie", cls.trust_journal, mollie_api_key=API_KEY
        )
        cls.demo = cls._provider("demo", cls.bank_journal)
        cls.ideal = cls.env.ref("payment.payment_method_ideal")

    def setUp(self):
        super().setUp()
        self.peer.payments.clear()
        self.peer.requests.clear()
        self.peer.faults.clear()
        self.peer.calls_back = False
        # 1,000 x 15% = 150 costs; no interest.
        self.dossier = self._own_dossier(
            self._claim(1000.00, "2026-03-01"), costs_on="2026-04-01"
        )
        self.invoice = self.dossier.claim_ids.move_id

    @classmethod
    def _provider(cls, code, journal, **values):
        """A provider of the company in test mode, that everybody sees."""
        master = cls.env.ref(f"payment.payment_provider_{code}")
        provider = master.copy(
            {
                "name": f"{code} {journal.name}",
                "company_id": cls.company.id,
                "state": "disabled",
            }
        )
        provider.write({"state": "test", "is_published": True, **values})
        provider.journal_id = journal
        return provider

    def _transaction(self, dossier=None, key="all", provider=None, **values):
        """A payment as the page would start it."""
        dossier = dossier or self.dossier
        provider = provider or self.demo
        offer = dossier._payment_offer(key)
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.ideal.id
                if provider.code == "mollie"
                else provider.payment_method_ids[:1].id,
                "reference": self.env["payment.transaction"]._compute_reference(
                    provider.code, incasso_dossier_id=dossier.id
                ),
                "amount": float(offer.amount),
                "currency_id": dossier.currency_id.id,
                "partner_id": dossier.debtor_id.id,
                "operation": "online_redirect",
                **dossier._prepare_transaction(offer),
                **values,
            }
        )
        transaction._get_processing_values()
        return transaction

    def _tell(self, transaction, state):
        """Demo tells what became of a payment."""
        transaction._process(
            "demo", {"reference": transaction.reference, "simulated_state": state}
        )

    def _pay(self, transaction):
        """Demo tells that it is paid, and the job does the rest."""
        self._tell(transaction, "done")
        self._post_process()

    def _post_process(self):
        """The job that processes what was confirmed; it commits after each."""
        with patch.object(self.env.cr, "commit"):
            self.env["payment.transaction"]._cron_post_process()

    def _held(self, dossier=None):
        return (dossier or self.dossier).hold_ids.filtered(
            lambda hold: hold.state == "active"
        )

    def _two_claims(self):
        """An older claim of 300.00 and a younger one of 200.00 of a consumer."""
        return self._own_dossier(
            self._claim(300.00, "2026-03-01", debtor=self.consumer),
            self._claim(200.00, "2026-04-01", debtor=self.consumer),
            debtor=self.consumer,
        )

    def _position(self):
        """On the trust account, owed to creditors and not attributed."""
        # A view: what was read before says nothing of now.
        self.env.invalidate_all()
        position = self.env["incasso.books"]._trust_position(self.company)
        return tuple(map(float, (position.bank, position.owed, position.unattributed)))
