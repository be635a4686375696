from django.db import migrations

FORWARD = """
CREATE FUNCTION returns_check_open(incubator bigint, first_day date, day_after date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    of_park bigint;
BEGIN
    SELECT park_id INTO of_park FROM incubators_incubator WHERE id = incubator;
    IF of_park IS NULL THEN
        RETURN;
    END IF;
    -- Whoever closes takes the same lock alone: nobody slips in between his look and his commit.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('returns_close:' || of_park, 0));
    IF EXISTS (
        SELECT 1 FROM returns_periodclose c
        WHERE c.reopened_at IS NULL AND c.park_id = of_park
            AND (c.incubator_id IS NULL OR c.incubator_id = incubator)
            AND first_day >= c.starts_on AND day_after <= c.ends_on
    ) THEN
        RAISE EXCEPTION 'the period from % to % is closed for incubator %', first_day, day_after, incubator
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'returns_period_is_closed';
    END IF;
END $$;

CREATE FUNCTION returns_close_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('returns_close:' || NEW.park_id, 0));
    RETURN NEW;
END $$;
CREATE TRIGGER returns_close_alone BEFORE INSERT OR UPDATE ON returns_periodclose
    FOR EACH ROW EXECUTE FUNCTION returns_close_alone();

CREATE FUNCTION returns_refuse_in_closed_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM returns_check_open(OLD.incubator_id, OLD.starts_on, OLD.ends_on);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM returns_check_open(NEW.incubator_id, NEW.starts_on, NEW.ends_on);
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER returns_period_is_closed BEFORE INSERT OR UPDATE OR DELETE ON returns_periodreturn
    FOR EACH ROW EXECUTE FUNCTION returns_refuse_in_closed_period();
CREATE TRIGGER returns_period_is_closed BEFORE INSERT OR UPDATE OR DELETE ON evaluation_observation
    FOR EACH ROW EXECUTE FUNCTION returns_refuse_in_closed_period();

CREATE FUNCTION returns_check_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner record;
BEGIN
    FOR owner IN
        SELECT incubator_id, starts_on, ends_on, state FROM returns_periodreturn
        WHERE id IN (
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.period_return_id END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.period_return_id END
        )
    LOOP
        PERFORM returns_check_open(owner.incubator_id, owner.starts_on, owner.ends_on);
        IF owner.state NOT IN ('draft', 'returned') THEN
            RAISE EXCEPTION 'the lines of a % return never change', owner.state
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'returns_submitted_is_frozen';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER returns_lines_are_open BEFORE INSERT OR UPDATE OR DELETE ON returns_returnline
    FOR EACH ROW EXECUTE FUNCTION returns_check_line();

CREATE FUNCTION returns_check_return() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state = 'submitted' AND NEW.state = 'draft')
        OR (OLD.state = 'verified' AND NEW.state NOT IN ('verified', 'published'))
        OR (OLD.state = 'published' AND NEW.state <> 'published')
        OR (OLD.state IN ('submitted', 'verified', 'published')
            AND (NEW.incubator_id, NEW.duty_id, NEW.period, NEW.edition, NEW.submitted_sha256)
                IS DISTINCT FROM (OLD.incubator_id, OLD.duty_id, OLD.period, OLD.edition, OLD.submitted_sha256))
    THEN
        RAISE EXCEPTION 'a % return stays what it is', OLD.state
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'returns_submitted_is_frozen';
    END IF;
    IF NEW.verified_by_id IS NOT NULL AND OLD.verified_by_id IS NULL AND EXISTS (
        SELECT 1 FROM returns_returnline l
        WHERE l.period_return_id = NEW.id AND l.entered_by_id = NEW.verified_by_id
    ) THEN
        RAISE EXCEPTION 'whoever verifies a return has typed none of its lines'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'returns_return_second_person';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER returns_submitted_is_frozen BEFORE UPDATE ON returns_periodreturn
    FOR EACH ROW EXECUTE FUNCTION returns_check_return();
"""
BACKWARD = """
DROP TRIGGER returns_submitted_is_frozen ON returns_periodreturn;
DROP FUNCTION returns_check_return();
DROP TRIGGER returns_lines_are_open ON returns_returnline;
DROP FUNCTION returns_check_line();
DROP TRIGGER returns_period_is_closed ON evaluation_observation;
DROP TRIGGER returns_period_is_closed ON returns_periodreturn;
DROP FUNCTION returns_refuse_in_closed_period();
DROP TRIGGER returns_close_alone ON returns_periodclose;
DROP FUNCTION returns_close_alone();
DROP FUNCTION returns_check_open(bigint, date, date);
"""


class Migration(migrations.Migration):
    """Nobody writes into a closed period, and a submitted return stays what it is, whoever tries."""

    dependencies = [("returns", "0001_initial"), ("evaluation", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
