from django.db import migrations

FORWARD = """
CREATE FUNCTION reviews_refuse(rule text, words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', words USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = rule;
END $$;

CREATE FUNCTION reviews_check_criterion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM reviews_reviewround r WHERE r.state <> 'draft' AND r.id IN (
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.round_id END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.round_id END
        )
    ) THEN
        PERFORM reviews_refuse('reviews_open_round_is_frozen', 'the criteria of an open round never change');
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER reviews_criteria_are_frozen BEFORE INSERT OR UPDATE OR DELETE ON reviews_criterion
    FOR EACH ROW EXECUTE FUNCTION reviews_check_criterion();

CREATE FUNCTION reviews_check_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        NEW.state = 'draft'
        OR (NEW.method, NEW.marks_needed, NEW.kind, NEW.is_anonymous, NEW.hides_applicants, NEW.second_person)
            IS DISTINCT FROM
           (OLD.method, OLD.marks_needed, OLD.kind, OLD.is_anonymous, OLD.hides_applicants, OLD.second_person)
    ) THEN
        PERFORM reviews_refuse('reviews_open_round_is_frozen', 'the rules of an open round never change');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_rounds_are_frozen BEFORE UPDATE ON reviews_reviewround
    FOR EACH ROW EXECUTE FUNCTION reviews_check_round();

CREATE FUNCTION reviews_check_score() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM reviews_refuse('reviews_scores_never_change', 'submitted marks are never deleted');
    END IF;
    IF TG_OP = 'UPDATE' AND (
        (NEW.is_current AND NOT OLD.is_current)
        OR (NEW.assignment_id, NEW.edition, NEW.mark, NEW.comment, NEW.submitted_at, NEW.submitted_by_id)
            IS DISTINCT FROM
           (OLD.assignment_id, OLD.edition, OLD.mark, OLD.comment, OLD.submitted_at, OLD.submitted_by_id)
    ) THEN
        PERFORM reviews_refuse('reviews_scores_never_change', 'submitted marks never change');
    END IF;
    IF NEW.is_current THEN
        -- The row of the assignment is locked, so that it cannot be recused between the look and the commit.
        SELECT state INTO standing FROM reviews_assignment WHERE id = NEW.assignment_id FOR SHARE;
        IF standing <> 'submitted' THEN
            PERFORM reviews_refuse('reviews_recused_holds_no_score',
                'marks count only on an assignment that is submitted, not ' || standing);
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_scores_are_versions BEFORE INSERT OR UPDATE OR DELETE ON reviews_score
    FOR EACH ROW EXECUTE FUNCTION reviews_check_score();

CREATE FUNCTION reviews_check_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'submitted' AND OLD.state = 'submitted' AND EXISTS (
        SELECT 1 FROM reviews_score s WHERE s.assignment_id = NEW.id AND s.is_current
    ) THEN
        PERFORM reviews_refuse('reviews_recused_holds_no_score',
            'marks that count are set aside before an assignment becomes ' || NEW.state);
    END IF;
    IF (NEW.case_id, NEW.expert_id) IS DISTINCT FROM (OLD.case_id, OLD.expert_id) THEN
        PERFORM reviews_refuse('reviews_assignment_stays', 'an assignment stays with its expert and case');
    END IF;
    IF OLD.state = 'recused' AND NEW.state <> 'recused' THEN
        PERFORM reviews_refuse('reviews_recusal_is_final', 'a recusal is never taken back');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_assignments_hold BEFORE UPDATE ON reviews_assignment
    FOR EACH ROW EXECUTE FUNCTION reviews_check_assignment();

CREATE FUNCTION reviews_check_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM reviews_refuse('reviews_scores_never_change', 'submitted points never change');
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM reviews_criterion c
        JOIN reviews_case k ON k.round_id = c.round_id
        JOIN reviews_assignment a ON a.case_id = k.id
        JOIN reviews_score s ON s.assignment_id = a.id
        WHERE c.id = NEW.criterion_id AND s.id = NEW.score_id AND NEW.points <= c.max_points
    ) THEN
        PERFORM reviews_refuse('reviews_points_within_criterion',
            'points belong to a criterion of the round and stay within it');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_lines_are_kept BEFORE INSERT OR UPDATE OR DELETE ON reviews_scoreline
    FOR EACH ROW EXECUTE FUNCTION reviews_check_line();
"""

BACKWARD = """
DROP TRIGGER reviews_lines_are_kept ON reviews_scoreline;
DROP TRIGGER reviews_assignments_hold ON reviews_assignment;
DROP TRIGGER reviews_scores_are_versions ON reviews_score;
DROP TRIGGER reviews_rounds_are_frozen ON reviews_reviewround;
DROP TRIGGER reviews_criteria_are_frozen ON reviews_criterion;
DROP FUNCTION reviews_check_line();
DROP FUNCTION reviews_check_assignment();
DROP FUNCTION reviews_check_score();
DROP FUNCTION reviews_check_round();
DROP FUNCTION reviews_check_criterion();
DROP FUNCTION reviews_refuse(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
