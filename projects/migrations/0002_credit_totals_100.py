from django.db import migrations

FORWARD = """
CREATE FUNCTION projects_check_credit_total() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_project bigint := COALESCE(NEW.project_id, OLD.project_id);
    total numeric;
BEGIN
    SELECT sum(percent) INTO total FROM projects_creditshare WHERE project_id = of_project;
    IF total IS NOT NULL AND total <> 100 THEN
        RAISE EXCEPTION 'credit shares of project % total %, not 100', of_project, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_credit_totals_100';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER projects_credit_totals_100
    AFTER INSERT OR UPDATE OR DELETE ON projects_creditshare
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION projects_check_credit_total();
"""
BACKWARD = """
DROP TRIGGER projects_credit_totals_100 ON projects_creditshare;
DROP FUNCTION projects_check_credit_total();
"""


class Migration(migrations.Migration):
    """Shares total 100% when the transaction commits, whoever wrote them."""

    dependencies = [("projects", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
