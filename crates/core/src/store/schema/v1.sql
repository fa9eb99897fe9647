-- Schema of a product file, version 1.

CREATE TABLE product_file (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  uuid TEXT NOT NULL,
  made_at TEXT NOT NULL,
  made_with TEXT NOT NULL
) STRICT;

-- The audit trail. The text of an event is the truth; its columns are taken from it.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY CHECK (seq > 0),
  at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.at')) STORED,
  actor TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.actor')) STORED,
  request TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.request')) STORED,
  record TEXT GENERATED ALWAYS AS (json_extract(body, '$.record')) STORED,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  key INTEGER NOT NULL REFERENCES signing_key (number) DEFERRABLE INITIALLY DEFERRED,
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.seq') = seq)
) STRICT;
CREATE INDEX event_by_actor ON event (actor);
CREATE INDEX event_by_request ON event (request);
CREATE TRIGGER event_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END;
CREATE TRIGGER event_fixed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END;
CREATE TRIGGER event_in_order BEFORE INSERT ON event
  WHEN new.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)
  BEGIN SELECT RAISE(ABORT, 'audit events are numbered without gaps'); END;

-- Which event made which revision of which record. Written before the record itself.
CREATE TABLE touch (
  record TEXT NOT NULL,
  revision INTEGER NOT NULL,
  seq INTEGER NOT NULL REFERENCES event (seq) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (record, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX touch_by_seq ON touch (seq);
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

-- Each person's private key, wrapped by their password. Not evidence: changing it forges nothing.
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
CREATE TABLE sign_in_failure (
  number INTEGER PRIMARY KEY,
  person TEXT NOT NULL,
  at TEXT NOT NULL,
  machine TEXT NOT NULL,
  told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1))
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

-- Derived from the records: who refers to whom, and the words to search.
CREATE TABLE link (
  source TEXT NOT NULL,
  field TEXT NOT NULL,
  target TEXT NOT NULL,
  PRIMARY KEY (source, field, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_by_target ON link (target);
CREATE VIRTUAL TABLE search USING fts5 (title, words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');

-- Records: one table for each kind, one column for each declared field.
CREATE TABLE product (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED
    CHECK (state IN ('current')),
  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,
  created_at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_at')) STORED,
  created_by TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_by')) STORED,
  state_since TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state_since')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) STORED CHECK (revision > 0),
  title TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.title')) STORED,
  manufacturer TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.manufacturer')) STORED,
  model TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.model')) STORED,
  udi_di TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.udi_di')) STORED,
  intended_use TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.intended_use')) VIRTUAL,
  software_safety_class TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.software_safety_class')) STORED CHECK (software_safety_class IS NULL OR software_safety_class IN ('a', 'b', 'c', 'unassigned')),
  class_rationale TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.class_rationale')) VIRTUAL,
  class_rmf_ref TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.class_rmf_ref')) STORED,
  is_legacy_software INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.is_legacy_software')) STORED CHECK (is_legacy_software IS NULL OR is_legacy_software IN (0, 1)),
  legacy_rationale_ref TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.legacy_rationale_ref')) STORED,
  markets TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.markets')) VIRTUAL,
  eu_mdr_class TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.eu_mdr_class')) STORED,
  us_device_class TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.us_device_class')) STORED,
  us_submission_no TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.us_submission_no')) STORED,
  is_cyber_device INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.is_cyber_device')) STORED CHECK (is_cyber_device IS NULL OR is_cyber_device IN (0, 1)),
  is_pma INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.is_pma')) STORED CHECK (is_pma IS NULL OR is_pma IN (0, 1)),
  isao_member INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.isao_member')) STORED CHECK (isao_member IS NULL OR isao_member IN (0, 1)),
  isao_name TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.isao_name')) STORED,
  isao_evidence TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.isao_evidence')) STORED,
  expected_lifetime_years INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.expected_lifetime_years')) STORED CHECK (expected_lifetime_years IS NULL OR expected_lifetime_years >= 0),
  last_placed_on_market_date TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.last_placed_on_market_date')) STORED,
  implantable INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.implantable')) STORED CHECK (implantable IS NULL OR implantable IN (0, 1)),
  tplc_stage TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.tplc_stage')) STORED CHECK (tplc_stage IS NULL OR tplc_stage IN ('development', 'support', 'limited_support', 'end_of_support', 'decommissioned')),
  retention_rule TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.retention_rule')) VIRTUAL,
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') = 'PD-' || printf('%04d', number))
) STRICT;
CREATE TRIGGER product_kept BEFORE DELETE ON product BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;
CREATE TRIGGER product_made BEFORE INSERT ON product WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;
CREATE TRIGGER product_changed BEFORE UPDATE ON product WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) OR new.number <> old.number OR json_extract(new.body, '$.revision') <> old.revision + 1 BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;

CREATE TABLE feedback (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED
    CHECK (state IN ('received', 'registered', 'under_evaluation', 'problem_confirmed', 'not_a_problem', 'duplicate', 'change_suggestion', 'closed', 'reopened', 'void')),
  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,
  created_at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_at')) STORED,
  created_by TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_by')) STORED,
  state_since TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state_since')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) STORED CHECK (revision > 0),
  title TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.title')) STORED,
  received_at TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.received_at')) STORED,
  aware_at TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.aware_at')) STORED,
  channel TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.channel')) STORED,
  source_kind TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.source_kind')) STORED CHECK (source_kind IS NULL OR source_kind IN ('user', 'patient', 'distributor', 'service', 'internal', 'pms', 'literature', 'regulator', 'security_researcher', 'supplier', 'similar_device')),
  external_number TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.external_number')) STORED,
  description_verbatim TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.description_verbatim')) VIRTUAL,
  source_columns TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.source_columns')) VIRTUAL,
  reporter_name TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reporter_name')) STORED,
  reporter_organisation TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reporter_organisation')) STORED,
  reporter_address TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reporter_address')) VIRTUAL,
  reporter_phone TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reporter_phone')) STORED,
  reporter_email TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reporter_email')) STORED,
  reporter_country TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reporter_country')) STORED,
  device_name TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.device_name')) STORED,
  udi_di TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.udi_di')) STORED,
  udi_pi TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.udi_pi')) STORED,
  software_version_reported TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.software_version_reported')) STORED,
  version_attempt TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.version_attempt')) STORED,
  environment TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.environment')) VIRTUAL,
  is_complaint INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.is_complaint')) STORED CHECK (is_complaint IS NULL OR is_complaint IN (0, 1)),
  complaint_rationale TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.complaint_rationale')) VIRTUAL,
  patient_or_user_harm TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.patient_or_user_harm')) STORED CHECK (patient_or_user_harm IS NULL OR patient_or_user_harm IN ('none', 'potential', 'actual', 'unknown')),
  serious_harm_suspected INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.serious_harm_suspected')) STORED CHECK (serious_harm_suspected IS NULL OR serious_harm_suspected IN (0, 1)),
  security_related INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.security_related')) STORED CHECK (security_related IS NULL OR security_related IN (0, 1)),
  phi_involved INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.phi_involved')) STORED CHECK (phi_involved IS NULL OR phi_involved IN (0, 1)),
  criterion_code TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.criterion_code')) STORED,
  evaluation_rationale TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.evaluation_rationale')) VIRTUAL,
  investigation_needed INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.investigation_needed')) STORED CHECK (investigation_needed IS NULL OR investigation_needed IN (0, 1)),
  no_investigation_reason TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.no_investigation_reason')) VIRTUAL,
  duplicate_of TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.duplicate_of')) STORED,
  declined_rationale TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.declined_rationale')) VIRTUAL,
  reportability_assessments TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reportability_assessments')) VIRTUAL,
  problem_report TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.problem_report')) STORED,
  change_request TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.change_request')) STORED,
  reply_sent_at TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reply_sent_at')) STORED,
  reply_ref TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reply_ref')) STORED,
  related TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.related')) VIRTUAL,
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') = 'FB-' || printf('%04d', number))
) STRICT;
CREATE TRIGGER feedback_kept BEFORE DELETE ON feedback BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;
CREATE TRIGGER feedback_made BEFORE INSERT ON feedback WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;
CREATE TRIGGER feedback_changed BEFORE UPDATE ON feedback WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) OR new.number <> old.number OR json_extract(new.body, '$.revision') <> old.revision + 1 BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;

CREATE TABLE problem_report (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED
    CHECK (state IN ('open', 'investigating', 'evaluated', 'change_requested', 'no_action_justified', 'deferred', 'resolving', 'verifying_resolution', 'closed', 'reopened', 'void')),
  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,
  created_at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_at')) STORED,
  created_by TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_by')) STORED,
  state_since TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state_since')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) STORED CHECK (revision > 0),
  title TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.title')) STORED,
  detected_at TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.detected_at')) STORED,
  detected_by TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.detected_by')) STORED,
  detected_in_phase TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.detected_in_phase')) STORED CHECK (detected_in_phase IS NULL OR detected_in_phase IN ('field', 'production', 'development', 'test', 'supplier', 'soup_review', 'audit')),
  source_feedback TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.source_feedback')) VIRTUAL,
  description TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.description')) VIRTUAL,
  reproduction_steps TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reproduction_steps')) VIRTUAL,
  expected_vs_actual TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.expected_vs_actual')) VIRTUAL,
  is_spec_deviation INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.is_spec_deviation')) STORED CHECK (is_spec_deviation IS NULL OR is_spec_deviation IN (0, 1)),
  requirement_refs TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.requirement_refs')) VIRTUAL,
  is_adverse_event TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.is_adverse_event')) STORED CHECK (is_adverse_event IS NULL OR is_adverse_event IN ('no', 'potential', 'actual')),
  affected_product_versions TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.affected_product_versions')) VIRTUAL,
  first_affected_version TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.first_affected_version')) STORED,
  affected_software_items TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.affected_software_items')) VIRTUAL,
  affected_accessories TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.affected_accessories')) VIRTUAL,
  performance_effect TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.performance_effect')) STORED CHECK (performance_effect IS NULL OR performance_effect IN ('none', 'minor', 'serious', 'unknown')),
  safety_effect TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.safety_effect')) STORED CHECK (safety_effect IS NULL OR safety_effect IN ('none', 'minor', 'serious', 'unknown')),
  security_effect TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.security_effect')) STORED CHECK (security_effect IS NULL OR security_effect IN ('none', 'minor', 'serious', 'unknown')),
  criticality_text TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.criticality_text')) VIRTUAL,
  investigation_started_at TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.investigation_started_at')) STORED,
  investigated_by TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.investigated_by')) STORED,
  investigation_method TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.investigation_method')) VIRTUAL,
  findings TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.findings')) VIRTUAL,
  cause_category TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.cause_category')) STORED CHECK (cause_category IS NULL OR cause_category IN ('specification', 'defect', 'soup', 'environment', 'use', 'other')),
  cause_text TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.cause_text')) VIRTUAL,
  why_not_identified TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.why_not_identified')) VIRTUAL,
  hazard_refs TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.hazard_refs')) VIRTUAL,
  hazardous_situation_refs TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.hazardous_situation_refs')) VIRTUAL,
  new_hazard INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.new_hazard')) STORED CHECK (new_hazard IS NULL OR new_hazard IN (0, 1)),
  severity TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.severity')) STORED,
  probability TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.probability')) STORED,
  risk_acceptable INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.risk_acceptable')) STORED CHECK (risk_acceptable IS NULL OR risk_acceptable IN (0, 1)),
  safety_method TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.safety_method')) VIRTUAL,
  other_fielded_versions TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.other_fielded_versions')) VIRTUAL,
  risk_file_update_needed INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.risk_file_update_needed')) STORED CHECK (risk_file_update_needed IS NULL OR risk_file_update_needed IN (0, 1)),
  advise_parties TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.advise_parties')) VIRTUAL,
  change_needed TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.change_needed')) STORED CHECK (change_needed IS NULL OR change_needed IN ('yes', 'no', 'deferred')),
  no_change_rationale TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.no_change_rationale')) VIRTUAL,
  reassess_by TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reassess_by')) STORED,
  workaround TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.workaround')) VIRTUAL,
  residual_in_releases TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.residual_in_releases')) VIRTUAL,
  capa_ref TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.capa_ref')) STORED,
  trend_tags TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.trend_tags')) VIRTUAL,
  risk_file_ref TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.risk_file_ref')) STORED,
  risk_file_version TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.risk_file_version')) STORED,
  resolved INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.resolved')) STORED CHECK (resolved IS NULL OR resolved IN (0, 1)),
  trend_reversed TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.trend_reversed')) VIRTUAL,
  implemented_in TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.implemented_in')) VIRTUAL,
  new_problems TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.new_problems')) VIRTUAL,
  verification_evidence TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.verification_evidence')) VIRTUAL,
  implemented_by TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.implemented_by')) VIRTUAL,
  released_in TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.released_in')) STORED,
  related TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.related')) VIRTUAL,
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') = 'PR-' || printf('%04d', number))
) STRICT;
CREATE TRIGGER problem_report_kept BEFORE DELETE ON problem_report BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;
CREATE TRIGGER problem_report_made BEFORE INSERT ON problem_report WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;
CREATE TRIGGER problem_report_changed BEFORE UPDATE ON problem_report WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) OR new.number <> old.number OR json_extract(new.body, '$.revision') <> old.revision + 1 BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;

CREATE TABLE change_request (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED
    CHECK (state IN ('draft', 'submitted', 'under_analysis', 'awaiting_approval', 'approved', 'implementing', 'implemented', 'verifying', 'verified', 'released', 'closed', 'rejected', 'on_hold', 'cancelled', 'void')),
  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,
  created_at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_at')) STORED,
  created_by TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_by')) STORED,
  state_since TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state_since')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) STORED CHECK (revision > 0),
  title TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.title')) STORED,
  origin TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.origin')) STORED CHECK (origin IS NULL OR origin IN ('problem_report', 'soup_finding', 'obsolescence', 'enhancement', 'regulatory', 'standard', 'risk_control', 'internal')),
  change_type TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.change_type')) STORED CHECK (change_type IS NULL OR change_type IN ('corrective', 'preventive', 'adaptive', 'perfective', 'security')),
  urgency TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.urgency')) STORED CHECK (urgency IS NULL OR urgency IN ('routine', 'expedited', 'emergency')),
  emergency_justification TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.emergency_justification')) VIRTUAL,
  problem_reports TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.problem_reports')) VIRTUAL,
  description TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.description')) VIRTUAL,
  reason TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.reason')) VIRTUAL,
  affected_cis TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.affected_cis')) VIRTUAL,
  affected_soup TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.affected_soup')) VIRTUAL,
  affects_released_software INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.affects_released_software')) STORED CHECK (affects_released_software IS NULL OR affects_released_software IN (0, 1)),
  target_releases TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.target_releases')) VIRTUAL,
  affected_fielded_versions TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.affected_fielded_versions')) VIRTUAL,
  impact_analysis TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.impact_analysis')) STORED,
  activities TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.activities')) VIRTUAL,
  regulatory_decisions TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.regulatory_decisions')) VIRTUAL,
  implement_before_clearance INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.implement_before_clearance')) STORED CHECK (implement_before_clearance IS NULL OR implement_before_clearance IN (0, 1)),
  communication_required INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.communication_required')) STORED CHECK (communication_required IS NULL OR communication_required IN (0, 1)),
  communication_rationale TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.communication_rationale')) VIRTUAL,
  commits TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.commits')) VIRTUAL,
  implemented_by TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.implemented_by')) VIRTUAL,
  work_started_at TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.work_started_at')) STORED,
  changed_cis TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.changed_cis')) VIRTUAL,
  as_specified INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.as_specified')) STORED CHECK (as_specified IS NULL OR as_specified IN (0, 1)),
  deviation TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.deviation')) VIRTUAL,
  activities_done TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.activities_done')) VIRTUAL,
  verification TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.verification')) VIRTUAL,
  regression_rationale TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.regression_rationale')) VIRTUAL,
  risk_control_verification TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.risk_control_verification')) VIRTUAL,
  problems_found TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.problems_found')) VIRTUAL,
  clearance_ref TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.clearance_ref')) STORED,
  related TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.related')) VIRTUAL,
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') = 'CR-' || printf('%04d', number))
) STRICT;
CREATE TRIGGER change_request_kept BEFORE DELETE ON change_request BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;
CREATE TRIGGER change_request_made BEFORE INSERT ON change_request WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;
CREATE TRIGGER change_request_changed BEFORE UPDATE ON change_request WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) OR new.number <> old.number OR json_extract(new.body, '$.revision') <> old.revision + 1 BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;

