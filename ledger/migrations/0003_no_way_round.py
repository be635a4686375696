from django.db import migrations

from core.migrations._guards import always, refuse_truncate

#: A row that others are booked on never gives its number to another row, and never goes to come back anew.
IDENTITY = """
CREATE FUNCTION ledger_keep_identity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    booked boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.id = OLD.id AND to_jsonb(NEW)->'commitment_id' IS NOT DISTINCT FROM to_jsonb(OLD)->'commitment_id' THEN
            RETURN NEW;
        END IF;
        PERFORM ledger_refuse('ledger_booked_stays', format('row %s of %s keeps its number', OLD.id, TG_TABLE_NAME));
    END IF;
    booked := CASE TG_TABLE_NAME
        WHEN 'ledger_budget' THEN EXISTS (SELECT 1 FROM ledger_entry WHERE budget_id = OLD.id)
        WHEN 'ledger_account' THEN EXISTS (SELECT 1 FROM ledger_posting WHERE account_id = OLD.id)
        WHEN 'ledger_commitment' THEN EXISTS (SELECT 1 FROM ledger_entry WHERE commitment_id = OLD.id)
        ELSE EXISTS (SELECT 1 FROM ledger_entry WHERE instalment_id = OLD.id)
    END;
    IF booked THEN
        PERFORM ledger_refuse('ledger_booked_stays', format('row %s of %s is booked on', OLD.id, TG_TABLE_NAME));
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER ledger_keep_identity BEFORE UPDATE OF id OR DELETE ON ledger_budget
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_identity();
CREATE TRIGGER ledger_keep_identity BEFORE UPDATE OF id OR DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_identity();
CREATE TRIGGER ledger_keep_identity BEFORE UPDATE OF id OR DELETE ON ledger_commitment
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_identity();
CREATE TRIGGER ledger_keep_identity BEFORE UPDATE OF id, commitment_id OR DELETE ON ledger_instalment
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_identity();
"""

#: Counting as one goes is quick, and any trigger of somebody else's can count too; so at the commit it is
#: added up once more from the entries, which nobody changes. The rows are locked by then: the sum stands still.
SUMS = """
CREATE FUNCTION ledger_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    off bigint;
BEGIN
    SELECT a.id INTO off FROM ledger_account a WHERE a.id = NEW.id AND a.balance IS DISTINCT FROM
        (SELECT COALESCE(sum(p.amount), 0) FROM ledger_posting p WHERE p.account_id = a.id);
    IF off IS NOT NULL THEN
        PERFORM ledger_refuse('ledger_balance_is_postings', format('account %s is not the sum of its postings', off));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_check_balance AFTER INSERT OR UPDATE OF balance ON ledger_account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_balance();

CREATE FUNCTION ledger_check_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    c ledger_commitment;
    paid numeric;
    released numeric;
    clawed numeric;
BEGIN
    SELECT * INTO c FROM ledger_commitment WHERE id = NEW.id;
    SELECT COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'payment'), 0)
            - COALESCE(sum(e.amount) FILTER (WHERE r.kind = 'payment'), 0),
        COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'release'), 0),
        COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'clawback'), 0)
            - COALESCE(sum(e.amount) FILTER (WHERE r.kind = 'clawback'), 0)
      INTO paid, released, clawed
      FROM ledger_entry e LEFT JOIN ledger_entry r ON r.id = e.reverses_id WHERE e.commitment_id = NEW.id;
    IF c.id IS NOT NULL AND (c.paid_amount, c.released_amount, c.clawed_amount)
        IS DISTINCT FROM (paid, released, clawed)
    THEN
        PERFORM ledger_refuse('ledger_amounts_are_entries', format('commitment %s is not the sum of its entries', c.id));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_check_counts
    AFTER INSERT OR UPDATE OF paid_amount, released_amount, clawed_amount ON ledger_commitment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_counts();

-- numeric holds a value that is above every number and is every sum it enters.
CREATE FUNCTION ledger_check_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.amount = 'NaN' THEN
        PERFORM ledger_refuse('ledger_entry_amount_positive', 'an amount is a number');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_check_number BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_check_number();
"""

