"""What PostgreSQL itself holds for the models."""

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
