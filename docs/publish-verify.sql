-- Verifies what was published of product files from the database alone: every digest is computed again with sha256(), and the chain is followed.
-- docs/publish.md says what it finds and what only `mainstay verify FILE` finds.
--
--   psql ADDRESS -X -f publish-verify.sql
--   psql ADDRESS -X -v product=UUID -v head=SEQ:DIGEST -f publish-verify.sql
--
-- A head is printed on every packet. With one, the product must have exactly that event. Ends with 3 if something does not match.

\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on
\pset format unaligned
\if :{?product}
\else
\set product ''
\endif
\if :{?head}
\else
\set head ''
\endif

BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
WITH
product AS (SELECT * FROM mainstay.product_file WHERE :'product' IN ('', product::text)),
event AS (
  SELECT e.*, lag(e.digest, 1, repeat('0', 64)) OVER run AS before, row_number() OVER run AS place,
    lead(e.seq) OVER run IS NULL AS is_last, e.body::json AS text
  FROM mainstay.event e JOIN product USING (product) WINDOW run AS (PARTITION BY product ORDER BY e.seq)),
record AS (SELECT r.* FROM mainstay.record r JOIN product USING (product)),
signature AS (SELECT s.* FROM mainstay.signature s JOIN product USING (product)),
change AS (
  SELECT DISTINCT ON (product, id) product, id, seq, digest FROM (
    SELECT product, seq, c ->> 'record' AS id, c ->> 'digest' AS digest FROM event, json_array_elements(text -> 'changes') c) each
  ORDER BY product, id, seq DESC),
named AS (
  SELECT product, seq, s AS digest FROM event, json_array_elements_text(coalesce(text -> 'signatures', '[]')) s),
finding (product, at, place, what) AS (
  SELECT product, seq, 'event ' || seq, 'stands where event ' || place || ' should stand' FROM event WHERE seq <> place
  UNION ALL SELECT product, seq, 'event ' || seq, 'its text does not have the digest that was recorded' FROM event
    WHERE encode(sha256(convert_to(body, 'UTF8')), 'hex') <> digest
  UNION ALL SELECT product, seq, 'event ' || seq, 'does not continue the event before it' FROM event
    WHERE text ->> 'previous' IS DISTINCT FROM before
  UNION ALL SELECT product, seq, 'event ' || seq, 'its text has another number' FROM event WHERE text ->> 'seq' IS DISTINCT FROM seq::text
  UNION ALL SELECT product, seq, 'event ' || seq, 'a column says something else than its text' FROM event
    WHERE (at, actor, request, record) IS DISTINCT FROM (text ->> 'at', text ->> 'actor', text ->> 'request', text ->> 'record')
  UNION ALL SELECT product, seq, 'event ' || seq, 'is of another product file' FROM event
    WHERE seq = 1 AND text -> 'facts' ->> 'file' IS DISTINCT FROM product::text
  UNION ALL SELECT product, p.seq, 'event ' || p.seq, 'is not the last event, as it should be' FROM product p
    LEFT JOIN event e USING (product) WHERE e.is_last IS NOT FALSE AND (p.seq, p.digest) IS DISTINCT FROM (e.seq, e.digest)
  UNION ALL SELECT product, nullif(split_part(:'head', ':', 1), '')::bigint, 'event ' || split_part(:'head', ':', 1), 'is not the given one' FROM product p
    WHERE :'head' <> '' AND NOT EXISTS (SELECT 1 FROM event e WHERE e.product = p.product
      AND e.seq = nullif(split_part(:'head', ':', 1), '')::bigint AND starts_with(e.digest, split_part(:'head', ':', 2)))
  UNION ALL SELECT DISTINCT o.product, NULL::bigint, 'product file', 'is not there, and rows of it are' FROM (
      SELECT product FROM mainstay.event UNION SELECT product FROM mainstay.record UNION SELECT product FROM mainstay.signature) o
    LEFT JOIN mainstay.product_file f USING (product) WHERE f.product IS NULL AND :'product' IN ('', o.product::text)
  UNION ALL SELECT product, c.seq, c.id, 'is not there' FROM change c LEFT JOIN record r USING (product, id) WHERE r.key IS NULL
  UNION ALL SELECT product, NULL, r.id, 'no event made it' FROM record r LEFT JOIN change c USING (product, id) WHERE c.seq IS NULL
  UNION ALL SELECT product, c.seq, r.id, 'is not what its last event says' FROM record r JOIN change c USING (product, id)
    WHERE encode(sha256(convert_to(r.body, 'UTF8')), 'hex') <> c.digest
  UNION ALL SELECT r.product, NULL, r.id, 'a column says something else than its text' FROM record r
    LEFT JOIN mainstay.kind k ON k.prefix = left(r.id, 2)
    WHERE r.content IS DISTINCT FROM r.body::jsonb OR r.key IS DISTINCT FROM (k.number::bigint << 32) + substr(r.id, 4)::bigint
      OR (r.id, r.parent, r.state, r.owner, r.created_at, r.created_by, r.state_since, r.revision::text, r.title) IS DISTINCT FROM
        (r.content ->> 'id', r.content ->> 'parent', r.content ->> 'state', r.content ->> 'owner', r.content ->> 'created_at',
          r.content ->> 'created_by', r.content ->> 'state_since', r.content ->> 'revision', r.content -> 'fields' ->> 'title')
  UNION ALL SELECT product, s.event, 'signature ' || s.number, 'its text does not have the digest that was recorded' FROM signature s
    WHERE encode(sha256(convert_to(s.body, 'UTF8')), 'hex') <> s.digest
  UNION ALL SELECT product, n.seq, 'event ' || n.seq, 'names a signature that is not there' FROM named n
    LEFT JOIN signature s USING (product, digest) WHERE s.number IS NULL
  UNION ALL SELECT product, s.event, 'signature ' || s.number, 'its event does not name it' FROM signature s
    LEFT JOIN named n USING (product, digest)
    WHERE n.seq IS DISTINCT FROM (s.body::json ->> 'event')::bigint OR s.event IS DISTINCT FROM n.seq),
shown AS (SELECT * FROM finding ORDER BY product, at NULLS LAST, place LIMIT 100)
SELECT
  (SELECT count(*) FROM finding) > 0 OR (SELECT count(*) FROM product) = 0 AS wrong,
  coalesce(
    (SELECT string_agg(product || ': ' || place || ': ' || what, E'\n' ORDER BY product, at NULLS LAST, place) FROM shown),
    (SELECT string_agg('verified: ' || product || ': ' || seq || ' events, head ' || seq || ':' || digest, E'\n' ORDER BY product) FROM product),
    'no product was published that this role may read') AS words
\gset
COMMIT;
\echo :words
\if :wrong
DO $$ BEGIN RAISE EXCEPTION 'what was published does not match'; END $$;
\endif