CREATE TABLE impact_analysis (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED
    CHECK (state IN ('draft', 'complete', 'reviewed', 'locked', 'superseded', 'void')),
  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,
  created_at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_at')) STORED,
  created_by TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_by')) STORED,
  state_since TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state_since')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) STORED CHECK (revision > 0),
  title TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.title')) STORED,
  change_request TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.change_request')) STORED,
  supersedes TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.supersedes')) STORED,
  performed_by TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.performed_by')) VIRTUAL,
  performed_at TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.performed_at')) STORED,
  method TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.method')) VIRTUAL,
  scope_statement TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.scope_statement')) VIRTUAL,
  answers TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.answers')) VIRTUAL,
  conclusion TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.conclusion')) STORED CHECK (conclusion IS NULL OR conclusion IN ('no_safety_impact', 'impact_controlled', 'requires_new_controls', 'unacceptable')),
  controls_examined TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.controls_examined')) VIRTUAL,
  required_risk_activities TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.required_risk_activities')) VIRTUAL,
  required_activities TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.required_activities')) VIRTUAL,
  required_verification TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.required_verification')) VIRTUAL,
  regression_scope TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.regression_scope')) VIRTUAL,
  rollback_plan TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.rollback_plan')) VIRTUAL,
  rmf_before TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.rmf_before')) STORED,
  rmf_after TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.rmf_after')) STORED,
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') = 'IA-' || printf('%04d', number))
) STRICT;
CREATE TRIGGER impact_analysis_kept BEFORE DELETE ON impact_analysis BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;
CREATE TRIGGER impact_analysis_made BEFORE INSERT ON impact_analysis WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;
CREATE TRIGGER impact_analysis_changed BEFORE UPDATE ON impact_analysis WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) OR new.number <> old.number OR json_extract(new.body, '$.revision') <> old.revision + 1 BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;

