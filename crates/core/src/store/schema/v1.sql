-- Schema of a product file, version 1.

CREATE TABLE product_file (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  uuid TEXT NOT NULL,
  made_at TEXT NOT NULL,
  made_with TEXT NOT NULL
) STRICT;

-- The audit trail. The text of an event is the truth; its columns are computed from it.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY CHECK (seq > 0),
  at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.at')) VIRTUAL,
  actor TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.actor')) VIRTUAL,
  request TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.request')) VIRTUAL,
  record TEXT GENERATED ALWAYS AS (json_extract(body, '$.record')) VIRTUAL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  key INTEGER NOT NULL REFERENCES signing_key (number) DEFERRABLE INITIALLY DEFERRED,
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.seq') = seq)
) STRICT;
CREATE INDEX event_by_actor ON event (actor);
CREATE INDEX event_by_request ON event (request);
CREATE INDEX event_by_clock_back ON event (seq) WHERE json_extract(body, '$.clock_back_seconds') IS NOT NULL;
CREATE TRIGGER event_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END;
CREATE TRIGGER event_fixed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END;
CREATE TRIGGER event_in_order BEFORE INSERT ON event
  WHEN new.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)
  BEGIN SELECT RAISE(ABORT, 'audit events are numbered without gaps'); END;

-- Which event made which revision of which record, by its key. Written before the record itself.
CREATE TABLE touch (
  record INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  seq INTEGER NOT NULL REFERENCES event (seq) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (record, revision)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER touch_kept BEFORE DELETE ON touch BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END;
CREATE TRIGGER touch_fixed BEFORE UPDATE ON touch BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END;

-- Public keys of persons, each from the event that brought it into force.
CREATE TABLE signing_key (
  number INTEGER PRIMARY KEY,
  person TEXT NOT NULL,
  public_key BLOB NOT NULL UNIQUE CHECK (length(public_key) = 32),
  seq INTEGER NOT NULL REFERENCES event (seq) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE TRIGGER signing_key_kept BEFORE DELETE ON signing_key BEGIN SELECT RAISE(ABORT, 'keys are never deleted'); END;
CREATE TRIGGER signing_key_fixed BEFORE UPDATE ON signing_key BEGIN SELECT RAISE(ABORT, 'keys are never changed'); END;

-- Electronic signatures.
CREATE TABLE signature (
  number INTEGER PRIMARY KEY,
  subject TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.subject')) STORED,
  event INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.event')) STORED REFERENCES event (seq) DEFERRABLE INITIALLY DEFERRED,
  digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
  key INTEGER NOT NULL REFERENCES signing_key (number) DEFERRABLE INITIALLY DEFERRED,
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX signature_by_subject ON signature (subject);
CREATE TRIGGER signature_kept BEFORE DELETE ON signature BEGIN SELECT RAISE(ABORT, 'signatures are never deleted'); END;
CREATE TRIGGER signature_fixed BEFORE UPDATE ON signature BEGIN SELECT RAISE(ABORT, 'signatures are never changed'); END;

-- The bytes of attachments, by their digest.
CREATE TABLE blob (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  bytes BLOB NOT NULL
) STRICT;
CREATE TRIGGER blob_kept BEFORE DELETE ON blob BEGIN SELECT RAISE(ABORT, 'attachments are never deleted'); END;
CREATE TRIGGER blob_fixed BEFORE UPDATE ON blob BEGIN SELECT RAISE(ABORT, 'attachments are never changed'); END;

-- Each person's private key, wrapped by their password. The event that brought the key into force names the digest of this row.
CREATE TABLE credential (
  person TEXT PRIMARY KEY,
  key INTEGER NOT NULL REFERENCES signing_key (number) DEFERRABLE INITIALLY DEFERRED,
  memory_kib INTEGER NOT NULL,
  iterations INTEGER NOT NULL,
  salt BLOB NOT NULL,
  nonce BLOB NOT NULL,
  wrapped BLOB NOT NULL,
  changed_at TEXT NOT NULL
) STRICT;
-- Failed sign-ins; no person where the login is unknown. Shown to the person, and reported in the audit trail.
CREATE TABLE sign_in_failure (
  number INTEGER PRIMARY KEY,
  person TEXT NOT NULL,
  at TEXT NOT NULL,
  machine TEXT NOT NULL,
  shown INTEGER NOT NULL DEFAULT 0 CHECK (shown IN (0, 1)),
  reported INTEGER NOT NULL DEFAULT 0 CHECK (reported IN (0, 1))
) STRICT;
CREATE INDEX sign_in_failure_by_person ON sign_in_failure (person);

-- What is being typed. Not evidence.
CREATE TABLE draft (
  person TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  saved_at TEXT NOT NULL,
  PRIMARY KEY (person, key)
) STRICT, WITHOUT ROWID;

-- Records of every kind. The key is the number of the kind times 2^32, plus the number of the record within its kind.
-- The text of a record is the truth; its columns are computed from it. There is a view for each kind, with a column for each field.
CREATE TABLE record (
  key INTEGER PRIMARY KEY CHECK (key > 0),
  kind INTEGER NOT NULL GENERATED ALWAYS AS (key >> 32) VIRTUAL,
  number INTEGER NOT NULL GENERATED ALWAYS AS (key & 4294967295) VIRTUAL CHECK (number > 0),
  id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.id')) VIRTUAL,
  parent TEXT GENERATED ALWAYS AS (json_extract(body, '$.parent')) STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED,
  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,
  created_at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_at')) STORED,
  created_by TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_by')) VIRTUAL,
  state_since TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state_since')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) VIRTUAL CHECK (revision > 0),
  title TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.title')) STORED,
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') LIKE '__-' || printf('%04d', key & 4294967295))
) STRICT;
CREATE INDEX record_by_parent ON record (parent) WHERE parent IS NOT NULL;
CREATE TRIGGER record_kept BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;
CREATE TRIGGER record_made BEFORE INSERT ON record
  WHEN json_extract(new.body, '$.revision') <> 1
    OR NOT EXISTS (SELECT 1 FROM touch WHERE record = new.key AND revision = 1)
  BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;
CREATE TRIGGER record_changed BEFORE UPDATE ON record
  WHEN new.key <> old.key
    OR json_extract(new.body, '$.revision') <> old.revision + 1
    OR NOT EXISTS (SELECT 1 FROM touch WHERE record = new.key AND revision = json_extract(new.body, '$.revision'))
  BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;

-- Derived from the records: who refers to whom by which field, both by their keys, and the words to search.
CREATE TABLE link (
  target INTEGER NOT NULL,
  source INTEGER NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (target, source, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_by_source ON link (source);
CREATE VIRTUAL TABLE search USING fts5 (title, words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
