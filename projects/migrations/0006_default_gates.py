from datetime import UTC, date, datetime

from django.db import migrations

from projects.stages import DEFAULT

FORWARD = """
CREATE FUNCTION projects_refuse_gate_table_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- The one thing that may still happen to a published version is that the next one ends it.
        IF OLD.valid_until IS NULL
            AND to_jsonb(NEW) - 'valid_until' - 'updated_at' - 'version'
                = to_jsonb(OLD) - 'valid_until' - 'updated_at' - 'version' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'gate table % v% is published and never changes', OLD.park_id, OLD.number
        USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_published_gates_are_frozen';
END $$;
CREATE TRIGGER projects_published_gates_are_frozen
    BEFORE UPDATE OR DELETE ON projects_gatetable
    FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION projects_refuse_gate_table_change();

CREATE FUNCTION projects_refuse_gate_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM projects_gatetable
        WHERE status = 'published' AND id IN (
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.table_id END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.table_id END
        )
    ) THEN
        RAISE EXCEPTION 'the table of this gate is published and never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_published_gates_are_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER projects_published_gate_stages_are_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON projects_gatestage
    FOR EACH ROW EXECUTE FUNCTION projects_refuse_gate_change();

CREATE FUNCTION projects_refuse_gate_row_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM projects_gatetable t JOIN projects_gatestage g ON g.table_id = t.id
        WHERE t.status = 'published' AND g.id IN (
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.gate_id END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.gate_id END
        )
    ) THEN
        RAISE EXCEPTION 'the table of this requirement is published and never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_published_gates_are_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER projects_published_gate_rows_are_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON projects_gaterow
    FOR EACH ROW EXECUTE FUNCTION projects_refuse_gate_row_change();

-- No table may be published without the facts that money and official counts rest on.
CREATE FUNCTION projects_check_published_gates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM projects_gatestage g JOIN projects_gaterow r ON r.gate_id = g.id
        WHERE g.table_id = NEW.id AND r.kind = 'fact' AND r.verify AND (g.stage, r.key) IN (
            ('landed', 'registered'), ('industrialising', 'paid_in'), ('industrialised', 'producing'))) < 3 THEN
        RAISE EXCEPTION 'gate table % v% lacks a fact that is always verified', NEW.park_id, NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_published_gates_are_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER projects_published_gates_are_whole
    AFTER INSERT OR UPDATE ON projects_gatetable
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'published')
    EXECUTE FUNCTION projects_check_published_gates();
"""
BACKWARD = """
DROP TRIGGER projects_published_gates_are_whole ON projects_gatetable;
DROP FUNCTION projects_check_published_gates();
DROP TRIGGER projects_published_gate_rows_are_frozen ON projects_gaterow;
DROP FUNCTION projects_refuse_gate_row_change();
DROP TRIGGER projects_published_gate_stages_are_frozen ON projects_gatestage;
DROP FUNCTION projects_refuse_gate_change();
DROP TRIGGER projects_published_gates_are_frozen ON projects_gatetable;
DROP FUNCTION projects_refuse_gate_table_change();
"""
SINCE = date(2000, 1, 1)


def add_default_table(apps, schema_editor):
    """The gates as they were when they became data; they hold wherever a park has published none."""
    tables = apps.get_model("projects", "GateTable")
    if tables.objects.filter(park=None).exists():
        return
    at = datetime(2026, 1, 1, tzinfo=UTC)
    table = tables.objects.create(number=1, created_at=at, updated_at=at)
    for stage, gate in DEFAULT.gates.items():
        row = apps.get_model("projects", "GateStage").objects.create(
            table=table, stage=stage, movers=list(gate.movers), second_person=gate.second_person, days=gate.days
        )
        apps.get_model("projects", "GateRow").objects.bulk_create(
            apps.get_model("projects", "GateRow")(
                gate=row,
                position=position,
                kind=item.kind,
                key=item.key,
                proof=item.proof,
                verify=item.verify,
            )
            for position, item in enumerate(gate.requirements, start=1)
        )
    tables.objects.filter(pk=table.pk).update(status="published", valid_from=SINCE)


class Migration(migrations.Migration):
    """Published gate tables are frozen and whole, whoever writes; the default table."""

    dependencies = [("projects", "0005_gates")]
    operations = [
        migrations.RunPython(add_default_table, migrations.RunPython.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
