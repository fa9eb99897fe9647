CREATE TABLE product_file (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  uuid TEXT NOT NULL,
  made_at TEXT NOT NULL,
  made_with TEXT NOT NULL
) STRICT;
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
CREATE TABLE touch (
  record INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  seq INTEGER NOT NULL REFERENCES event (seq) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (record, revision)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER touch_kept BEFORE DELETE ON touch BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END;
CREATE TRIGGER touch_fixed BEFORE UPDATE ON touch BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END;
CREATE TABLE signing_key (
  number INTEGER PRIMARY KEY,
  person TEXT NOT NULL,
  public_key BLOB NOT NULL UNIQUE CHECK (length(public_key) = 32),
  seq INTEGER NOT NULL REFERENCES event (seq) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE TRIGGER signing_key_kept BEFORE DELETE ON signing_key BEGIN SELECT RAISE(ABORT, 'keys are never deleted'); END;
CREATE TRIGGER signing_key_fixed BEFORE UPDATE ON signing_key BEGIN SELECT RAISE(ABORT, 'keys are never changed'); END;
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
CREATE TABLE blob (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  bytes BLOB NOT NULL
) STRICT;
CREATE TRIGGER blob_kept BEFORE DELETE ON blob BEGIN SELECT RAISE(ABORT, 'attachments are never deleted'); END;
CREATE TRIGGER blob_fixed BEFORE UPDATE ON blob BEGIN SELECT RAISE(ABORT, 'attachments are never changed'); END;
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
CREATE TABLE draft (
  person TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  saved_at TEXT NOT NULL,
  PRIMARY KEY (person, key)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE link (
  target INTEGER NOT NULL,
  source INTEGER NOT NULL,
  field TEXT NOT NULL,
  PRIMARY KEY (target, source, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_by_source ON link (source);
CREATE VIRTUAL TABLE search USING fts5 (title, words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
CREATE VIEW product AS SELECT number, id, parent, state, owner, created_at, created_by, state_since, revision, body,
  json_extract(body, '$.fields.title') AS title,
  json_extract(body, '$.fields.manufacturer') AS manufacturer,
  json_extract(body, '$.fields.model') AS model,
  json_extract(body, '$.fields.udi_di') AS udi_di,
  json_extract(body, '$.fields.intended_use') AS intended_use,
  json_extract(body, '$.fields.software_safety_class') AS software_safety_class,
  json_extract(body, '$.fields.class_rationale') AS class_rationale,
  json_extract(body, '$.fields.class_rmf_ref') AS class_rmf_ref,
  json_extract(body, '$.fields.is_legacy_software') AS is_legacy_software,
  json_extract(body, '$.fields.legacy_rationale_ref') AS legacy_rationale_ref,
  json_extract(body, '$.fields.markets') AS markets,
  json_extract(body, '$.fields.eu_mdr_class') AS eu_mdr_class,
  json_extract(body, '$.fields.us_device_class') AS us_device_class,
  json_extract(body, '$.fields.us_submission_no') AS us_submission_no,
  json_extract(body, '$.fields.is_cyber_device') AS is_cyber_device,
  json_extract(body, '$.fields.is_pma') AS is_pma,
  json_extract(body, '$.fields.isao_member') AS isao_member,
  json_extract(body, '$.fields.isao_name') AS isao_name,
  json_extract(body, '$.fields.isao_evidence') AS isao_evidence,
  json_extract(body, '$.fields.expected_lifetime_years') AS expected_lifetime_years,
  json_extract(body, '$.fields.last_placed_on_market_date') AS last_placed_on_market_date,
  json_extract(body, '$.fields.implantable') AS implantable,
  json_extract(body, '$.fields.tplc_stage') AS tplc_stage,
  json_extract(body, '$.fields.retention_rule') AS retention_rule
FROM record WHERE key BETWEEN 4294967297 AND 8589934591;
CREATE VIEW feedback AS SELECT number, id, parent, state, owner, created_at, created_by, state_since, revision, body,
  json_extract(body, '$.fields.title') AS title,
  json_extract(body, '$.fields.received_at') AS received_at,
  json_extract(body, '$.fields.aware_at') AS aware_at,
  json_extract(body, '$.fields.channel') AS channel,
  json_extract(body, '$.fields.source_kind') AS source_kind,
  json_extract(body, '$.fields.external_number') AS external_number,
  json_extract(body, '$.fields.description_verbatim') AS description_verbatim,
  json_extract(body, '$.fields.source_columns') AS source_columns,
  json_extract(body, '$.fields.reporter_name') AS reporter_name,
  json_extract(body, '$.fields.reporter_organisation') AS reporter_organisation,
  json_extract(body, '$.fields.reporter_address') AS reporter_address,
  json_extract(body, '$.fields.reporter_phone') AS reporter_phone,
  json_extract(body, '$.fields.reporter_email') AS reporter_email,
  json_extract(body, '$.fields.reporter_country') AS reporter_country,
  json_extract(body, '$.fields.device_name') AS device_name,
  json_extract(body, '$.fields.udi_di') AS udi_di,
  json_extract(body, '$.fields.udi_pi') AS udi_pi,
  json_extract(body, '$.fields.software_version_reported') AS software_version_reported,
  json_extract(body, '$.fields.version_attempt') AS version_attempt,
  json_extract(body, '$.fields.environment') AS environment,
  json_extract(body, '$.fields.is_complaint') AS is_complaint,
  json_extract(body, '$.fields.complaint_rationale') AS complaint_rationale,
  json_extract(body, '$.fields.patient_or_user_harm') AS patient_or_user_harm,
  json_extract(body, '$.fields.serious_harm_suspected') AS serious_harm_suspected,
  json_extract(body, '$.fields.security_related') AS security_related,
  json_extract(body, '$.fields.phi_involved') AS phi_involved,
  json_extract(body, '$.fields.criterion_code') AS criterion_code,
  json_extract(body, '$.fields.evaluation_rationale') AS evaluation_rationale,
  json_extract(body, '$.fields.investigation_needed') AS investigation_needed,
  json_extract(body, '$.fields.no_investigation_reason') AS no_investigation_reason,
  json_extract(body, '$.fields.duplicate_of') AS duplicate_of,
  json_extract(body, '$.fields.declined_rationale') AS declined_rationale,
  json_extract(body, '$.fields.reportability_assessments') AS reportability_assessments,
  json_extract(body, '$.fields.problem_report') AS problem_report,
  json_extract(body, '$.fields.change_request') AS change_request,
  json_extract(body, '$.fields.reply_sent_at') AS reply_sent_at,
  json_extract(body, '$.fields.reply_ref') AS reply_ref,
  json_extract(body, '$.fields.related') AS related
FROM record WHERE key BETWEEN 8589934593 AND 12884901887;
CREATE VIEW problem_report AS SELECT number, id, parent, state, owner, created_at, created_by, state_since, revision, body,
  json_extract(body, '$.fields.title') AS title,
  json_extract(body, '$.fields.detected_at') AS detected_at,
  json_extract(body, '$.fields.detected_by') AS detected_by,
  json_extract(body, '$.fields.detected_in_phase') AS detected_in_phase,
  json_extract(body, '$.fields.source_feedback') AS source_feedback,
  json_extract(body, '$.fields.description') AS description,
  json_extract(body, '$.fields.reproduction_steps') AS reproduction_steps,
  json_extract(body, '$.fields.expected_vs_actual') AS expected_vs_actual,
  json_extract(body, '$.fields.is_spec_deviation') AS is_spec_deviation,
  json_extract(body, '$.fields.requirement_refs') AS requirement_refs,
  json_extract(body, '$.fields.is_adverse_event') AS is_adverse_event,
  json_extract(body, '$.fields.affected_product_versions') AS affected_product_versions,
  json_extract(body, '$.fields.first_affected_version') AS first_affected_version,
  json_extract(body, '$.fields.affected_software_items') AS affected_software_items,
  json_extract(body, '$.fields.affected_accessories') AS affected_accessories,
  json_extract(body, '$.fields.performance_effect') AS performance_effect,
  json_extract(body, '$.fields.safety_effect') AS safety_effect,
  json_extract(body, '$.fields.security_effect') AS security_effect,
  json_extract(body, '$.fields.criticality_text') AS criticality_text,
  json_extract(body, '$.fields.investigation_started_at') AS investigation_started_at,
  json_extract(body, '$.fields.investigated_by') AS investigated_by,
  json_extract(body, '$.fields.investigation_method') AS investigation_method,
  json_extract(body, '$.fields.findings') AS findings,
  json_extract(body, '$.fields.cause_category') AS cause_category,
  json_extract(body, '$.fields.cause_text') AS cause_text,
  json_extract(body, '$.fields.why_not_identified') AS why_not_identified,
  json_extract(body, '$.fields.hazard_refs') AS hazard_refs,
  json_extract(body, '$.fields.hazardous_situation_refs') AS hazardous_situation_refs,
  json_extract(body, '$.fields.new_hazard') AS new_hazard,
  json_extract(body, '$.fields.severity') AS severity,
  json_extract(body, '$.fields.probability') AS probability,
  json_extract(body, '$.fields.risk_acceptable') AS risk_acceptable,
  json_extract(body, '$.fields.safety_method') AS safety_method,
  json_extract(body, '$.fields.other_fielded_versions') AS other_fielded_versions,
  json_extract(body, '$.fields.risk_file_update_needed') AS risk_file_update_needed,
  json_extract(body, '$.fields.advise_parties') AS advise_parties,
  json_extract(body, '$.fields.change_needed') AS change_needed,
  json_extract(body, '$.fields.no_change_rationale') AS no_change_rationale,
  json_extract(body, '$.fields.reassess_by') AS reassess_by,
  json_extract(body, '$.fields.workaround') AS workaround,
  json_extract(body, '$.fields.residual_in_releases') AS residual_in_releases,
  json_extract(body, '$.fields.capa_ref') AS capa_ref,
  json_extract(body, '$.fields.trend_tags') AS trend_tags,
  json_extract(body, '$.fields.risk_file_ref') AS risk_file_ref,
  json_extract(body, '$.fields.risk_file_version') AS risk_file_version,
  json_extract(body, '$.fields.resolved') AS resolved,
  json_extract(body, '$.fields.trend_reversed') AS trend_reversed,
  json_extract(body, '$.fields.implemented_in') AS implemented_in,
  json_extract(body, '$.fields.new_problems') AS new_problems,
  json_extract(body, '$.fields.verification_evidence') AS verification_evidence,
  json_extract(body, '$.fields.implemented_by') AS implemented_by,
  json_extract(body, '$.fields.released_in') AS released_in,
  json_extract(body, '$.fields.related') AS related
FROM record WHERE key BETWEEN 12884901889 AND 17179869183;
CREATE VIEW change_request AS SELECT number, id, parent, state, owner, created_at, created_by, state_since, revision, body,
  json_extract(body, '$.fields.title') AS title,
  json_extract(body, '$.fields.origin') AS origin,
  json_extract(body, '$.fields.change_type') AS change_type,
  json_extract(body, '$.fields.urgency') AS urgency,
  json_extract(body, '$.fields.emergency_justification') AS emergency_justification,
  json_extract(body, '$.fields.problem_reports') AS problem_reports,
  json_extract(body, '$.fields.description') AS description,
  json_extract(body, '$.fields.reason') AS reason,
  json_extract(body, '$.fields.affected_cis') AS affected_cis,
  json_extract(body, '$.fields.affected_soup') AS affected_soup,
  json_extract(body, '$.fields.affects_released_software') AS affects_released_software,
  json_extract(body, '$.fields.target_releases') AS target_releases,
  json_extract(body, '$.fields.affected_fielded_versions') AS affected_fielded_versions,
  json_extract(body, '$.fields.impact_analysis') AS impact_analysis,
  json_extract(body, '$.fields.activities') AS activities,
  json_extract(body, '$.fields.regulatory_decisions') AS regulatory_decisions,
  json_extract(body, '$.fields.implement_before_clearance') AS implement_before_clearance,
  json_extract(body, '$.fields.communication_required') AS communication_required,
  json_extract(body, '$.fields.communication_rationale') AS communication_rationale,
  json_extract(body, '$.fields.commits') AS commits,
  json_extract(body, '$.fields.implemented_by') AS implemented_by,
  json_extract(body, '$.fields.work_started_at') AS work_started_at,
  json_extract(body, '$.fields.changed_cis') AS changed_cis,
  json_extract(body, '$.fields.as_specified') AS as_specified,
  json_extract(body, '$.fields.deviation') AS deviation,
  json_extract(body, '$.fields.activities_done') AS activities_done,
  json_extract(body, '$.fields.regression_rationale') AS regression_rationale,
  json_extract(body, '$.fields.risk_control_verification') AS risk_control_verification,
  json_extract(body, '$.fields.problems_found') AS problems_found,
  json_extract(body, '$.fields.clearance_ref') AS clearance_ref,
  json_extract(body, '$.fields.related') AS related
FROM record WHERE key BETWEEN 17179869185 AND 21474836479;
CREATE VIEW impact_analysis AS SELECT number, id, parent, state, owner, created_at, created_by, state_since, revision, body,
  json_extract(body, '$.fields.title') AS title,
  json_extract(body, '$.fields.change_request') AS change_request,
  json_extract(body, '$.fields.supersedes') AS supersedes,
  json_extract(body, '$.fields.performed_by') AS performed_by,
  json_extract(body, '$.fields.performed_at') AS performed_at,
  json_extract(body, '$.fields.method') AS method,
  json_extract(body, '$.fields.scope_statement') AS scope_statement,
  json_extract(body, '$.fields.answers') AS answers,
  json_extract(body, '$.fields.conclusion') AS conclusion,
  json_extract(body, '$.fields.controls_examined') AS controls_examined,
  json_extract(body, '$.fields.required_risk_activities') AS required_risk_activities,
  json_extract(body, '$.fields.required_activities') AS required_activities,
  json_extract(body, '$.fields.required_verification') AS required_verification,
  json_extract(body, '$.fields.regression_scope') AS regression_scope,
  json_extract(body, '$.fields.rollback_plan') AS rollback_plan,
  json_extract(body, '$.fields.rmf_before') AS rmf_before,
  json_extract(body, '$.fields.rmf_after') AS rmf_after
FROM record WHERE key BETWEEN 21474836481 AND 25769803775;
CREATE VIEW approval AS SELECT number, id, parent, state, owner, created_at, created_by, state_since, revision, body,
  json_extract(body, '$.fields.title') AS title,
  json_extract(body, '$.fields.subject') AS subject,
  json_extract(body, '$.fields.impact_analysis') AS impact_analysis,
  json_extract(body, '$.fields.fixed_content') AS fixed_content,
  json_extract(body, '$.fields.authority_subjects') AS authority_subjects,
  json_extract(body, '$.fields.required_roles') AS required_roles,
  json_extract(body, '$.fields.authors') AS authors,
  json_extract(body, '$.fields.decision') AS decision,
  json_extract(body, '$.fields.conditions') AS conditions,
  json_extract(body, '$.fields.rationale') AS rationale,
  json_extract(body, '$.fields.expires_at') AS expires_at,
  json_extract(body, '$.fields.conditions_met') AS conditions_met
FROM record WHERE key BETWEEN 25769803777 AND 30064771071;
CREATE VIEW attachment AS SELECT number, id, parent, state, owner, created_at, created_by, state_since, revision, body,
  json_extract(body, '$.fields.title') AS title,
  json_extract(body, '$.fields.subject') AS subject,
  json_extract(body, '$.fields.media_type') AS media_type,
  json_extract(body, '$.fields.bytes') AS bytes,
  json_extract(body, '$.fields.sha256') AS sha256,
  json_extract(body, '$.fields.description') AS description,
  json_extract(body, '$.fields.source') AS source,
  json_extract(body, '$.fields.captured_at') AS captured_at,
  json_extract(body, '$.fields.captured_by') AS captured_by
FROM record WHERE key BETWEEN 30064771073 AND 34359738367;
CREATE VIEW person AS SELECT number, id, parent, state, owner, created_at, created_by, state_since, revision, body,
  json_extract(body, '$.fields.title') AS title,
  json_extract(body, '$.fields.login') AS login,
  json_extract(body, '$.fields.roles') AS roles,
  json_extract(body, '$.fields.training_ref') AS training_ref,
  json_extract(body, '$.fields.key_fingerprint') AS key_fingerprint,
  json_extract(body, '$.fields.identity_verified_by') AS identity_verified_by,
  json_extract(body, '$.fields.identity_verified_at') AS identity_verified_at,
  json_extract(body, '$.fields.identity_verified_how') AS identity_verified_how,
  json_extract(body, '$.fields.identity_verified_key') AS identity_verified_key
FROM record WHERE key BETWEEN 34359738369 AND 38654705663;
CREATE VIEW policy AS SELECT number, id, parent, state, owner, created_at, created_by, state_since, revision, body,
  json_extract(body, '$.fields.title') AS title,
  json_extract(body, '$.fields.idle_lock_minutes') AS idle_lock_minutes,
  json_extract(body, '$.fields.author_may_not_approve') AS author_may_not_approve,
  json_extract(body, '$.fields.verifier_not_implementer') AS verifier_not_implementer,
  json_extract(body, '$.fields.password_strength_min') AS password_strength_min,
  json_extract(body, '$.fields.password_age_days') AS password_age_days,
  json_extract(body, '$.fields.identity_days') AS identity_days,
  json_extract(body, '$.fields.invitation_days') AS invitation_days,
  json_extract(body, '$.fields.account_review_days') AS account_review_days,
  json_extract(body, '$.fields.feedback_triage_days') AS feedback_triage_days,
  json_extract(body, '$.fields.problem_evaluation_days') AS problem_evaluation_days,
  json_extract(body, '$.fields.problem_safety_days') AS problem_safety_days,
  json_extract(body, '$.fields.reportability_days') AS reportability_days,
  json_extract(body, '$.fields.follow_up_days') AS follow_up_days,
  json_extract(body, '$.fields.change_pending_days') AS change_pending_days,
  json_extract(body, '$.fields.emergency_days') AS emergency_days,
  json_extract(body, '$.fields.approval_valid_days') AS approval_valid_days,
  json_extract(body, '$.fields.backup_days') AS backup_days,
  json_extract(body, '$.fields.warn_days') AS warn_days,
  json_extract(body, '$.fields.time_authority') AS time_authority,
  json_extract(body, '$.fields.time_authority_certificates') AS time_authority_certificates,
  json_extract(body, '$.fields.calendar_name') AS calendar_name,
  json_extract(body, '$.fields.weekend') AS weekend,
  json_extract(body, '$.fields.holidays') AS holidays,
  json_extract(body, '$.fields.problem_criteria') AS problem_criteria,
  json_extract(body, '$.fields.authority') AS authority,
  json_extract(body, '$.fields.deputies') AS deputies,
  json_extract(body, '$.fields.basis') AS basis
FROM record WHERE key BETWEEN 38654705665 AND 42949672959;
CREATE VIEW test_record AS SELECT number, id, parent, state, owner, created_at, created_by, state_since, revision, body,
  json_extract(body, '$.fields.title') AS title,
  json_extract(body, '$.fields.results') AS results,
  json_extract(body, '$.fields.anomalies_found') AS anomalies_found,
  json_extract(body, '$.fields.version_tested') AS version_tested,
  json_extract(body, '$.fields.configuration') AS configuration,
  json_extract(body, '$.fields.tools') AS tools,
  json_extract(body, '$.fields.date') AS date,
  json_extract(body, '$.fields.tester') AS tester,
  json_extract(body, '$.fields.outcome') AS outcome
FROM record WHERE key BETWEEN 42949672961 AND 47244640255;
