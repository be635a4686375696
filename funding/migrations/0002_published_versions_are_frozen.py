from django.db import migrations

FORWARD = """
CREATE FUNCTION funding_refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- The one thing that may still happen to a published version is that it ends.
        IF OLD.valid_until IS NULL
            AND to_jsonb(NEW) - 'valid_until' - 'updated_at' - 'version'
                = to_jsonb(OLD) - 'valid_until' - 'updated_at' - 'version' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'version % of policy % is published and never changes', OLD.number, OLD.policy_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'funding_published_versions_are_frozen';
END $$;
CREATE TRIGGER funding_published_versions_are_frozen
    BEFORE UPDATE OR DELETE ON funding_policyversion
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION funding_refuse_version_change();
"""

BACKWARD = """
DROP TRIGGER funding_published_versions_are_frozen ON funding_policyversion;
DROP FUNCTION funding_refuse_version_change();
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_policies")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
