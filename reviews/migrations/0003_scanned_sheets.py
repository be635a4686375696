import django.db.models.deletion
from django.db import migrations, models

AFTER = """
CREATE OR REPLACE FUNCTION reviews_check_score() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM reviews_refuse('reviews_scores_never_change', 'submitted marks are never deleted');
    END IF;
    IF TG_OP = 'UPDATE' AND (
        (NEW.is_current AND NOT OLD.is_current)
        OR (NEW.assignment_id, NEW.edition, NEW.mark, NEW.comment, NEW.submitted_at, NEW.submitted_by_id,
         NEW.scan_id)
            IS DISTINCT FROM
           (OLD.assignment_id, OLD.edition, OLD.mark, OLD.comment, OLD.submitted_at, OLD.submitted_by_id,
            OLD.scan_id)
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
"""

BEFORE = """
CREATE OR REPLACE FUNCTION reviews_check_score() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    """Marks given on paper name the signed sheets, and stay with them."""

    dependencies = [
        ("evidence", "0001_initial"),
        ("reviews", "0002_frozen_and_recused"),
    ]

    operations = [
        migrations.AddField(
            model_name="score",
            name="scan",
            field=models.ForeignKey(
                blank=True,
                help_text="where the expert gave the marks on paper",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="score_sheets",
                to="evidence.evidencefile",
                verbose_name="signed score sheets",
            ),
        ),
        migrations.RunSQL(AFTER, BEFORE),
    ]
