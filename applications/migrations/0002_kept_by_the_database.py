from django.db import migrations

REFUSE = """
CREATE FUNCTION applications_refuse(rule text, words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', words USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = rule;
END $$;
"""

#: Applicants rely on the rules under which they applied.
PROGRAMMES = """
CREATE FUNCTION applications_check_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM applications_programme p WHERE p.state <> 'draft' AND p.id IN (
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.programme_id END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.programme_id END
        )
    ) THEN
        PERFORM applications_refuse('applications_open_programme_is_frozen',
            'the steps of an open programme never change');
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER applications_steps_are_frozen BEFORE INSERT OR UPDATE OR DELETE ON applications_programmestep
    FOR EACH ROW EXECUTE FUNCTION applications_check_step();

CREATE FUNCTION applications_check_programme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        NEW.state = 'draft'
        OR (NEW.park_id, NEW.policy_id, NEW.award_rule, NEW.cap, NEW.currency, NEW.classes, NEW.quota)
            IS DISTINCT FROM
           (OLD.park_id, OLD.policy_id, OLD.award_rule, OLD.cap, OLD.currency, OLD.classes, OLD.quota)
        OR (NEW.tie_rule, NEW.cut_rule, NEW.mark_basis, NEW.base, NEW.needs_agreement, NEW.opens_on)
            IS DISTINCT FROM
           (OLD.tie_rule, OLD.cut_rule, OLD.mark_basis, OLD.base, OLD.needs_agreement, OLD.opens_on)
    ) THEN
        PERFORM applications_refuse('applications_open_programme_is_frozen',
            'the rules of an open programme never change');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER applications_programmes_are_frozen BEFORE UPDATE ON applications_programme
    FOR EACH ROW EXECUTE FUNCTION applications_check_programme();
"""

APPLICATIONS = """
CREATE FUNCTION applications_keep_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('draft', 'returned') AND (
        (NEW.programme_id, NEW.applicant_kind, NEW.outside_name, NEW.title, NEW.summary, NEW.field)
            IS DISTINCT FROM
        (OLD.programme_id, OLD.applicant_kind, OLD.outside_name, OLD.title, OLD.summary, OLD.field)
        OR (NEW.requested_amount, NEW.currency, NEW.facts, NEW.policy_version_id, NEW.answer)
            IS DISTINCT FROM
           (OLD.requested_amount, OLD.currency, OLD.facts, OLD.policy_version_id, OLD.answer)
    ) THEN
        PERFORM applications_refuse('applications_handed_in_is_frozen',
            'the content of an application that is handed in never changes');
    END IF;
    IF OLD.number IS NOT NULL AND (NEW.number, NEW.submitted_on) IS DISTINCT FROM (OLD.number, OLD.submitted_on)
    THEN
        PERFORM applications_refuse('applications_handed_in_is_frozen',
            'an application keeps its number and the day on which it was handed in');
    END IF;
    IF OLD.commitment_id IS NOT NULL AND (NEW.commitment_id, NEW.approved_amount, NEW.award_class)
        IS DISTINCT FROM (OLD.commitment_id, OLD.approved_amount, OLD.award_class)
    THEN
        PERFORM applications_refuse('applications_award_is_committed', 'an award never changes');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER applications_content_is_kept BEFORE UPDATE ON applications_application
    FOR EACH ROW EXECUTE FUNCTION applications_keep_content();

CREATE FUNCTION applications_check_award() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.commitment_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM ledger_commitment c WHERE c.id = NEW.commitment_id AND c.amount = NEW.approved_amount
            AND c.subject_kind = 'application' AND c.subject_id = NEW.id
    ) THEN
        PERFORM applications_refuse('applications_award_is_committed',
            format('the commitment of application %s is not its own, or another amount', NEW.id));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER applications_award_is_committed AFTER INSERT OR UPDATE OF commitment_id, approved_amount
    ON applications_application FOR EACH ROW EXECUTE FUNCTION applications_check_award();
"""

