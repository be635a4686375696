from django.db import migrations

REFUSE = """
CREATE FUNCTION sharing_refuse(rule text, words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', words USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = rule;
END $$;
"""

#: A merge of two records of the same company moves its lines; nothing else of a line ever changes.
APPEND_ONLY = """
CREATE FUNCTION sharing_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'sharing_sharingline'
        AND to_jsonb(NEW) - 'enterprise_id' = to_jsonb(OLD) - 'enterprise_id'
    THEN
        RETURN NEW;
    END IF;
    PERFORM sharing_refuse('sharing_append_only', format('%s of %s %s refused', TG_OP, TG_TABLE_NAME, OLD.id));
    RETURN NULL;
END $$;
CREATE TRIGGER sharing_append_only BEFORE UPDATE OR DELETE ON sharing_sharingentry
    FOR EACH ROW EXECUTE FUNCTION sharing_append_only();
CREATE TRIGGER sharing_append_only BEFORE UPDATE OR DELETE ON sharing_sharingposting
    FOR EACH ROW EXECUTE FUNCTION sharing_append_only();
CREATE TRIGGER sharing_append_only BEFORE UPDATE OR DELETE ON sharing_sharingaccrual
    FOR EACH ROW EXECUTE FUNCTION sharing_append_only();
CREATE TRIGGER sharing_append_only BEFORE UPDATE OR DELETE ON sharing_sharingline
    FOR EACH ROW EXECUTE FUNCTION sharing_append_only();
"""

#: The update of the account locks its row: two settlements of one claim wait here for one another, and the
#: second sees what the first left open.
BALANCES = """
CREATE FUNCTION sharing_post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    e sharing_sharingentry;
    a sharing_sharingaccount;
BEGIN
    SELECT * INTO e FROM sharing_sharingentry WHERE id = NEW.entry_id;
    UPDATE sharing_sharingaccount SET
        accrued = accrued + CASE WHEN NEW.side = 'accrued' THEN NEW.amount ELSE 0 END,
        settled = settled + CASE WHEN NEW.side = 'settled' THEN NEW.amount ELSE 0 END
        WHERE id = NEW.account_id AND agreement_id = e.agreement_id RETURNING * INTO a;
    IF a.id IS NULL OR NEW.side <> (CASE WHEN e.kind = 'accrual' THEN 'accrued' ELSE 'settled' END) THEN
        PERFORM sharing_refuse('sharing_entry_balances',
            format('posting %s does not belong to entry %s (%s)', NEW.id, e.id, e.kind));
    END IF;
    IF e.kind = 'settlement' AND (a.accrued - a.settled) * sign(NEW.amount) < 0 THEN
        PERFORM sharing_refuse('sharing_settled_within_open',
            format('no more than what is open is settled (account %s)', a.id));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sharing_post AFTER INSERT ON sharing_sharingposting FOR EACH ROW EXECUTE FUNCTION sharing_post();

CREATE FUNCTION sharing_keep_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF (NEW.accrued, NEW.settled) <> (0, 0) OR NEW.agreement_id IS DISTINCT FROM
            (SELECT agreement_id FROM sharing_sharingparty WHERE id = NEW.party_id)
        THEN
            PERFORM sharing_refuse('sharing_balance_is_postings', 'an account of a party begins at zero');
        END IF;
    ELSIF (NEW.accrued, NEW.settled) <> (OLD.accrued, OLD.settled) AND pg_trigger_depth() < 2
        OR (NEW.agreement_id, NEW.party_id, NEW.year) <> (OLD.agreement_id, OLD.party_id, OLD.year)
    THEN
        PERFORM sharing_refuse('sharing_balance_is_postings', 'a balance changes by postings only');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sharing_keep_account BEFORE INSERT OR UPDATE ON sharing_sharingaccount
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_account();
"""

