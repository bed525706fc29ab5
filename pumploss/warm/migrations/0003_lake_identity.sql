-- A lake that is moved with its home is still the same one.
ALTER TABLE publish_log ADD COLUMN lake_id text COLLATE "C";
COMMENT ON COLUMN publish_log.lake_id IS 'Id of the ledger of the lake, which stays where the lake is moved or copied';
COMMENT ON COLUMN publish_log.lake IS 'Where the lake was when it was published';
