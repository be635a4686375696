from django.db import migrations

REFUSE = """
CREATE FUNCTION ledger_refuse(rule text, words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', words USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = rule;
END $$;
"""

APPEND_ONLY = """
CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_refuse('ledger_append_only', format('%s of %s %s refused', TG_OP, TG_TABLE_NAME, OLD.id));
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
"""

#: A balance is the sum of the postings. The row of the account is locked by the update itself, so that two
#: postings never see the same balance, and its CHECK refuses whoever would take more than there is.
BALANCES = """
CREATE FUNCTION ledger_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT budget_id FROM ledger_account WHERE id = NEW.account_id)
        IS DISTINCT FROM (SELECT budget_id FROM ledger_entry WHERE id = NEW.entry_id)
    THEN
        PERFORM ledger_refuse('ledger_entry_balances',
            format('account %s is not of the budget of entry %s', NEW.account_id, NEW.entry_id));
    END IF;
    UPDATE ledger_account SET balance = balance + NEW.amount WHERE id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_post AFTER INSERT ON ledger_posting FOR EACH ROW EXECUTE FUNCTION ledger_post();

CREATE FUNCTION ledger_keep_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.balance <> 0 THEN
            PERFORM ledger_refuse('ledger_balance_is_postings', 'an account begins at zero');
        END IF;
    ELSIF (NEW.balance <> OLD.balance AND pg_trigger_depth() < 2)
        OR (NEW.budget_id, NEW.kind) IS DISTINCT FROM (OLD.budget_id, OLD.kind)
    THEN
        PERFORM ledger_refuse('ledger_balance_is_postings', 'a balance changes by postings only');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_keep_balance BEFORE INSERT OR UPDATE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_balance();

CREATE FUNCTION ledger_keep_budget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.park_id, NEW.year, NEW.currency) IS DISTINCT FROM (OLD.park_id, OLD.year, OLD.currency)
        AND EXISTS (SELECT 1 FROM ledger_entry WHERE budget_id = OLD.id)
    THEN
        PERFORM ledger_refuse('ledger_budget_is_booked', 'a budget with entries keeps park, year and currency');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_keep_budget BEFORE UPDATE ON ledger_budget
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_budget();
"""

#: Each kind of entry leads from one account to another; a reversal leads back.
ENTRIES = """
CREATE FUNCTION ledger_way(kind text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'appropriation' THEN ARRAY['appropriation', 'available']
        WHEN 'increase' THEN ARRAY['appropriation', 'available']
        WHEN 'decrease' THEN ARRAY['available', 'appropriation']
        WHEN 'commitment' THEN ARRAY['available', 'committed']
        WHEN 'release' THEN ARRAY['committed', 'available']
        WHEN 'payment' THEN ARRAY['committed', 'paid']
        WHEN 'clawback' THEN ARRAY['paid', 'clawed_back']
    END
$$;

CREATE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    e ledger_entry;
    way text[];
    lines int;
    taken numeric;
    given numeric;
BEGIN
    IF TG_TABLE_NAME = 'ledger_entry' THEN
        e := NEW;
    ELSE
        SELECT * INTO e FROM ledger_entry WHERE id = NEW.entry_id;
    END IF;
    way := ledger_way(e.kind);
    IF e.kind = 'reversal' THEN
        SELECT ledger_way(r.kind) INTO way FROM ledger_entry r WHERE r.id = e.reverses_id;
        way := ARRAY[way[2], way[1]];
    END IF;
    SELECT count(*), sum(p.amount) FILTER (WHERE a.kind = way[1]), sum(p.amount) FILTER (WHERE a.kind = way[2])
      INTO lines, taken, given
      FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id WHERE p.entry_id = e.id;
    IF way IS NULL OR lines <> 2 OR taken IS DISTINCT FROM -e.amount OR given IS DISTINCT FROM e.amount THEN
        PERFORM ledger_refuse('ledger_entry_balances', format('entry %s (%s) does not balance', e.id, e.kind));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();

CREATE FUNCTION ledger_count_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was ledger_entry;
    due ledger_instalment;
    effect text := NEW.kind;
    sign int := 1;
BEGIN
    IF NEW.park_id IS DISTINCT FROM (SELECT park_id FROM ledger_budget WHERE id = NEW.budget_id) THEN
        PERFORM ledger_refuse('ledger_entry_balances', 'an entry belongs to the park of its budget');
    END IF;
    IF NEW.kind = 'reversal' THEN
        SELECT * INTO was FROM ledger_entry WHERE id = NEW.reverses_id;
        IF was.kind NOT IN ('payment', 'clawback')
            OR (was.amount, was.budget_id) IS DISTINCT FROM (NEW.amount, NEW.budget_id)
            OR (was.commitment_id, was.instalment_id) IS DISTINCT FROM (NEW.commitment_id, NEW.instalment_id)
        THEN
            PERFORM ledger_refuse('ledger_reversal_mirrors', format('entry %s is not reversed like this', was.id));
        END IF;
        effect := was.kind;
        sign := -1;
    END IF;
    IF NEW.commitment_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF NEW.kind = 'payment' THEN
        -- The lock makes two payments of one instalment wait for one another.
        SELECT * INTO due FROM ledger_instalment WHERE id = NEW.instalment_id FOR NO KEY UPDATE;
        IF due.state <> 'sent' OR (due.commitment_id, due.amount) IS DISTINCT FROM (NEW.commitment_id, NEW.amount)
            OR EXISTS (
                SELECT 1 FROM ledger_entry p
                WHERE p.instalment_id = NEW.instalment_id AND p.kind = 'payment' AND p.id <> NEW.id
                    AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = p.id)
            )
        THEN
            PERFORM ledger_refuse('ledger_one_payment_per_instalment',
                format('instalment %s is not waiting for this payment', NEW.instalment_id));
        END IF;
    END IF;
    UPDATE ledger_commitment c SET
        paid_amount = paid_amount + CASE WHEN effect = 'payment' THEN sign * NEW.amount ELSE 0 END,
        released_amount = released_amount + CASE WHEN effect = 'release' THEN NEW.amount ELSE 0 END,
        clawed_amount = clawed_amount + CASE WHEN effect = 'clawback' THEN sign * NEW.amount ELSE 0 END,
        state = CASE
            WHEN released_amount + CASE WHEN effect = 'release' THEN NEW.amount ELSE 0 END = c.amount
                THEN 'released'
            WHEN paid_amount + released_amount
                + CASE WHEN effect IN ('payment', 'release') THEN sign * NEW.amount ELSE 0 END = c.amount
                THEN 'closed'
            ELSE 'open' END,
        version = version + 1,
        updated_at = NEW.at
    WHERE c.id = NEW.commitment_id AND c.budget_id = NEW.budget_id;
    IF NOT FOUND THEN
        PERFORM ledger_refuse('ledger_entry_balances', 'an entry belongs to the budget of its commitment');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_count_entry AFTER INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_count_entry();
"""