#: Each entry sums to zero in every year it touches. A settlement posts exactly its amount, from its payer to
#: its payee; a reversal mirrors that. A confirmed settlement is booked, a reported one is not.
ENTRIES = """
CREATE FUNCTION sharing_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    e sharing_sharingentry;
    s sharing_sharingsettlement;
    turn int;
BEGIN
    SELECT * INTO e FROM sharing_sharingentry
        WHERE id = (CASE WHEN TG_TABLE_NAME = 'sharing_sharingentry' THEN to_jsonb(NEW)->>'id'
                         ELSE to_jsonb(NEW)->>'entry_id' END)::bigint;
    IF NOT EXISTS (SELECT 1 FROM sharing_sharingposting WHERE entry_id = e.id)
        OR EXISTS (
            SELECT 1 FROM sharing_sharingposting p JOIN sharing_sharingaccount a ON a.id = p.account_id
            WHERE p.entry_id = e.id GROUP BY a.year HAVING sum(p.amount) <> 0
        )
    THEN
        PERFORM sharing_refuse('sharing_entry_balances', format('entry %s (%s) does not balance', e.id, e.kind));
    END IF;
    IF e.kind = 'accrual' THEN
        IF (e.agreement_id) IS DISTINCT FROM
            (SELECT agreement_id FROM sharing_sharingaccrual WHERE id = e.accrual_id)
        THEN
            PERFORM sharing_refuse('sharing_entry_balances', 'an entry belongs to the agreement of its computation');
        END IF;
        RETURN NULL;
    END IF;
    SELECT * INTO s FROM sharing_sharingsettlement WHERE id = e.settlement_id;
    turn := CASE WHEN e.kind = 'reversal' THEN -1 ELSE 1 END;
    IF s.agreement_id <> e.agreement_id OR EXISTS (
        (SELECT party, year, way * turn * s.amount FROM (VALUES
            (s.payer_id, s.year::int, -1), (s.payee_id, s.year::int, 1),
            (s.payer_id, s.counter_year::int, 1), (s.payee_id, s.counter_year::int, -1)
        ) AS wanted(party, year, way) WHERE year IS NOT NULL)
        EXCEPT
        (SELECT a.party_id, a.year::int, p.amount
            FROM sharing_sharingposting p JOIN sharing_sharingaccount a ON a.id = p.account_id
            WHERE p.entry_id = e.id)
    ) OR (SELECT count(*) FROM sharing_sharingposting WHERE entry_id = e.id)
        <> (CASE WHEN s.counter_year IS NULL THEN 2 ELSE 4 END)
    THEN
        PERFORM sharing_refuse('sharing_entry_balances', format('entry %s does not say what was settled', e.id));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sharing_entry_balances AFTER INSERT ON sharing_sharingentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sharing_check_entry();
CREATE CONSTRAINT TRIGGER sharing_entry_balances AFTER INSERT ON sharing_sharingposting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sharing_check_entry();

CREATE FUNCTION sharing_check_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    s sharing_sharingsettlement;
BEGIN
    SELECT * INTO s FROM sharing_sharingsettlement
        WHERE id = (CASE WHEN TG_TABLE_NAME = 'sharing_sharingsettlement' THEN to_jsonb(NEW)->>'id'
                         ELSE to_jsonb(NEW)->>'settlement_id' END)::bigint;
    IF s.id IS NOT NULL AND (
        (s.state IN ('confirmed', 'reversed')) <> EXISTS (
            SELECT 1 FROM sharing_sharingentry WHERE settlement_id = s.id AND kind = 'settlement')
        OR (s.state = 'reversed') <> EXISTS (
            SELECT 1 FROM sharing_sharingentry WHERE settlement_id = s.id AND kind = 'reversal')
    ) THEN
        PERFORM sharing_refuse('sharing_settlement_is_booked',
            format('settlement %s is confirmed and booked, or neither', s.id));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sharing_settlement_is_booked AFTER INSERT OR UPDATE OF state
    ON sharing_sharingsettlement DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sharing_check_settlement();
CREATE CONSTRAINT TRIGGER sharing_settlement_is_booked AFTER INSERT ON sharing_sharingentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sharing_check_settlement();

CREATE FUNCTION sharing_keep_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'reported' AND (
        TG_OP = 'DELETE'
        OR (NEW.agreement_id, NEW.kind, NEW.year, NEW.counter_year, NEW.payer_id, NEW.payee_id, NEW.amount, NEW."on",
            NEW.recorded_by_id, NEW.confirmed_by_id)
            IS DISTINCT FROM (OLD.agreement_id, OLD.kind, OLD.year, OLD.counter_year, OLD.payer_id, OLD.payee_id,
            OLD.amount, OLD."on", OLD.recorded_by_id, OLD.confirmed_by_id)
        OR (NEW.state <> OLD.state AND (OLD.state, NEW.state) <> ('confirmed', 'reversed'))
    ) THEN
        PERFORM sharing_refuse('sharing_decided_settlement_is_frozen', 'a decided settlement never changes');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER sharing_keep_settlement BEFORE UPDATE OR DELETE ON sharing_sharingsettlement
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_settlement();
"""