CREATE TABLE approval (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED
    CHECK (state IN ('requested', 'partially_signed', 'granted', 'refused', 'expired', 'invalidated')),
  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,
  created_at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_at')) STORED,
  created_by TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_by')) STORED,
  state_since TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state_since')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) STORED CHECK (revision > 0),
  title TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.title')) STORED,
  subject TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.subject')) STORED,
  impact_analysis TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.impact_analysis')) STORED,
  fixed_content TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.fixed_content')) VIRTUAL,
  authority_subjects TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.authority_subjects')) VIRTUAL,
  required_roles TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.required_roles')) VIRTUAL,
  authors TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.authors')) VIRTUAL,
  decision TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.decision')) STORED CHECK (decision IS NULL OR decision IN ('approved', 'approved_with_conditions', 'rejected', 'deferred')),
  conditions TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.conditions')) VIRTUAL,
  rationale TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.rationale')) VIRTUAL,
  expires_at TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.expires_at')) STORED,
  conditions_met TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.conditions_met')) VIRTUAL,
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') = 'AP-' || printf('%04d', number))
) STRICT;
CREATE TRIGGER approval_kept BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;
CREATE TRIGGER approval_made BEFORE INSERT ON approval WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;
CREATE TRIGGER approval_changed BEFORE UPDATE ON approval WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) OR new.number <> old.number OR json_extract(new.body, '$.revision') <> old.revision + 1 BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;