COMMITMENTS = """
CREATE FUNCTION ledger_keep_commitment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF (NEW.paid_amount, NEW.released_amount, NEW.clawed_amount, NEW.state) <> (0, 0, 0, 'open') THEN
            PERFORM ledger_refuse('ledger_amounts_are_entries', 'a commitment begins unpaid');
        END IF;
        NEW.base_is_exclusive := (SELECT forbid_same_base FROM ledger_budget WHERE id = NEW.budget_id);
    ELSE
        IF (NEW.amount, NEW.budget_id) IS DISTINCT FROM (OLD.amount, OLD.budget_id)
            OR ((NEW.paid_amount, NEW.released_amount, NEW.clawed_amount, NEW.state)
                IS DISTINCT FROM (OLD.paid_amount, OLD.released_amount, OLD.clawed_amount, OLD.state)
                AND pg_trigger_depth() < 2)
        THEN
            PERFORM ledger_refuse('ledger_amounts_are_entries', 'the amounts of a commitment change by entries only');
        END IF;
        IF NEW.base = OLD.base AND NEW.state = OLD.state THEN
            RETURN NEW;
        END IF;
    END IF;
    IF NEW.base <> '' AND NEW.state <> 'released' THEN
        -- Everyone who promises money for this purpose waits here for the one before him.
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger_base:' || NEW.base, 0));
        IF EXISTS (
            SELECT 1 FROM ledger_commitment c
            WHERE c.base = NEW.base AND c.id <> NEW.id AND c.state <> 'released'
                AND NOT (c.state = 'closed' AND c.clawed_amount >= c.paid_amount)
                AND (c.base_is_exclusive OR NEW.base_is_exclusive)
                AND (c.enterprise_id = NEW.enterprise_id OR c.project_id = NEW.project_id
                    OR c.organisation_id = NEW.organisation_id)
        ) THEN
            PERFORM ledger_refuse('ledger_no_double_funding',
                format('the beneficiary already has money for %s', NEW.base));
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_keep_commitment BEFORE INSERT OR UPDATE ON ledger_commitment
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_commitment();

CREATE FUNCTION ledger_check_commitment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    c ledger_commitment;
BEGIN
    IF TG_TABLE_NAME = 'ledger_commitment' THEN
        SELECT * INTO c FROM ledger_commitment WHERE id = NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT * INTO c FROM ledger_commitment WHERE id = OLD.commitment_id;
    ELSE
        SELECT * INTO c FROM ledger_commitment WHERE id = NEW.commitment_id;
    END IF;
    IF c.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF (SELECT sum(amount) FROM ledger_entry WHERE commitment_id = c.id AND kind = 'commitment')
        IS DISTINCT FROM c.amount
    THEN
        PERFORM ledger_refuse('ledger_commitment_is_booked', format('commitment %s is not booked', c.id));
    END IF;
    IF (SELECT COALESCE(sum(amount), 0) FROM ledger_instalment WHERE commitment_id = c.id)
        <> c.amount - c.released_amount
    THEN
        PERFORM ledger_refuse('ledger_instalments_total_commitment',
            format('the instalments of commitment %s do not total it', c.id));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_commitment_is_booked AFTER INSERT OR UPDATE OF released_amount
    ON ledger_commitment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_commitment();
CREATE CONSTRAINT TRIGGER ledger_instalments_total_commitment
    AFTER INSERT OR UPDATE OF amount, commitment_id OR DELETE ON ledger_instalment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_commitment();
"""