#: Terms are whole at each commit and frozen once agreed. A later version may only shorten an earlier one.
TERMS = """
CREATE FUNCTION sharing_check_term() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_now jsonb := to_jsonb(COALESCE(NEW, OLD));
    t sharing_sharingterm;
    of_agreement bigint;
BEGIN
    SELECT * INTO t FROM sharing_sharingterm
        WHERE id = COALESCE(row_now->>'term_id', row_now->>'id')::bigint;
    IF t.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF (SELECT sum(percent) FROM sharing_sharingshare WHERE term_id = t.id) IS DISTINCT FROM 100 THEN
        PERFORM sharing_refuse('sharing_shares_total_100', format('the shares of term %s do not total 100', t.id));
    END IF;
    SELECT agreement_id INTO of_agreement FROM sharing_sharingversion WHERE id = t.version_id;
    IF NOT EXISTS (SELECT 1 FROM sharing_sharingshare WHERE term_id = t.id AND party_id = t.remainder_to_id)
        OR EXISTS (
            SELECT 1 FROM sharing_sharingparty p WHERE p.agreement_id <> of_agreement AND (p.id = t.holder_id
                OR p.id IN (SELECT party_id FROM sharing_sharingshare WHERE term_id = t.id)))
    THEN
        PERFORM sharing_refuse('sharing_term_of_its_parties',
            format('term %s names parties of its agreement, and a share for who takes the rest', t.id));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sharing_shares_total_100 AFTER INSERT OR UPDATE OR DELETE ON sharing_sharingshare
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sharing_check_term();
CREATE CONSTRAINT TRIGGER sharing_shares_total_100 AFTER INSERT OR UPDATE ON sharing_sharingterm
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sharing_check_term();

CREATE FUNCTION sharing_is_agreed(of_version bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM sharing_sharingversion WHERE id = of_version AND state = 'agreed')
$$;

CREATE FUNCTION sharing_keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
    kept boolean := false;
    one jsonb;
BEGIN
    IF TG_TABLE_NAME = 'sharing_sharingterm_enterprises' AND TG_OP = 'UPDATE' THEN
        RETURN NEW;  -- two records of one company were merged
    END IF;
    FOREACH one IN ARRAY ARRAY[old_row, new_row] LOOP
        CONTINUE WHEN one IS NULL;
        IF one ? 'version_id' THEN
            kept := kept OR sharing_is_agreed((one->>'version_id')::bigint);
        ELSE
            kept := kept OR sharing_is_agreed((SELECT version_id FROM sharing_sharingterm
                WHERE id = COALESCE(one->>'term_id', one->>'sharingterm_id')::bigint));
        END IF;
    END LOOP;
    IF kept THEN
        PERFORM sharing_refuse('sharing_agreed_terms_are_frozen', 'agreed terms never change');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER sharing_keep_terms BEFORE INSERT OR UPDATE OR DELETE ON sharing_sharingterm
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_terms();
CREATE TRIGGER sharing_keep_terms BEFORE INSERT OR UPDATE OR DELETE ON sharing_sharingshare
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_terms();
CREATE TRIGGER sharing_keep_terms BEFORE INSERT OR UPDATE OR DELETE ON sharing_sharingpromise
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_terms();
CREATE TRIGGER sharing_keep_terms BEFORE INSERT OR UPDATE OR DELETE ON sharing_sharingterm_incubators
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_terms();
CREATE TRIGGER sharing_keep_terms BEFORE INSERT OR UPDATE OR DELETE ON sharing_sharingterm_enterprises
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_terms();

CREATE FUNCTION sharing_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'agreed' AND (
        TG_OP = 'DELETE' OR NEW.valid_until > OLD.valid_until
        OR to_jsonb(NEW) - '{valid_until,version,updated_at}'::text[]
            <> to_jsonb(OLD) - '{valid_until,version,updated_at}'::text[]
    ) THEN
        PERFORM sharing_refuse('sharing_agreed_terms_are_frozen', 'agreed terms never change');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER sharing_keep_version BEFORE UPDATE OR DELETE ON sharing_sharingversion
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_version();

CREATE FUNCTION sharing_keep_parties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM sharing_sharingversion WHERE state = 'agreed'
        AND agreement_id = CASE WHEN TG_OP = 'INSERT' THEN NEW.agreement_id ELSE OLD.agreement_id END)
    THEN
        PERFORM sharing_refuse('sharing_parties_are_frozen', 'the parties of agreed terms stay');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER sharing_keep_parties BEFORE INSERT OR UPDATE OR DELETE ON sharing_sharingparty
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_parties();

CREATE FUNCTION sharing_keep_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.park_id, NEW.currency) IS DISTINCT FROM (OLD.park_id, OLD.currency)
        AND EXISTS (SELECT 1 FROM sharing_sharingversion WHERE agreement_id = OLD.id AND state = 'agreed')
    THEN
        PERFORM sharing_refuse('sharing_parties_are_frozen', 'an agreed agreement keeps its park and currency');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sharing_keep_agreement BEFORE UPDATE ON sharing_sharingagreement
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_agreement();
"""