CREATE TABLE attachment (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED
    CHECK (state IN ('attached', 'withdrawn')),
  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,
  created_at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_at')) STORED,
  created_by TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_by')) STORED,
  state_since TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state_since')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) STORED CHECK (revision > 0),
  title TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.title')) STORED,
  subject TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.subject')) STORED,
  media_type TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.media_type')) STORED,
  bytes INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.bytes')) STORED CHECK (bytes IS NULL OR bytes >= 0),
  sha256 TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.sha256')) STORED,
  description TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.description')) VIRTUAL,
  source TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.source')) STORED,
  captured_at TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.captured_at')) STORED,
  captured_by TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.captured_by')) STORED,
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') = 'AT-' || printf('%04d', number))
) STRICT;
CREATE TRIGGER attachment_kept BEFORE DELETE ON attachment BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;
CREATE TRIGGER attachment_made BEFORE INSERT ON attachment WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;
CREATE TRIGGER attachment_changed BEFORE UPDATE ON attachment WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) OR new.number <> old.number OR json_extract(new.body, '$.revision') <> old.revision + 1 BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;

CREATE TABLE person (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED
    CHECK (state IN ('invited', 'active', 'inactive')),
  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,
  created_at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_at')) STORED,
  created_by TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_by')) STORED,
  state_since TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state_since')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) STORED CHECK (revision > 0),
  title TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.title')) STORED,
  login TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.login')) STORED,
  roles TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.roles')) VIRTUAL,
  training_ref TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.training_ref')) STORED,
  key_fingerprint TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.key_fingerprint')) STORED,
  identity_verified_by TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.identity_verified_by')) STORED,
  identity_verified_at TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.identity_verified_at')) STORED,
  identity_verified_how TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.identity_verified_how')) STORED,
  identity_verified_key TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.identity_verified_key')) STORED,
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') = 'PN-' || printf('%04d', number))
) STRICT;
CREATE TRIGGER person_kept BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;
CREATE TRIGGER person_made BEFORE INSERT ON person WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;
CREATE TRIGGER person_changed BEFORE UPDATE ON person WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) OR new.number <> old.number OR json_extract(new.body, '$.revision') <> old.revision + 1 BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;

