"""What PostgreSQL itself holds for the models."""

import json
from datetime import date
from decimal import Decimal

from odoo.tools import SQL


def forbid_changes(cr, table, columns):
    """Make a table append-only: no row goes, and `columns` of a row stay as they are.

    A trigger, so that nothing passes it: neither the ORM nor a statement by hand. A
    module update may still add columns of its own and fill them.

    :param str table: table name
    :param columns: names of the columns that never change
    """
    cr.execute(
        """
        CREATE OR REPLACE FUNCTION incasso_append_only() RETURNS trigger AS $$
        BEGIN
            RAISE restrict_violation USING MESSAGE =
                TG_TABLE_NAME || ' is append-only: add a row that corrects it.';
        END
        $$ LANGUAGE plpgsql;
        """
    )
    # A statement without rows to change raises nothing: hence one trigger per row.
    cr.execute(
        SQL(
            """
            CREATE OR REPLACE TRIGGER %(changed)s
            BEFORE UPDATE OF %(columns)s ON %(table)s
            FOR EACH ROW EXECUTE FUNCTION incasso_append_only();

            CREATE OR REPLACE TRIGGER %(deleted)s
            BEFORE DELETE ON %(table)s
            FOR EACH ROW EXECUTE FUNCTION incasso_append_only();

            CREATE OR REPLACE TRIGGER %(truncated)s
            BEFORE TRUNCATE ON %(table)s
            FOR EACH STATEMENT EXECUTE FUNCTION incasso_append_only();
            """,
            table=SQL.identifier(table),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            changed=SQL.identifier(f"{table}_no_update"),
            deleted=SQL.identifier(f"{table}_no_delete"),
            truncated=SQL.identifier(f"{table}_no_truncate"),
        )
    )


def leave_room(cr, table, part=30):
    """Leave room on each page of a table for later versions of its rows.

    A change that touches no index then stays on the row's page, and no index is written
    (PostgreSQL's heap-only tuples): for rows that change often, and have many indexes.

    :param str table: table name
    :param int part: percent of a page
    """
    cr.execute(
        SQL("ALTER TABLE %s SET (fillfactor = %s)", SQL.identifier(table), 100 - part)
    )


def write_rows(model, rows):
    """Write columns of many records, with values of its own for each, in one statement.

    The ORM takes a query for every set of values. This passes `write`, and so tracking,
    constraints in Python and computed fields: it is for columns that have none of
    these.

    :param model: an empty recordset of the model
    :param list[dict] rows: ``id`` and the columns, the same for every row
    """
    if not rows:
        return
    model.env.flush_all()
    names = [name for name in rows[0] if name != "id"]
    model.env.cr.execute(
        SQL(
            """
            UPDATE %(table)s record
               SET %(values)s, write_uid = %(user)s, write_date = %(now)s
              FROM jsonb_to_recordset(%(rows)s) AS new (id int, %(columns)s)
             WHERE record.id = new.id
            """,
            table=SQL.identifier(model._table),
            values=SQL(", ").join(
                SQL("%s = new.%s", SQL.identifier(name), SQL.identifier(name))
                for name in names
            ),
            columns=SQL(", ").join(
                SQL(
                    "%s %s",
                    SQL.identifier(name),
                    SQL(model._fields[name].column_type[1]),
                )
                for name in names
            ),
            rows=json.dumps(rows, default=json_value),
            user=model.env.uid,
            now=model.env.cr.now(),
        )
    )
    model.invalidate_model([*names, "write_uid", "write_date"], flush=False)


def json_value(value):
    """Dates, moments and amounts for JSON."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no value of a column")
