"""Triggers that hold against more than plain INSERT, UPDATE and DELETE.

A trigger per row does not fire for TRUNCATE, an ordinary trigger not under ``session_replication_role =
replica``, and a function looks for its tables in the caller's temporary schema first unless told where.
"""

NO_TRUNCATE = """
CREATE FUNCTION {app}_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % refused', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{rule}';
END $$;
"""


def refuse_truncate(app: str, rule: str, *tables: str) -> tuple[str, str]:
    """SQL forward and backward: emptying one of these tables is refused by the name of the rule.

    A table that others point to is emptied only together with them (CASCADE), so the last in the row will do.
    """
    forward = NO_TRUNCATE.format(app=app, rule=rule) + "".join(
        f"CREATE TRIGGER {app}_no_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {app}_no_truncate();\n"
        for table in tables
    )
    backward = "".join(f"DROP TRIGGER {app}_no_truncate ON {table};\n" for table in tables)
    return forward, f"{backward}DROP FUNCTION {app}_no_truncate();"


def _over_triggers(app: str, mode: str) -> str:
    return f"""
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgname LIKE '{app}\\_%' AND c.relname LIKE '{app}\\_%'
            AND c.relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE {mode}TRIGGER %I', found.relname, found.tgname);
    END LOOP;
END $$;
"""


def _over_functions(app: str, clause: str) -> str:
    return f"""
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE proname LIKE '{app}\\_%' AND pronamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('ALTER FUNCTION %s {clause}', found.name, current_schema());
    END LOOP;
END $$;
"""


def always(app: str) -> tuple[str, str]:
    """SQL forward and backward: the triggers of this app fire in every session, and its functions use the
    tables of their own schema, whatever the caller has laid over them. The last step of a migration."""
    return (
        _over_triggers(app, "ALWAYS ") + _over_functions(app, "SET search_path = %I, pg_temp"),
        _over_triggers(app, "") + _over_functions(app, "RESET search_path"),
    )
