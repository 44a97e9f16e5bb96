"""The outcome of a replay in numbers."""


def outcome(env):
    """Count what there is, as pairs of words and a number or an amount in euro.

    :param env: of the superuser; its company is the creditor
    :rtype: list[tuple[str, object]]
    """
    env.flush_all()
    company = env.company.id

    def rows(query):
        env.cr.execute(query, {"company": company})
        return env.cr.fetchall()

    def one(query):
        return rows(query)[0][0]

    found = [
        (
            "invoices",
            one(
                "SELECT COUNT(*) FROM account_move WHERE company_id = %(company)s"
                " AND move_type = 'out_invoice' AND state = 'posted'"
            ),
        ),
        (
            "claims",
            one("SELECT COUNT(*) FROM incasso_claim WHERE company_id = %(company)s"),
        ),
        (
            "dossiers",
            one("SELECT COUNT(*) FROM incasso_dossier WHERE company_id = %(company)s"),
        ),
    ]
    found += [
        (f"  closed: {reason}" if state == "closed" else "  open", count)
        for state, reason, count in rows(
            "SELECT state, close_reason, COUNT(*) FROM incasso_dossier"
            " WHERE company_id = %(company)s GROUP BY 1, 2 ORDER BY 1, 2"
        )
    ]
    found += [
        (f"holds: {kind}", count)
        for kind, count in rows(
            "SELECT kind, COUNT(*) FROM incasso_hold"
            " WHERE company_id = %(company)s GROUP BY 1 ORDER BY 1"
        )
    ]
    found += [
        (f"messages: {kind}, {channel}, {state}", count)
        for kind, channel, state, count in rows(
            "SELECT kind, channel, state, COUNT(*) FROM incasso_message"
            " WHERE company_id = %(company)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        )
    ]
    found += [
        (f"receipts: {kind}, {state}", count)
        for kind, state, count in rows(
            "SELECT kind, state, COUNT(*) FROM incasso_receipt"
            " WHERE company_id = %(company)s GROUP BY 1, 2 ORDER BY 1, 2"
        )
    ]
    found += [
        (f"ledger: {component}, {kind}", amount)
        for component, kind, amount in rows(
            "SELECT component, kind, SUM(amount) FROM incasso_entry"
            " WHERE company_id = %(company)s GROUP BY 1, 2 ORDER BY 1, 2"
        )
    ]
    found += [
        (
            "balance of the dossiers",
            one(
                "SELECT COALESCE(SUM(balance), 0) FROM incasso_dossier"
                " WHERE company_id = %(company)s"
            ),
        ),
        (
            "open on receivable accounts",
            one(
                "SELECT COALESCE(SUM(line.balance), 0) FROM account_move_line line"
                " JOIN account_account account ON account.id = line.account_id"
                " WHERE line.company_id = %(company)s"
                " AND line.parent_state = 'posted'"
                " AND account.account_type = 'asset_receivable'"
            ),
        ),
    ]
    return found


def write(pairs, times):
    """The table as text.

    :param list pairs: as :func:`outcome` returned them
    :param dict times: seconds by phase
    :rtype: str
    """
    pairs = [*pairs, *((f"time: {name}", f"{s:.1f} s") for name, s in times.items())]
    width = max(len(name) for name, _value in pairs)
    return "\n".join(f"{name:<{width}}  {value!s:>14}" for name, value in pairs)