INSTALMENTS = """
CREATE FUNCTION ledger_keep_instalment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before_state text;
    after_state text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state NOT IN ('planned', 'claimed', 'ready', 'bounced') THEN
            PERFORM ledger_refuse('ledger_checked_batch_is_frozen', 'a payment on its way stays');
        END IF;
        RETURN OLD;
    END IF;
    SELECT state INTO before_state FROM ledger_paymentbatch WHERE id = OLD.batch_id FOR SHARE;
    SELECT state INTO after_state FROM ledger_paymentbatch WHERE id = NEW.batch_id FOR SHARE;
    IF (OLD.batch_id IS DISTINCT FROM NEW.batch_id AND (
            (before_state <> 'draft' AND NEW.state <> 'bounced') OR after_state <> 'draft'))
        OR (before_state <> 'draft' AND NEW.batch_id IS NOT NULL
            AND (OLD.amount, OLD.account_id, OLD.pay_currency, OLD.pay_amount, OLD.pay_rate)
                IS DISTINCT FROM (NEW.amount, NEW.account_id, NEW.pay_currency, NEW.pay_amount, NEW.pay_rate))
    THEN
        PERFORM ledger_refuse('ledger_checked_batch_is_frozen', 'a checked payment list never changes');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_keep_instalment BEFORE UPDATE OR DELETE ON ledger_instalment
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_instalment();

CREATE FUNCTION ledger_check_received() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    i ledger_instalment;
BEGIN
    SELECT * INTO i FROM ledger_instalment WHERE id = CASE WHEN TG_TABLE_NAME = 'ledger_instalment'
        THEN (to_jsonb(NEW)->>'id')::bigint ELSE (to_jsonb(NEW)->>'instalment_id')::bigint END;
    IF i.id IS NOT NULL AND (i.state = 'received') <> EXISTS (
        SELECT 1 FROM ledger_entry p
        WHERE p.instalment_id = i.id AND p.kind = 'payment'
            AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = p.id)
    ) THEN
        PERFORM ledger_refuse('ledger_received_is_booked',
            format('instalment %s is received and booked, or neither', i.id));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_received_is_booked AFTER INSERT OR UPDATE OF state ON ledger_instalment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_received();
CREATE CONSTRAINT TRIGGER ledger_received_is_booked AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_received();
"""

BACKWARD = """
DROP TRIGGER ledger_received_is_booked ON ledger_entry;
DROP TRIGGER ledger_received_is_booked ON ledger_instalment;
DROP FUNCTION ledger_check_received();
DROP TRIGGER ledger_keep_instalment ON ledger_instalment;
DROP FUNCTION ledger_keep_instalment();
DROP TRIGGER ledger_instalments_total_commitment ON ledger_instalment;
DROP TRIGGER ledger_commitment_is_booked ON ledger_commitment;
DROP FUNCTION ledger_check_commitment();
DROP TRIGGER ledger_keep_commitment ON ledger_commitment;
DROP FUNCTION ledger_keep_commitment();
DROP TRIGGER ledger_count_entry ON ledger_entry;
DROP FUNCTION ledger_count_entry();
DROP TRIGGER ledger_entry_balances ON ledger_posting;
DROP TRIGGER ledger_entry_balances ON ledger_entry;
DROP FUNCTION ledger_check_entry();
DROP FUNCTION ledger_way(text);
DROP TRIGGER ledger_keep_budget ON ledger_budget;
DROP FUNCTION ledger_keep_budget();
DROP TRIGGER ledger_keep_balance ON ledger_account;
DROP FUNCTION ledger_keep_balance();
DROP TRIGGER ledger_post ON ledger_posting;
DROP FUNCTION ledger_post();
DROP TRIGGER ledger_append_only ON ledger_posting;
DROP TRIGGER ledger_append_only ON ledger_entry;
DROP FUNCTION ledger_append_only();
DROP FUNCTION ledger_refuse(text, text);
"""


class Migration(migrations.Migration):
    """What the books may never say, refused by the database, whoever writes."""

    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [REFUSE, APPEND_ONLY, BALANCES, ENTRIES, COMMITMENTS, INSTALMENTS],
            BACKWARD,
        )
    ]
