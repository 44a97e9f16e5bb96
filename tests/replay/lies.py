"""Proof that the checks see what is wrong: the database is made to lie, in one way
after another, and each time the check that it is about must notice."""

from .checks import Broken

_ANY_MESSAGE = """
    SELECT message.id FROM incasso_message message
     WHERE message.company_id = %(company)s
       AND message.sent_at IS NOT NULL AND message.kind != 'thanks'
     ORDER BY message.id LIMIT 1
"""
_ANY_CLAIM = """
    SELECT claim.id FROM incasso_claim claim
     WHERE claim.company_id = %(company)s AND claim.state = '{}'
     ORDER BY claim.id LIMIT 1
"""

#: What must be noticed -> what makes it so.
LIES = {
    "the sums of a dossier are the sums of its ledger": """
        UPDATE incasso_dossier SET balance = balance + 0.01
         WHERE company_id = %(company)s AND state = 'open'
    """,
    "no entry has parts of a cent": """
        UPDATE incasso_entry SET amount = amount + 0.001
         WHERE company_id = %(company)s
    """,
    "a receipt paid what its entries say": """
        UPDATE incasso_receipt SET amount = amount + 1
         WHERE company_id = %(company)s
    """,
    "every claim has a day on which it lapses": f"""
        UPDATE incasso_claim SET limitation_date = NULL
         WHERE id = ({_ANY_CLAIM.format("open")})
    """,
    "every entry in the books is in balance": """
        UPDATE account_move_line SET balance = balance + 0.01
         WHERE company_id = %(company)s AND balance > 0
    """,
    "an invoice in collection has open in the books": f"""
        UPDATE account_move_line SET amount_residual = amount_residual + 0.01
         WHERE id = (SELECT move_line_id FROM incasso_claim
                      WHERE id = ({_ANY_CLAIM.format("open")}))
    """,
    "an invoice of which the claim was closed has nothing open": f"""
        UPDATE account_move_line SET amount_residual = 5
         WHERE id = (SELECT move_line_id FROM incasso_claim
                      WHERE id = ({_ANY_CLAIM.format("closed")}))
    """,
    "every euro of the bank statements is booked": """
        UPDATE account_bank_statement_line SET is_reconciled = FALSE
         WHERE company_id = %(company)s
    """,
    "no message to a dossier that was closed before it": """
        UPDATE incasso_message SET sent_at = sent_at + INTERVAL '400 days'
         WHERE company_id = %(company)s AND kind = 'reminder'
    """,
    "no message asks for a claim that is held": f"""
        INSERT INTO incasso_hold (dossier_id, company_id, creditor_id, debtor_id, kind,
                                  state, user_id, start_date, create_date)
        SELECT dossier_id, company_id, creditor_id, debtor_id, 'manual', 'active', 1,
               sent_at::date, sent_at - INTERVAL '1 hour'
          FROM incasso_message
         WHERE id = ({_ANY_MESSAGE})
    """,
    "a message asks for the sum of its parts": f"""
        UPDATE incasso_message SET amount = amount + 1 WHERE id = ({_ANY_MESSAGE})
    """,
    "nobody gets two messages of one kind within a week": f"""
        INSERT INTO incasso_message
        SELECT (jsonb_populate_record(
                   message,
                   jsonb_build_object('id', message.id + 1000000,
                                      'flow_round', message.flow_round + 1)
               )).*
          FROM incasso_message message
         WHERE message.id = ({_ANY_MESSAGE})
    """,
    "a step sends once in a round": f"""
        DROP INDEX incasso_message_once_per_step;
        UPDATE incasso_message message
           SET dossier_id = one.dossier_id, step_id = one.step_id,
               flow_round = one.flow_round, channel = one.channel
          FROM incasso_message one
         WHERE one.id = ({_ANY_MESSAGE})
           AND message.kind = 'thanks'
           AND message.sent_at IS NOT NULL
    """,
    "a reminder comes after the term": f"""
        UPDATE incasso_message
           SET snapshot = jsonb_set(snapshot, '{{claims,0,due_date}}', '"2099-01-01"')
         WHERE id = ({_ANY_MESSAGE})
    """,
    "nothing is left unsent in the outbox": f"""
        UPDATE incasso_message SET state = 'failed' WHERE id = ({_ANY_MESSAGE})
    """,
    "a consumer is charged only after a notice": """
        UPDATE incasso_claim SET costs_date = due_date + 3, costs_amount = 40,
                                 costs_base = 100
         WHERE company_id = %(company)s AND debtor_type = 'consumer'
    """,
    "costs are charged only over claims that were overdue": """
        UPDATE incasso_claim SET costs_date = due_date
         WHERE company_id = %(company)s
    """,
    "costs follow the scale": """
        UPDATE incasso_claim SET costs_date = due_date + 90, costs_amount = 41,
                                 costs_base = 100
         WHERE company_id = %(company)s AND debtor_type = 'business'
    """,
    "no dossier was set aside": """
        UPDATE incasso_dossier SET run_error = 'no idea' WHERE company_id = %(company)s
    """,
    "what is overdue, unpaid and not blocked is in collection": """
        UPDATE incasso_claim SET move_line_id = NULL WHERE company_id = %(company)s
    """,
    "went out at": """
        UPDATE incasso_message SET sent_at = date_trunc('day', sent_at)
         WHERE company_id = %(company)s AND channel = 'email'
    """,
    "e-mails were sent": """
        UPDATE incasso_message SET mail_message_ref = '<somebody@else.example>'
         WHERE company_id = %(company)s AND channel = 'email'
    """,
    "was invoiced": """
        UPDATE account_move_line SET balance = balance * 2
         WHERE company_id = %(company)s
    """,
}


def prove(inspector, day):
    """Tell every lie, and see that it is noticed.

    :param Inspector inspector: to be put to the test
    :param date day: the last day of the replay
    :return: the lies that nobody noticed
    :rtype: list[str]
    """
    env = inspector.env
    unnoticed = []
    for said, lie in LIES.items():
        with env.cr.savepoint() as savepoint:
            # Otherwise the database itself would refuse most of them.
            env.cr.execute("SET LOCAL session_replication_role = replica")
            env.cr.execute(lie, {"company": env.company.id})
            env.invalidate_all(flush=False)
            try:
                inspector.everything(day)
            except Broken as error:
                noticed = said in str(error)
            else:
                noticed = False
            savepoint.rollback()
        env.invalidate_all(flush=False)
        if not noticed:
            unnoticed.append(said)
    return unnoticed
