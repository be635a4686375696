from django.db import migrations

FORWARD = """
CREATE FUNCTION evaluation_refuse_scheme_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- The one thing that may still happen to a published version is that a successor ends it.
        IF OLD.valid_until IS NULL
            AND to_jsonb(NEW) - 'valid_until' - 'updated_at' = to_jsonb(OLD) - 'valid_until' - 'updated_at' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'scheme % v% is published and never changes', OLD.code, OLD.version
        USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_published_scheme_is_frozen';
END $$;
CREATE TRIGGER evaluation_published_scheme_is_frozen
    BEFORE UPDATE OR DELETE ON evaluation_scheme
    FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION evaluation_refuse_scheme_change();

CREATE FUNCTION evaluation_refuse_node_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM evaluation_scheme
        WHERE status = 'published' AND id IN (
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.scheme_id END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.scheme_id END
        )
    ) THEN
        RAISE EXCEPTION 'the scheme of this node is published and never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_published_scheme_is_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER evaluation_published_nodes_are_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON evaluation_schemenode
    FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_node_change();

CREATE FUNCTION evaluation_refuse_indicator_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'search_text' - 'sort_key' - 'updated_at'
        IS DISTINCT FROM to_jsonb(OLD) - 'search_text' - 'sort_key' - 'updated_at'
        AND EXISTS (
            SELECT 1 FROM evaluation_schemenode node JOIN evaluation_scheme scheme ON scheme.id = node.scheme_id
            WHERE node.indicator_id = OLD.id AND scheme.status = 'published'
        ) THEN
        RAISE EXCEPTION 'indicator % is used by a published scheme and never changes', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_published_scheme_is_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_published_indicators_are_frozen
    BEFORE UPDATE ON evaluation_indicator
    FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_indicator_change();
"""
BACKWARD = """
DROP TRIGGER evaluation_published_indicators_are_frozen ON evaluation_indicator;
DROP FUNCTION evaluation_refuse_indicator_change();
DROP TRIGGER evaluation_published_nodes_are_frozen ON evaluation_schemenode;
DROP FUNCTION evaluation_refuse_node_change();
DROP TRIGGER evaluation_published_scheme_is_frozen ON evaluation_scheme;
DROP FUNCTION evaluation_refuse_scheme_change();
"""


class Migration(migrations.Migration):
    """A published scheme, its nodes and the indicators it uses never change, whoever tries."""

    dependencies = [("evaluation", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
