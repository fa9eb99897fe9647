-- The mirror of product files, version 1: docs/publish.md. It is written by `mainstay publish` alone.

CREATE SCHEMA mainstay;
COMMENT ON SCHEMA mainstay IS 'Mirror of Mainstay product files, for reports. The files are the record.';

CREATE TABLE mainstay.mirror (
  version integer NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  made_with text NOT NULL
);
CREATE UNIQUE INDEX mirror_is_one ON mainstay.mirror ((true));

-- A product file, up to the last event that was published of it.
CREATE TABLE mainstay.product_file (
  product uuid PRIMARY KEY,
  made_at text NOT NULL,
  made_with text NOT NULL,
  seq bigint NOT NULL,
  digest text NOT NULL,
  published_at timestamptz NOT NULL DEFAULT now(),
  published_with text NOT NULL
);

-- The audit trail. As in the file, the text of an event is the truth, and the server computes the other columns from it.
CREATE TABLE mainstay.event (
  product uuid NOT NULL,
  seq bigint NOT NULL,
  at text NOT NULL GENERATED ALWAYS AS (body::json ->> 'at') STORED,
  actor text NOT NULL GENERATED ALWAYS AS (body::json ->> 'actor') STORED,
  request text NOT NULL GENERATED ALWAYS AS (body::json ->> 'request') STORED,
  record text GENERATED ALWAYS AS (body::json ->> 'record') STORED,
  digest text NOT NULL,
  key bigint NOT NULL,
  signature bytea NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (product, seq)
);

-- Electronic signatures.
CREATE TABLE mainstay.signature (
  product uuid NOT NULL,
  number bigint NOT NULL,
  subject text NOT NULL GENERATED ALWAYS AS (body::json ->> 'subject') STORED,
  event bigint NOT NULL GENERATED ALWAYS AS ((body::json ->> 'event')::bigint) STORED,
  digest text NOT NULL,
  key bigint NOT NULL,
  signature bytea NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (product, number)
);
CREATE INDEX signature_by_subject ON mainstay.signature (product, subject);

-- Public keys. Private keys are not here.
CREATE TABLE mainstay.signing_key (
  product uuid NOT NULL,
  number bigint NOT NULL,
  person text NOT NULL,
  public_key bytea NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (product, number)
);

-- Records of every kind: the exact text, and the same to ask about.
CREATE TABLE mainstay.record (
  product uuid NOT NULL,
  key bigint NOT NULL,
  kind integer NOT NULL GENERATED ALWAYS AS ((key >> 32)::integer) STORED,
  number bigint NOT NULL GENERATED ALWAYS AS (key & 4294967295) STORED,
  id text NOT NULL GENERATED ALWAYS AS (body::json ->> 'id') STORED,
  parent text GENERATED ALWAYS AS (body::json ->> 'parent') STORED,
  state text NOT NULL GENERATED ALWAYS AS (body::json ->> 'state') STORED,
  owner text GENERATED ALWAYS AS (body::json ->> 'owner') STORED,
  created_at text NOT NULL GENERATED ALWAYS AS (body::json ->> 'created_at') STORED,
  created_by text NOT NULL GENERATED ALWAYS AS (body::json ->> 'created_by') STORED,
  state_since text NOT NULL GENERATED ALWAYS AS (body::json ->> 'state_since') STORED,
  revision bigint NOT NULL GENERATED ALWAYS AS ((body::json ->> 'revision')::bigint) STORED,
  title text GENERATED ALWAYS AS (body::json -> 'fields' ->> 'title') STORED,
  content jsonb NOT NULL GENERATED ALWAYS AS (body::jsonb) STORED,
  body text NOT NULL,
  PRIMARY KEY (product, key),
  UNIQUE (product, id)
);
CREATE INDEX record_by_kind ON mainstay.record (kind, product);

-- The kinds of records, by the numbers that their keys begin with.
CREATE TABLE mainstay.kind (
  number integer PRIMARY KEY,
  code text NOT NULL,
  prefix text NOT NULL,
  name text NOT NULL
);

-- Which role may read which product; no product means every one. An administrator of the database fills it.
CREATE TABLE mainstay.reader (
  role name NOT NULL,
  product uuid
);

ALTER TABLE mainstay.reader ENABLE ROW LEVEL SECURITY;
ALTER TABLE mainstay.product_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE mainstay.event ENABLE ROW LEVEL SECURITY;
ALTER TABLE mainstay.signature ENABLE ROW LEVEL SECURITY;
ALTER TABLE mainstay.signing_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE mainstay.record ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON mainstay.reader FOR SELECT USING (
  EXISTS (SELECT 1 FROM pg_catalog.pg_roles o WHERE o.rolname = role AND pg_has_role(o.oid, 'USAGE')));
CREATE POLICY granted ON mainstay.product_file FOR SELECT USING (
  EXISTS (SELECT 1 FROM mainstay.reader r WHERE r.product IS NULL OR r.product = product_file.product));
CREATE POLICY granted ON mainstay.event FOR SELECT USING (product IN (SELECT f.product FROM mainstay.product_file f));
CREATE POLICY granted ON mainstay.signature FOR SELECT USING (product IN (SELECT f.product FROM mainstay.product_file f));
CREATE POLICY granted ON mainstay.signing_key FOR SELECT USING (product IN (SELECT f.product FROM mainstay.product_file f));
CREATE POLICY granted ON mainstay.record FOR SELECT USING (product IN (SELECT f.product FROM mainstay.product_file f));
