-- What an audit asks of a publish beside its input versions: who made it, how long, and of what content.
ALTER TABLE publish_log ADD COLUMN digests jsonb;
ALTER TABLE publish_log ADD COLUMN published_by text COLLATE "C";
ALTER TABLE publish_log ADD COLUMN seconds double precision;
COMMENT ON COLUMN publish_log.digests IS 'Content digest of T''s day of each table of the lake that is published as of T';
COMMENT ON COLUMN publish_log.published_by IS 'Machine, user and process that published';
COMMENT ON COLUMN publish_log.seconds IS 'Seconds from taking the publisher''s lock until the swap began';
COMMENT ON COLUMN publish_log.versions IS 'Delta version of each table of the lake that was read';
COMMENT ON COLUMN publish_log.row_counts IS 'Rows of each table that readers see';