#: A list that a second person checked takes no more payments and goes only forward. A payment begins planned.
BATCHES = """
CREATE FUNCTION ledger_begin_instalment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'planned' THEN
        PERFORM ledger_refuse('ledger_checked_batch_is_frozen', 'a payment begins planned');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_begin_instalment AFTER INSERT ON ledger_instalment
    FOR EACH ROW EXECUTE FUNCTION ledger_begin_instalment();

CREATE FUNCTION ledger_keep_batch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ways text[] := ARRAY['draft', 'checked', 'sent', 'closed'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM ledger_refuse('ledger_checked_batch_is_frozen', 'a batch begins as a draft');
        END IF;
        RETURN NULL;
    END IF;
    IF OLD.state <> 'draft' AND (
        TG_OP = 'DELETE'
        OR array_position(ways, NEW.state::text) < array_position(ways, OLD.state::text)
        OR (NEW.id, NEW.park_id, NEW.number, NEW.currency, NEW.made_by_id, NEW.made_at, NEW.checked_by_id,
            NEW.checked_at, NEW.list_sha256)
            IS DISTINCT FROM (OLD.id, OLD.park_id, OLD.number, OLD.currency, OLD.made_by_id, OLD.made_at,
            OLD.checked_by_id, OLD.checked_at, OLD.list_sha256)
        OR (OLD.state <> 'checked'
            AND (NEW.sent_at, NEW.sent_by_id) IS DISTINCT FROM (OLD.sent_at, OLD.sent_by_id))
    ) THEN
        PERFORM ledger_refuse('ledger_checked_batch_is_frozen', 'a checked payment list never changes');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_keep_batch AFTER INSERT OR UPDATE OR DELETE ON ledger_paymentbatch
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_batch();
"""

#: The lock lets one promise wait for another, but only READ COMMITTED then looks again at what the other did.
ISOLATION = """
CREATE FUNCTION ledger_check_isolation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.base <> '' AND current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        PERFORM ledger_refuse('ledger_no_double_funding',
            'money for a purpose is promised at READ COMMITTED, where every other promise is seen');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_check_isolation BEFORE INSERT OR UPDATE OF base, enterprise_id, project_id, organisation_id
    ON ledger_commitment FOR EACH ROW EXECUTE FUNCTION ledger_check_isolation();
"""

BACKWARD = """
DROP TRIGGER ledger_check_isolation ON ledger_commitment;
DROP FUNCTION ledger_check_isolation();
DROP TRIGGER ledger_keep_batch ON ledger_paymentbatch;
DROP FUNCTION ledger_keep_batch();
DROP TRIGGER ledger_begin_instalment ON ledger_instalment;
DROP FUNCTION ledger_begin_instalment();
DROP TRIGGER ledger_check_number ON ledger_entry;
DROP FUNCTION ledger_check_number();
DROP TRIGGER ledger_check_counts ON ledger_commitment;
DROP FUNCTION ledger_check_counts();
DROP TRIGGER ledger_check_balance ON ledger_account;
DROP FUNCTION ledger_check_balance();
DROP TRIGGER ledger_keep_identity ON ledger_instalment;
DROP TRIGGER ledger_keep_identity ON ledger_commitment;
DROP TRIGGER ledger_keep_identity ON ledger_account;
DROP TRIGGER ledger_keep_identity ON ledger_budget;
DROP FUNCTION ledger_keep_identity();
"""


class Migration(migrations.Migration):
    """The ways around the rules of the books, closed: whoever writes, in whatever session."""

    dependencies = [("ledger", "0002_kept_by_the_database"), ("core", "0004_history_is_not_truncated")]
    operations = [
        migrations.RunSQL([IDENTITY, SUMS, BATCHES, ISOLATION], BACKWARD),
        migrations.RunSQL(*refuse_truncate("ledger", "ledger_append_only", "ledger_entry", "ledger_posting")),
        migrations.RunSQL(*always("ledger")),
    ]
