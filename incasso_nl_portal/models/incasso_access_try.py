from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: What counts, and what a lock lasts.
WINDOW = timedelta(hours=1)


class IncassoAccessTry(models.Model):
    """A try to get in that has not succeeded (yet).

    One row a try, written and committed before anything is compared: two hundred tries
    at the same time are two hundred rows, and none of them waits for another.
    """

    _name = "incasso.access.try"
    _description = "Try to Get In"
    _log_access = False
    _order = "id desc"

    key = fields.Char(
        help="Keyed hash of the code or of the network address that was tried.",
        required=True,
    )
    tried_at = fields.Datetime(required=True)

    _key_idx = models.Index("(key, tried_at DESC)")

    # === BUSINESS METHODS === #

    @api.model
    def _reserve(self, limits):
        """Count a try before it is made.

        In a transaction of its own: it counts whatever becomes of the request.

        :param dict[str, int] limits: most tries in an hour, by key
        :return: ids of the rows, and until when no try is allowed: None if this one is
        :rtype: tuple[list[int], datetime | None]
        """
        now = fields.Datetime.now()
        with self.env.registry.cursor() as cr:
            until = self._locked_until(cr, limits, now, 1)
            if until:
                return [], until
            cr.execute(
                SQL(
                    "INSERT INTO incasso_access_try (key, tried_at) VALUES %s"
                    " RETURNING id",
                    SQL(", ").join(SQL("(%s, %s)", key, now) for key in limits),
                )
            )
            ids = [row[0] for row in cr.fetchall()]
            cr.commit()  # pylint: disable=invalid-commit
            # Again, with those that were counted at the same time.
            return ids, self._locked_until(cr, limits, now, 0)

    @api.model
    def _locked_until(self, cr, limits, now, extra):
        """:param int extra: tries still to come"""
        cr.execute(
            SQL(
                """
                SELECT MAX(reached.tried_at)
                  FROM (VALUES %s) AS counted (key, skip)
                 CROSS JOIN LATERAL (
                       SELECT tried_at
                         FROM incasso_access_try
                        WHERE key = counted.key AND tried_at > %s
                        ORDER BY tried_at DESC
                       OFFSET counted.skip
                        LIMIT 1
                  ) reached
                """,
                SQL(", ").join(
                    SQL("(%s, %s)", key, most - extra) for key, most in limits.items()
                ),
                now - WINDOW,
            )
        )
        [(reached,)] = cr.fetchall()
        return reached and reached + WINDOW

    @api.model
    def _forget(self, ids, key):
        """A try succeeded: it, and the earlier ones at this code, do not count.

        :param ids: as `_reserve` gave them
        :param str key: of the code
        """
        with self.env.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM incasso_access_try WHERE id = ANY(%s) OR key = %s",
                [ids, key],
            )

    @api.autovacuum
    def _gc_tries(self):
        """Delete what does not count any more."""
        self.env.cr.execute(
            "DELETE FROM incasso_access_try WHERE tried_at < %s",
            [fields.Datetime.now() - WINDOW],
        )
