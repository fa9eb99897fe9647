-- The workstation's advisory cache. It is no evidence: it can be rebuilt from the files that were imported.

-- One row for each imported file.
CREATE TABLE source_file (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  bytes INTEGER NOT NULL,
  format TEXT NOT NULL,
  source TEXT NOT NULL,
  data_date TEXT,
  records INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  imported_at TEXT NOT NULL,
  program TEXT NOT NULL
) STRICT;

-- One row for each version of a record. The newest version is current; the earlier ones stay.
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  record_id TEXT NOT NULL,
  file INTEGER NOT NULL REFERENCES source_file (id),
  modified TEXT NOT NULL,
  digest BLOB NOT NULL,
  current INTEGER NOT NULL CHECK (current IN (0, 1)),
  keys BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_current ON record (record_id, kind) WHERE current = 1;
CREATE INDEX record_teller ON record (file) WHERE current = 1;
CREATE INDEX record_former ON record (record_id, kind) WHERE current = 0;

-- The text of each record, compressed. A scan reads thousands of records and none of these: they are not in between.
CREATE TABLE record_text (
  record INTEGER PRIMARY KEY REFERENCES record (id),
  raw BLOB NOT NULL
) STRICT;

-- Hashes of the keys under which a current record is found.
CREATE TABLE record_key (
  key INTEGER NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (key, record)
) STRICT, WITHOUT ROWID;

-- The last record whose keys are in record_key. The keys of later records are only in the records themselves: they are inserted in large batches
-- and in order, because a single key touches a page of its own.
CREATE TABLE keys_entered (up_to INTEGER NOT NULL) STRICT;
INSERT INTO keys_entered (up_to) VALUES (0);

-- What each file covers, such as ecosystems, and how many of its records are about each.
CREATE TABLE coverage (
  file INTEGER NOT NULL REFERENCES source_file (id),
  ecosystem TEXT NOT NULL,
  PRIMARY KEY (file, ecosystem)
) STRICT, WITHOUT ROWID;