#: Where an application stands is what its log says: looked at when the transaction ends, from both sides.
LOG = """
CREATE FUNCTION applications_keep_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM applications_refuse('applications_log_never_changes', 'the log of an application stays');
    ELSIF OLD.left_at IS NOT NULL
        OR (NEW.application_id, NEW.state, NEW.step_id, NEW.entered_at, NEW.entered_on, NEW.handed_in_by_id)
            IS DISTINCT FROM
           (OLD.application_id, OLD.state, OLD.step_id, OLD.entered_at, OLD.entered_on, OLD.handed_in_by_id)
    THEN
        PERFORM applications_refuse('applications_log_never_changes', 'the log of an application stays');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER applications_log_is_kept BEFORE UPDATE OR DELETE ON applications_steplog
    FOR EACH ROW EXECUTE FUNCTION applications_keep_log();

CREATE FUNCTION applications_check_stand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject bigint;
    a applications_application;
BEGIN
    IF TG_TABLE_NAME = 'applications_application' THEN
        subject := NEW.id;
    ELSE
        subject := NEW.application_id;
    END IF;
    SELECT * INTO a FROM applications_application WHERE id = subject;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF a.number IS NULL THEN
        IF EXISTS (SELECT 1 FROM applications_steplog l WHERE l.application_id = a.id) THEN
            PERFORM applications_refuse('applications_stands_where_logged', 'a draft stands nowhere yet');
        END IF;
    ELSIF NOT EXISTS (
        SELECT 1 FROM applications_steplog l WHERE l.application_id = a.id AND l.left_at IS NULL
            AND l.state = a.state AND l.step_id IS NOT DISTINCT FROM a.current_step_id
    ) THEN
        PERFORM applications_refuse('applications_stands_where_logged',
            format('application %s does not stand where its log says', a.id));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER applications_stands_where_logged AFTER INSERT OR UPDATE ON applications_application
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION applications_check_stand();
CREATE CONSTRAINT TRIGGER applications_stands_where_logged AFTER INSERT OR UPDATE ON applications_steplog
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION applications_check_stand();
"""

MEETINGS = """
CREATE FUNCTION applications_keep_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed_at IS NOT NULL THEN
        PERFORM applications_refuse('applications_confirmed_meeting_is_frozen',
            'a confirmed meeting never changes');
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER applications_meetings_are_kept BEFORE UPDATE OR DELETE ON applications_meeting
    FOR EACH ROW EXECUTE FUNCTION applications_keep_meeting();

CREATE FUNCTION applications_keep_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM applications_meeting m WHERE m.confirmed_at IS NOT NULL AND m.id IN (
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.meeting_id END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.meeting_id END
        )
    ) THEN
        PERFORM applications_refuse('applications_confirmed_meeting_is_frozen',
            'the decisions of a confirmed meeting never change');
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER applications_decisions_are_kept BEFORE INSERT OR UPDATE OR DELETE ON applications_decision
    FOR EACH ROW EXECUTE FUNCTION applications_keep_decision();
"""

BACKWARD = """
DROP TRIGGER applications_decisions_are_kept ON applications_decision;
DROP FUNCTION applications_keep_decision();
DROP TRIGGER applications_meetings_are_kept ON applications_meeting;
DROP FUNCTION applications_keep_meeting();
DROP TRIGGER applications_stands_where_logged ON applications_steplog;
DROP TRIGGER applications_stands_where_logged ON applications_application;
DROP FUNCTION applications_check_stand();
DROP TRIGGER applications_log_is_kept ON applications_steplog;
DROP FUNCTION applications_keep_log();
DROP TRIGGER applications_award_is_committed ON applications_application;
DROP FUNCTION applications_check_award();
DROP TRIGGER applications_content_is_kept ON applications_application;
DROP FUNCTION applications_keep_content();
DROP TRIGGER applications_programmes_are_frozen ON applications_programme;
DROP FUNCTION applications_check_programme();
DROP TRIGGER applications_steps_are_frozen ON applications_programmestep;
DROP FUNCTION applications_check_step();
DROP FUNCTION applications_refuse(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE + PROGRAMMES + APPLICATIONS + LOG + MEETINGS, BACKWARD)]
