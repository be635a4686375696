from django.db import migrations

FORWARD = """
CREATE FUNCTION funding_refuse_kept_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed text[] := ARRAY['enterprise_id', 'project_id'];  -- a merge of two records moves what hangs on them
BEGIN
    IF TG_ARGV[1] = 'answer' AND to_jsonb(NEW) - allowed = to_jsonb(OLD) - allowed THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% % is kept and never changes', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0];
END $$;
CREATE TRIGGER funding_kept_answers_are_frozen
    BEFORE UPDATE ON funding_policyanswer
    FOR EACH ROW EXECUTE FUNCTION funding_refuse_kept_change('funding_kept_answers_are_frozen', 'answer');
CREATE TRIGGER funding_stated_facts_stay_as_said
    BEFORE UPDATE ON funding_statedpolicyfact
    FOR EACH ROW WHEN (
        OLD.key IS DISTINCT FROM NEW.key OR OLD.value IS DISTINCT FROM NEW.value
        OR OLD."on" IS DISTINCT FROM NEW."on" OR OLD.policy_id IS DISTINCT FROM NEW.policy_id
        OR OLD.entered_by_id IS DISTINCT FROM NEW.entered_by_id
    ) EXECUTE FUNCTION funding_refuse_kept_change('funding_stated_facts_stay_as_said', 'fact');
CREATE TRIGGER funding_finished_runs_are_frozen
    BEFORE UPDATE ON funding_portfoliorun
    FOR EACH ROW WHEN (OLD.state = 'done')
    EXECUTE FUNCTION funding_refuse_kept_change('funding_finished_runs_are_frozen', 'run');
"""

BACKWARD = """
DROP TRIGGER funding_kept_answers_are_frozen ON funding_policyanswer;
DROP TRIGGER funding_stated_facts_stay_as_said ON funding_statedpolicyfact;
DROP TRIGGER funding_finished_runs_are_frozen ON funding_portfoliorun;
DROP FUNCTION funding_refuse_kept_change();
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0003_matching")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
