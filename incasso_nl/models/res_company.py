from datetime import datetime, time

from dateutil.relativedelta import relativedelta
from pytz import timezone, utc

from odoo import Command, api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # What the debtor sees of the company
    incasso_registration_number = fields.Char(
        string="Wki Registration Number",
        help="Number in the register of debt collectors (Justis). Compulsory in the "
        "letters of whoever collects for others; empty for a company that collects "
        "its own invoices only.",
    )
    incasso_complaints_email = fields.Char(string="E-mail for Complaints")
    incasso_dispute_email = fields.Char(
        string="E-mail for Disputes",
        help="Who is asked when a debtor does not agree with an invoice of the company "
        "itself. Empty: the salesperson of the invoice.",
    )
    incasso_complaints_text = fields.Html(
        string="Complaints Procedure",
        help="How a debtor complains and which body decides a dispute; printed in the "
        "letters.",
        translate=True,
    )
    incasso_phone_hours = fields.Char(
        string="Reachable by Phone",
        help="When debtors can call, for example: weekdays from 9:00 to 17:00.",
        translate=True,
    )
    incasso_letter_window = fields.Selection(
        string="Window of the Envelopes",
        selection=[("left", "On the left"), ("right", "On the right")],
        required=True,
        default="left",
    )
    incasso_complaints_user_id = fields.Many2one(
        string="Complaints Officer",
        help="Handles complaints, unless it is about this person.",
        comodel_name="res.users",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
    )
    incasso_complaint_days = fields.Integer(
        string="Answer Complaints Within",
        help="Days, from the day on which a complaint comes in.",
        required=True,
        default=42,
    )
    incasso_file_size = fields.Integer(
        string="Largest File",
        help="Of one file from outside, in megabytes.",
        required=True,
        default=10,
    )
    incasso_file_count = fields.Integer(
        string="Files at a Time",
        help="How many files a debtor can send at a time.",
        required=True,
        default=5,
    )

    # Handing over and money
    incasso_propose_days = fields.Integer(
        string="Propose Hand-Over After",
        help="Invoices overdue by this many days are proposed for collection every "
        "day; 0: never.",
    )
    incasso_tolerance = fields.Monetary(
        string="Tolerance",
        help="A dossier paid short by no more than this is closed as paid, and the "
        "difference written off.",
        default=0.05,
    )
    incasso_match_confidence = fields.Integer(
        string="Book by Itself From",
        help="A bank line that is recognised at least this surely, in percent, is "
        "booked without asking.",
        default=90,
    )
    incasso_bank_id = fields.Many2one(
        string="Bank Account in Letters",
        help="Where debtors pay the company's own invoices.",
        comodel_name="res.partner.bank",
        check_company=True,
    )
    incasso_journal_id = fields.Many2one(
        string="Journal for Costs and Interest",
        comodel_name="account.journal",
        domain="[('type', '=', 'general')]",
        check_company=True,
    )
    incasso_costs_account_id = fields.Many2one(
        string="Income from Collection Costs",
        help="Collection costs are damages: outside VAT.",
        comodel_name="account.account",
        check_company=True,
    )
    incasso_interest_account_id = fields.Many2one(
        string="Income from Interest",
        help="Interest for late payment is damages: outside VAT.",
        comodel_name="account.account",
        check_company=True,
    )
    incasso_writeoff_account_id = fields.Many2one(
        string="Write-Offs",
        help="Small differences and what turns out to be irrecoverable.",
        comodel_name="account.account",
        check_company=True,
    )
    incasso_trust_journal_id = fields.Many2one(
        string="Trust Journal",
        help="The bank account that holds other people's money (derdengelden).",
        comodel_name="account.journal",
        domain="[('type', '=', 'bank')]",
        check_company=True,
    )
    incasso_trust_suspense_account_id = fields.Many2one(
        string="Not Yet Attributed",
        help="The liability for trust money of which it is not yet known whose it is.",
        comodel_name="account.account",
        check_company=True,
    )
    incasso_trust_account_id = fields.Many2one(
        string="Owed to Creditors",
        help="The liability towards the creditors for what is on the trust account.",
        comodel_name="account.account",
        check_company=True,
    )

    # Points on which the law leaves a choice; the debtor-friendly one is the default
    incasso_day_basis = fields.Selection(
        string="Days in a Year",
        help="No rule says whether a leap year has 365 or 366 days for statutory "
        "interest.",
        selection=[("365", "Always 365"), ("actual", "As on the calendar")],
        required=True,
        default="365",
    )
    incasso_rounding = fields.Selection(
        string="Rounding of Interest",
        selection=[
            ("segment", "Each period by itself"),
            ("end", "Once, at the end"),
        ],
        required=True,
        default="segment",
    )
    incasso_notice_atw = fields.Boolean(
        string="Extend to a Working Day",
        help="A term of the notice of costs that ends on a Saturday, Sunday or "
        "holiday runs on to the next working day (Algemene termijnenwet). Whether "
        "this applies is not settled; it is the debtor-friendly reading.",
        default=True,
    )
    incasso_notice_safe_distance = fields.Boolean(
        string="Keep a Safe Distance",
        help="No costs until three weeks after the notice of costs was sent, whatever "
        "its delivery: the distance that HR 25 November 2016, ECLI:NL:HR:2016:2704 "
        "calls safe.",
        default=True,
    )
    incasso_notice_principal_first = fields.Boolean(
        string="Principal First in the Notice Term",
        help="What a consumer pays while the term of a notice of costs runs pays the "
        "principal before the interest, and so lowers the costs. By art. 6:44 BW it "
        "would pay the interest first; this is the debtor-friendly choice.",
        default=True,
    )
    incasso_bank_days = fields.Integer(
        string="Banking Days",
        help="Working days that a payment may be on its way after a term has ended, "
        "before the next step is taken.",
        default=2,
    )

    incasso_instalment_later = fields.Selection(
        string="Instalments After Six Months",
        help="Recurring instalments of a consumer (par. 9 Bki): whether the first one "
        "after six months costs the lower amount again, as long as costs were charged "
        "in the six months before it, or begins a new period.",
        selection=[
            ("next", "The lower amount (lowest for the debtor)"),
            ("first", "A new period of six months"),
        ],
        required=True,
        default="next",
    )
    incasso_instalment_one_letter = fields.Selection(
        string="One Notice for Several Instalments",
        help="Recurring instalments of a consumer (par. 9 Bki): what one notice for "
        "several of them may announce.",
        selection=[
            ("lowest", "The lower of both (lowest for the debtor)"),
            ("highest", "The highest amount that one of them would cost"),
            ("sum", "The scale over their sum (art. 6:96 lid 7 BW)"),
        ],
        required=True,
        default="lowest",
    )

    # When a debtor is being helped, or a letter reaches the wrong person
    incasso_help_days = fields.Integer(
        string="Stop While We Look",
        help="Days that all dossiers of a person stand still, at the most, when "
        "somebody says that the person is being helped, moved or died. Whoever "
        "decides ends it earlier.",
        default=28,
        required=True,
    )
    incasso_breathing_days = fields.Integer(
        string="Breathing Space",
        help="Days that all dossiers of a person stand still who wants help and has "
        "none yet. Given at once, once a year.",
        default=30,
        required=True,
    )
    incasso_unproven_days = fields.Integer(
        string="Stop on an Unproven Report",
        help="Days that one dossier stands still, at the most, when somebody without "
        "access to it says that its letter is not for them.",
        default=7,
        required=True,
    )

    incasso_privacy_user_id = fields.Many2one(
        string="Privacy Officer",
        help="Is told of each privacy incident, with the day before which it has to be "
        "reported. A manager of collections: others do not see the register.",
        comodel_name="res.users",
        domain="[('share', '=', False)]",
        check_company=True,
    )

    _incasso_tolerance_not_negative = models.Constraint(
        "CHECK (incasso_tolerance >= 0)", "The tolerance cannot be negative."
    )
    _incasso_complaint_days_range = models.Constraint(
        "CHECK (incasso_complaint_days BETWEEN 1 AND 91)",
        "A complaint is answered within 1 to 91 days.",
    )
    _incasso_files_limited = models.Constraint(
        "CHECK (incasso_file_size BETWEEN 1 AND 25"
        " AND incasso_file_count BETWEEN 1 AND 20)",
        "Files are 1 to 25 MB each, and 1 to 20 at a time.",
    )
    _incasso_days_not_negative = models.Constraint(
        "CHECK (incasso_propose_days >= 0 AND incasso_bank_days >= 0)",
        "A number of days cannot be negative.",
    )
    _incasso_help_days_positive = models.Constraint(
        "CHECK (incasso_help_days > 0 AND incasso_breathing_days > 0"
        " AND incasso_unproven_days > 0)",
        "What a person asks for stops the dossiers for a day at least.",
    )
    _incasso_match_confidence_range = models.Constraint(
        "CHECK (incasso_match_confidence BETWEEN 1 AND 100)",
        "The confidence is a percentage from 1 to 100.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._incasso_fill_holidays()
        return companies

    # === BUSINESS METHODS - ACCOUNTING === #

    def _incasso_setup_accounting(self):
        """Give these companies the accounts and journals that collecting needs.

        What a company has already is left alone, so this may be called again at any
        time. A branch takes those of its parent. Companies without a chart of
        accounts are skipped: loading the chart calls this again.
        """
        for company in self.filtered("root_id.chart_template").sorted("parent_path"):
            if company.parent_id:
                parent = company.parent_id
                company.write(
                    {
                        name: parent[name]
                        for name in self._incasso_accounting_fields()
                        if not company[name] and parent[name]
                    }
                )
            else:
                company._incasso_create_accounts()
                company._incasso_create_journals()

    def _incasso_accounting_fields(self):
        """Names of the fields that ``_incasso_setup_accounting`` fills."""
        return [
            *self._incasso_accounts_data(),
            *self._incasso_journals_data(),
        ]

    def _incasso_accounts_data(self):
        """Accounts by company field.

        ``code``: where to look for a free one. ``like``: code, in the Dutch chart, of
        an account whose place in the reports the new one shares. ``use``: an account
        of the Dutch chart that serves as it is.
        """
        return {
            "incasso_costs_account_id": {
                "name": self.env._("Collection costs received"),
                "code": "8091",
                "like": "8090",
                "account_type": "income_other",
            },
            "incasso_interest_account_id": {
                "name": self.env._("Interest received for late payment"),
                "code": "8092",
                "like": "8090",
                "account_type": "income_other",
            },
            "incasso_writeoff_account_id": {
                "name": self.env._("Irrecoverable debts"),
                "code": "4551",
                "use": "4550",
                "account_type": "expense",
            },
            # Payable, so that a remittance can be an ordinary payment.
            "incasso_trust_account_id": {
                "name": self.env._("Trust money owed to creditors"),
                "code": "1495",
                "like": "1490",
                "account_type": "liability_payable",
                "reconcile": True,
                "non_trade": True,
            },
            "incasso_trust_suspense_account_id": {
                "name": self.env._("Trust money not yet attributed"),
                "code": "1496",
                "like": "1490",
                "account_type": "liability_current",
            },
        }

    def _incasso_journals_data(self):
        """Journals by company field."""
        return {
            "incasso_journal_id": {
                "name": self.env._("Collections"),
                "code": "INCAS",
                "type": "general",
                "show_on_dashboard": False,
            },
            "incasso_trust_journal_id": {
                "name": self.env._("Trust account"),
                "code": "TRUST",
                "type": "bank",
            },
        }

    def _incasso_create_accounts(self):
        self.ensure_one()
        accounts = self.env["account.account"].with_company(self)
        chart = self.env["account.chart.template"].with_company(self)
        digits = max(
            (
                len(code)
                for code in accounts.search(
                    accounts._check_company_domain(self), limit=20
                ).mapped("code")
                if code
            ),
            default=6,
        )
        source = self.with_context(lang="en_US")
        for field_name, data in source._incasso_accounts_data().items():
            if self[field_name]:
                continue
            values = dict(data)
            like = chart.ref(values.pop("like", "?"), raise_if_not_found=False)
            use = chart.ref(values.pop("use", "?"), raise_if_not_found=False)
            if not use:
                start = values.pop("code").ljust(digits, "0")
                values["code"] = accounts._search_new_account_code(start, cache=set())
                values["company_ids"] = [Command.link(self.id)]
                if like:
                    values["tag_ids"] = [Command.set(like.tag_ids.ids)]
            self[field_name] = use or self._incasso_load(
                "account.account", field_name, values
            )

    def _incasso_create_journals(self):
        self.ensure_one()
        source = self.with_context(lang="en_US")
        for field_name, data in source._incasso_journals_data().items():
            if not self[field_name]:
                self[field_name] = self._incasso_load(
                    "account.journal", field_name, {**data, "company_id": self.id}
                )
        # What comes in on the trust account is other people's money from the start.
        self.incasso_trust_journal_id.suspense_account_id = (
            self.incasso_trust_suspense_account_id
        )

    def _incasso_load(self, model, name, values):
        """The record that was made for the field ``name`` before, or a new one.

        It has the chart's kind of external id, and like what the chart makes a name in
        every installed language.
        """
        self.ensure_one()
        xml_id = f"account.{self.id}_{name.removesuffix('_id')}"
        record = self.env.ref(xml_id, raise_if_not_found=False)
        if record:
            return record
        record = (
            self.env[model]
            .with_company(self)
            .with_context(lang="en_US")
            ._load_records([{"xml_id": xml_id, "values": values, "noupdate": True}])
        )
        for lang, _label in self.env["res.lang"].get_installed():
            company = self.with_context(lang=lang)
            data = {
                **company._incasso_accounts_data(),
                **company._incasso_journals_data(),
            }[name]
            record.with_context(lang=lang).name = data["name"]
            if data.get("type") == "bank":
                account = record.default_account_id
                account.with_context(lang=lang).name = data["name"]
        return record.with_env(self.env)

    # === BUSINESS METHODS - WORKING DAYS === #

    def _incasso_fill_holidays(self, years=None):
        """Put the Dutch holidays into the working hours of these companies.

        The holidays of art. 3 Algemene termijnenwet and the days equated with them,
        each once; a day that is there already is left alone.

        :param list[int] years: default this year and the two after it
        """
        this_year = fields.Date.today().year
        years = years or range(this_year, this_year + 3)
        # In sudo, also below: the company's hours follow the law, whoever asks.
        holidays = self.env["incasso.holiday"].sudo().search([("active", "=", True)])
        leaves = self.env["resource.calendar.leaves"].sudo()
        vals_list = []
        # Companies may share their working hours: then the first one's language counts.
        for hours, companies in self.grouped("resource_calendar_id").items():
            if not hours:
                continue
            company = companies[0]
            there = set(
                leaves.search(
                    [
                        ("calendar_id", "=", hours.id),
                        ("incasso_holiday_date", "!=", False),
                    ]
                ).mapped("incasso_holiday_date")
            )
            for holiday in holidays.with_context(lang=company.partner_id.lang):
                rule = holiday._rule()
                for day in filter(None, map(rule.in_year, years)):
                    if day not in there:
                        there.add(day)
                        vals_list.append(
                            {
                                "name": holiday.name,
                                "calendar_id": hours.id,
                                "company_id": company.id,
                                "incasso_holiday_date": day,
                                **self._incasso_whole_day(day, hours.tz),
                            }
                        )
        leaves.create(vals_list)

    @api.model
    def _incasso_whole_day(self, day, time_zone):
        """From midnight to midnight on the clock of ``time_zone``, for a leave."""
        zone = timezone(time_zone or "Europe/Amsterdam")
        return {
            name: zone.localize(datetime.combine(day, moment))
            .astimezone(utc)
            .replace(tzinfo=None)
            for name, moment in (
                ("date_from", time.min),
                ("date_to", time.max.replace(microsecond=0)),
            )
        }

    def _incasso_holidays_until(self):
        """The last day of the last year whose holidays are in the working hours.

        :return: a date; False where none are
        """
        self.ensure_one()
        last = (
            # In sudo: a date for the settings page.
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("calendar_id", "=", self.resource_calendar_id.id),
                    ("incasso_holiday_date", "!=", False),
                ],
                order="incasso_holiday_date desc",
                limit=1,
            )
            .incasso_holiday_date
        )
        return last and last + relativedelta(month=12, day=31)

    @api.model
    def _cron_incasso_fill_holidays(self):
        """Each year, fill in the holidays of the years that have none yet.

        Years that were filled before are left alone: a company that works on Good
        Friday took it out for good.
        """
        this_year = fields.Date.today().year
        for company in self.search([("resource_calendar_id", "!=", False)]):
            until = company._incasso_holidays_until()
            filled = until.year if until else this_year - 1
            years = range(max(filled + 1, this_year), this_year + 3)
            if years:
                company._incasso_fill_holidays(list(years))