BACKWARD = """
DROP TRIGGER sharing_keep_agreement ON sharing_sharingagreement;
DROP FUNCTION sharing_keep_agreement();
DROP TRIGGER sharing_keep_parties ON sharing_sharingparty;
DROP FUNCTION sharing_keep_parties();
DROP TRIGGER sharing_keep_version ON sharing_sharingversion;
DROP FUNCTION sharing_keep_version();
DROP TRIGGER sharing_keep_terms ON sharing_sharingterm_enterprises;
DROP TRIGGER sharing_keep_terms ON sharing_sharingterm_incubators;
DROP TRIGGER sharing_keep_terms ON sharing_sharingpromise;
DROP TRIGGER sharing_keep_terms ON sharing_sharingshare;
DROP TRIGGER sharing_keep_terms ON sharing_sharingterm;
DROP FUNCTION sharing_keep_terms();
DROP FUNCTION sharing_is_agreed(bigint);
DROP TRIGGER sharing_shares_total_100 ON sharing_sharingterm;
DROP TRIGGER sharing_shares_total_100 ON sharing_sharingshare;
DROP FUNCTION sharing_check_term();
DROP TRIGGER sharing_keep_settlement ON sharing_sharingsettlement;
DROP FUNCTION sharing_keep_settlement();
DROP TRIGGER sharing_settlement_is_booked ON sharing_sharingentry;
DROP TRIGGER sharing_settlement_is_booked ON sharing_sharingsettlement;
DROP FUNCTION sharing_check_settlement();
DROP TRIGGER sharing_entry_balances ON sharing_sharingposting;
DROP TRIGGER sharing_entry_balances ON sharing_sharingentry;
DROP FUNCTION sharing_check_entry();
DROP TRIGGER sharing_keep_account ON sharing_sharingaccount;
DROP FUNCTION sharing_keep_account();
DROP TRIGGER sharing_post ON sharing_sharingposting;
DROP FUNCTION sharing_post();
DROP TRIGGER sharing_append_only ON sharing_sharingline;
DROP TRIGGER sharing_append_only ON sharing_sharingaccrual;
DROP TRIGGER sharing_append_only ON sharing_sharingposting;
DROP TRIGGER sharing_append_only ON sharing_sharingentry;
DROP FUNCTION sharing_append_only();
DROP FUNCTION sharing_refuse(text, text);
"""


class Migration(migrations.Migration):
    """What the book and the terms may never say, refused by the database, whoever writes."""

    dependencies = [("sharing", "0001_initial")]
    operations = [migrations.RunSQL([REFUSE, APPEND_ONLY, BALANCES, ENTRIES, TERMS], BACKWARD)]
