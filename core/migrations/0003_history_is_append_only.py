from django.db import migrations

FORWARD = """
CREATE FUNCTION core_history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append only: % of entry % of chain % refused', TG_OP, OLD.sequence, OLD.chain
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'core_history_append_only';
END $$;
CREATE TRIGGER core_history_append_only BEFORE UPDATE OR DELETE ON core_historyentry
    FOR EACH ROW EXECUTE FUNCTION core_history_refuse();
"""
BACKWARD = """
DROP TRIGGER core_history_append_only ON core_historyentry;
DROP FUNCTION core_history_refuse();
"""


class Migration(migrations.Migration):
    """The application cannot rewrite its history; ``verify_history`` finds out whoever goes around this."""

    dependencies = [("core", "0002_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