CREATE TABLE policy (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED
    CHECK (state IN ('in_force')),
  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,
  created_at TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_at')) STORED,
  created_by TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.created_by')) STORED,
  state_since TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state_since')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) STORED CHECK (revision > 0),
  title TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.title')) STORED,
  idle_lock_minutes INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.idle_lock_minutes')) STORED CHECK (idle_lock_minutes IS NULL OR idle_lock_minutes >= 0),
  author_may_not_approve INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.author_may_not_approve')) STORED CHECK (author_may_not_approve IS NULL OR author_may_not_approve IN (0, 1)),
  verifier_not_implementer INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.verifier_not_implementer')) STORED CHECK (verifier_not_implementer IS NULL OR verifier_not_implementer IN (0, 1)),
  password_strength_min INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.password_strength_min')) STORED CHECK (password_strength_min IS NULL OR password_strength_min >= 0),
  password_age_days INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.password_age_days')) STORED CHECK (password_age_days IS NULL OR password_age_days >= 0),
  account_review_days INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.account_review_days')) STORED CHECK (account_review_days IS NULL OR account_review_days >= 0),
  feedback_triage_days INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.feedback_triage_days')) STORED CHECK (feedback_triage_days IS NULL OR feedback_triage_days >= 0),
  problem_evaluation_days INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.problem_evaluation_days')) STORED CHECK (problem_evaluation_days IS NULL OR problem_evaluation_days >= 0),
  problem_safety_days INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.problem_safety_days')) STORED CHECK (problem_safety_days IS NULL OR problem_safety_days >= 0),
  change_pending_days INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.change_pending_days')) STORED CHECK (change_pending_days IS NULL OR change_pending_days >= 0),
  approval_valid_days INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.approval_valid_days')) STORED CHECK (approval_valid_days IS NULL OR approval_valid_days >= 0),
  backup_days INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.backup_days')) STORED CHECK (backup_days IS NULL OR backup_days >= 0),
  warn_days INTEGER GENERATED ALWAYS AS (json_extract(body, '$.fields.warn_days')) STORED CHECK (warn_days IS NULL OR warn_days >= 0),
  problem_criteria TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.problem_criteria')) VIRTUAL,
  authority TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.authority')) VIRTUAL,
  deputies TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.deputies')) VIRTUAL,
  basis TEXT GENERATED ALWAYS AS (json_extract(body, '$.fields.basis')) VIRTUAL,
  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') = 'PL-' || printf('%04d', number))
) STRICT;
CREATE TRIGGER policy_kept BEFORE DELETE ON policy BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;
CREATE TRIGGER policy_made BEFORE INSERT ON policy WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;
CREATE TRIGGER policy_changed BEFORE UPDATE ON policy WHEN NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision')) OR new.number <> old.number OR json_extract(new.body, '$.revision') <> old.revision + 1 BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;

-- End of records.
