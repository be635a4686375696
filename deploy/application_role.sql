-- A role for the application that owns nothing: it reads and writes rows, and cannot switch off a trigger,
-- empty a table or change what was booked. Run once by the owner of the database, after the first migration:
--   psql --file application_role.sql DATABASE; then \password enclave_app
CREATE ROLE enclave_app LOGIN;
GRANT USAGE ON SCHEMA public TO enclave_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO enclave_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO enclave_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO enclave_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO enclave_app;
REVOKE UPDATE, DELETE ON core_historyentry, ledger_entry, ledger_posting, sharing_sharingentry,
    sharing_sharingposting FROM enclave_app;
