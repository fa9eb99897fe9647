//! What a document is asked: each point with its clause, the words that prove it, and what an audit usually finds (IEC 62304
//! 6.1 a–f, 6.2, 6.3).
//!
//! Plain data. A set of words is a line of alternatives between bars; `*` ends a stem, a space joins words that follow each
//! other, `@limit` is a number with a unit of time or a word such as weekly, `@within` such a number only, and `@version` the number of a version. A point is found where one of every set
//! stands in one passage, or partly in the headings above it.

use super::DocumentKind as K;
use crate::domain::text::capital;

/// One point that a document is asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Point {
    /// Its identifier, which stays the same.
    pub id: &'static str,
    /// Where it belongs: a letter of 6.1, or a subject.
    pub letter: &'static str,
    /// The kinds of document that are asked for it.
    pub kinds: &'static [K],
    /// The clause.
    pub clause: &'static str,
    /// What is asked, as a noun phrase.
    pub asks: &'static str,
    /// The sets of words, all of which must be met.
    pub words: &'static [&'static str],
    /// The field of the maintenance plan that takes what was found; empty if there is none.
    pub field: &'static str,
    /// Whether naming another document answers it, so that a list of references counts.
    pub by_reference: bool,
    /// What an audit usually finds here.
    pub finding: &'static str,
    /// What to write.
    pub write: &'static str,
}

impl Point {
    /// The heading of the group to which it belongs: a letter of 6.1, or a subject.
    pub fn heading(&self) -> String {
        if self.letter.len() == 1 { format!("6.1 {})", self.letter) } else { capital(self.letter) }
    }
}

const PLAN: &[K] = &[K::Plan];
const BOTH: &[K] = &[K::Plan, K::Procedure];
const CHANGE: &[K] = &[K::ChangeRecord];

const INPUT: &str = "feedback* | complaint* | incident* | customer report* | user report* | bug report* | problem report* | issue report* | \
     support ticket* | ticket* | reported issue* | reported problem* | post market | post production | field data | vigilance | surveillance";
const PROBLEM: &str = "problem* | bug* | defect* | anomal* | issue* | incident* | complaint* | nonconformit* | non conformit* | corrective action*";
const CHANGED: &str = "change* | modif* | patch* | update* | hotfix*";
const SOUP: &str = "soup* | third party | ots | off the shelf | open source | dependenc* | librar* | external component* | \
     external software | supplier* | operating system*";
const RISK: &str = "risk* | hazard* | iso 14971 | 14971 | fmea";
const JUDGED: &str = "evaluat* | assess* | analy* | triage* | classif* | judg* | investigat* | review* | impact* | decid* | determin*";
const SECURITY: &str = "vulnerabilit* | cybersecurity | cyber security | cve* | security patch* | security issue* | security update*";

/// How often something is done: a limit of time, or with each release.
const INTERVAL: &str = "@limit | each release | every release | per release | release cycle*";

const fn point(
    (id, letter, kinds): (&'static str, &'static str, &'static [K]),
    (clause, field): (&'static str, &'static str),
    asks: &'static str,
    words: &'static [&'static str],
    (finding, write): (&'static str, &'static str),
) -> Point {
    Point { id, letter, kinds, clause, asks, words, field, by_reference: false, finding, write }
}

impl Point {
    /// A list of references answers it too.
    const fn by_reference(mut self) -> Self {
        self.by_reference = true;
        self
    }
}

/// All points, in the order of the clauses.
pub static POINTS: &[Point] = &[
    point(
        ("A1", "a", BOTH),
        ("IEC 62304 6.1 a", "feedback_procedure"),
        "how feedback after release is received and recorded",
        &[INPUT, "receiv* | record* | document* | log | logged | register* | captur* | collect* | enter* | report* | gather* | track*"],
        ("Only the support inbox is watched, and nobody can show that feedback was recorded.",
         "Say who receives feedback, where it is recorded, and from which moment on."),
    ),
    point(
        ("A2", "a", BOTH),
        ("IEC 62304 6.1 a, 6.2.1.2", "feedback_procedure"),
        "how feedback is evaluated",
        &[INPUT, JUDGED],
        ("Tickets are closed as user error without a decision, a criterion, a person and a date.",
         "Say who evaluates each item of feedback and that the decision is recorded also where it is no problem."),
    ),
    point(
        ("A3", "a", BOTH),
        ("IEC 62304 6.1 a", "feedback_procedure"),
        "how feedback is resolved and followed up",
        &[INPUT, "resolve | resolved | resolving | clos* | follow* up | answer* | tracked | tracking | fix* | status | response | respond* | reply | replied"],
        ("Feedback is opened and never demonstrably closed; the reporter gets no answer.",
         "Say when an item is closed, who tells the reporter, and how open items are followed."),
    ),
    point(
        ("A4", "a", PLAN),
        ("IEC 62304 6.2.1.1", "feedback_sources"),
        "the sources of feedback, inside and outside the organisation",
        &["customer* | user* | distributor* | patient* | clinic* | hospital* | authorit* | literature | app store* | researcher* | similar device*",
          "internal* | employee* | service | support | developer* | test* | staff | engineer* | maintenance team",
          "feedback* | source* | input* | complaint* | information | report*"],
        ("Distributors, service logs, app stores, researchers and suppliers' advisories are not watched.",
         "List the sources inside and outside, with the person who checks each and how often."),
    ),
    point(
        ("A5", "a", BOTH),
        ("IEC 62304 6.2.1.2", "feedback_triage_days"),
        "a time within which feedback is looked at or evaluated",
        &[INPUT, INTERVAL, "evaluat* | assess* | review* | triage* | check* | monitor* | acknowledg* | respon* | analy* | process*"],
        ("There is no limit, so nobody can say whether an evaluation was late.",
         "Give the working days for the evaluation of feedback and the interval at which each source is checked."),
    ),
    point(
        ("A6", "a", BOTH),
        ("ISO 13485 8.2.3", "reportability_days"),
        "the decision whether an event is reported to authorities",
        &["reportab* | vigilance | adverse event* | serious incident* | medical device report* | mdr | incident* | field safety | complaint* | recall*",
          "authorit* | regulator* | regulatory | competent | fda | bfarm | notified body | 803 | reportab*",
          "report* | decid* | notif* | assess* | evaluat* | submi* | inform* | communicat*"],
        ("Complaints are handled as tickets and nobody decides on reportability in time.",
         "Say who decides for each market whether an event is reported, and within how many days of awareness."),
    ),
    point(
        ("B1", "b", BOTH),
        ("IEC 62304 6.1 b", "problem_criteria"),
        "criteria by which feedback is considered a problem",
        &["problem* | bug* | defect* | nonconformit*",
          "criteri* | considered | regarded | deemed | treated as | counts as | qualif* | is a problem | defined as | constitutes a problem | constitute a problem | constitutes a software problem | whether it | whether a | whether an | whether this | whether feedback",
          "feedback* | complaint* | report* | ticket* | input* | issue* | event* | deviat* | observation* | behaviour | behavior | requirement* | specification* | anomal*"],
        ("Letter b is missing: without criteria the same feedback is judged differently by different people.",
         "Write criteria with codes, such as harm or near harm, deviation from a requirement, a weakness in security."),
    ),
    point(
        ("B2", "b", BOTH),
        ("IEC 62304 6.2.1.3", "problem_criteria"),
        "how an effect on safety is judged",
        &["problem* | bug* | defect* | issue* | feedback | complaint* | incident* | anomal* | ticket*",
          "safety | harm* | hazard* | patient* | risk*",
          JUDGED],
        ("The effect on the safety of the version in the field is judged after the change was made, or never.",
         "Say that every problem is judged for its effect on the safety of released versions, by whom, and with which scale."),
    ),
    point(
        ("C1", "c", BOTH),
        ("IEC 62304 6.1 c", "risk_process_ref"),
        "the risk management process that maintenance applies",
        &["risk management | 14971 | risk analysis | risk assess* | risk process* | fmea",
          "change* | modif* | problem* | maintenance | update* | post market | post production | feedback | bug* | issue* | release* | soup*"],
        ("The plan names ISO 14971 and does not say when clause 7 is applied to problems and changes.",
         "Name the risk management procedure and the steps of maintenance at which it is applied."),
    )
    .by_reference(),
    point(
        ("C2", "c", PLAN),
        ("ISO 14971", "risk_acceptability_ref"),
        "where the criteria for acceptable risk stand",
        &[RISK, "acceptab* | acceptance", "criteri* | matrix | polic* | threshold* | level* | table* | defined"],
        ("A low priority is used as the argument that a risk is acceptable.",
         "Name the document with the criteria for acceptable risk."),
    )
    .by_reference(),
    point(
        ("C3", "c", PLAN),
        ("IEC 62304 7.1.4", "rmf_location"),
        "the risk management file that maintenance keeps up to date",
        &["risk management file* | risk file* | rmf | hazard log* | risk table* | risk management report* | risk analysis document* | risk register* | risk management record* | fmea"],
        ("New causes that field data shows never reach the risk management file.",
         "Name the risk management file and when it is updated from maintenance."),
    )
    .by_reference(),
    point(
        ("D1", "d", BOTH),
        ("IEC 62304 6.1 d", "problem_resolution_ref"),
        "the problem resolution process that maintenance applies",
        &[PROBLEM, "resolution process* | problem resolution | resolv* | resolution | corrective action* | root cause* | investigat*"],
        ("Problem reports and change requests are one ticket, so that clause 9 cannot be shown.",
         "Name the procedure for problem resolution, from the report through the cause to the verified resolution."),
    )
    .by_reference(),
    point(
        ("D2", "d", BOTH),
        ("IEC 62304 9.2", "problem_evaluation_days"),
        "a time within which a problem is evaluated",
        &["problem* | bug* | defect* | incident* | anomal* | nonconformit*", "@limit",
          "evaluat* | assess* | triage* | analy* | respon* | investigat* | review* | resol* | fix*"],
        ("Problems wait for months, and safety-relevant ones wait as long as the others.",
         "Give the working days for the evaluation of a problem, and a shorter limit where an effect on safety is not excluded."),
    ),
    point(
        ("D3", "d", BOTH),
        ("IEC 62304 9.6", "trend_method"),
        "how trends of problems are analysed",
        &["trend*", "analy* | review* | monitor* | evaluat* | identif* | detect* | report* | method*"],
        ("Trends are promised and no trend review exists.",
         "Say how often trends are reviewed, by what counts, and from which value on a trend is adverse."),
    ),
    point(
        ("E1", "e", BOTH),
        ("IEC 62304 6.1 e", "cm_process_ref"),
        "the configuration management that governs changes",
        &["configuration management | configuration item* | version control | source control | git | versioning | baseline* | repository | change management | change control",
          "change* | process* | procedure* | plan* | sop | control* | manag* | identif* | commit* | branch*"],
        ("Changes are tracked in the version control system only; no configuration item is named.",
         "Name the procedure for configuration management and what is under it."),
    )
    .by_reference(),
    point(
        ("E2", "e", BOTH),
        ("IEC 62304 6.2.4, 8.2.1", "authority"),
        "who approves a change before it is implemented",
        &[CHANGED, "approv* | authoris* | authoriz* | sign off | signed"],
        ("Changes are approved after the work was done, by the person who did it.",
         "Say which role approves each kind of change, and that no work starts before."),
    ),
    point(
        ("E3", "e", BOTH),
        ("IEC 62304 6.2.3", "cm_process_ref"),
        "the analysis of a change's impact before it is approved",
        &["change | change request* | modif*", "impact | analy* | effect on | evaluat* | assess*",
          "change request* | impact | risk* | safety | interface* | requirement* | before | regression | significan*"],
        ("The impact analysis is a tick box; interfacing systems and released versions are not considered.",
         "Say that each change is analysed for its effect on the organisation, released software and connected systems."),
    ),
    point(
        ("E4", "e", BOTH),
        ("IEC 62304 6.2.4", "emergency_procedure"),
        "how an emergency change is handled",
        &["emergenc* | urgent* | hotfix* | hot fix* | expedit* | critical patch* | critical fix* | fast track",
          "change* | fix* | patch* | release* | procedure* | process* | update* | approv* | hotfix*"],
        ("Hotfixes bypass approval, and the records are written afterwards.",
         "Say who decides in an emergency and within which time; fewer people and less time, never another order of steps."),
    ),
    point(
        ("E5", "e", BOTH),
        ("IEC 62304 6.1", "roles"),
        "the roles in maintenance and who holds them",
        &["responsib* | role* | owner* | accountable | in charge",
          "manager* | lead | leader* | engineer* | officer* | team* | developer* | quality | head | director* | cto | ceo | prrc"],
        ("The plan names a team and no role, so that nobody was responsible at the time of an event.",
         "Name the roles of maintenance and who holds them."),
    ),
    point(
        ("E6", "e", BOTH),
        ("IEC 62304 6.3.1, 9.7", "regression_strategy"),
        "how a change is verified, with regression tests",
        &["regression | re test* | retest* | re verif* | reverif* | re execut* | reexecut* | re run | rerun | repeat*", "test* | verif* | regression"],
        ("Only the fix is tested; nothing says how the regression tests were chosen.",
         "Say how regression tests are chosen from the analysis of the change."),
    ),
    point(
        ("F1", "f", BOTH),
        ("IEC 62304 6.1 f", "soup_upgrade_procedure"),
        "how upgrades of SOUP are evaluated and introduced",
        &[SOUP, "upgrad* | update | updated to | new version* | newer version* | version change*",
          "evaluat* | assess* | review* | analy* | decid* | implement* | test* | verif* | approv* | impact* | monitor* | check*"],
        ("SOUP is upgraded with every build, and no change request brought the new version.",
         "Say who decides on an upgrade of SOUP, what is analysed, and that it is a change under clause 8."),
    ),
    point(
        ("F2", "f", BOTH),
        ("IEC 62304 6.1 f", "soup_patch_procedure"),
        "how patches and bug fixes of SOUP are evaluated and introduced",
        &[SOUP, "patch* | bug fix* | bugfix* | fixes | hotfix* | security update*",
          "evaluat* | assess* | review* | analy* | decid* | implement* | test* | verif* | approv* | impact* | monitor* | check* | appl*"],
        ("Security patches of suppliers wait for the next feature release.",
         "Say how patches and bug fixes of suppliers become known, who judges them and how fast they are taken."),
    ),
    point(
        ("F3", "f", BOTH),
        ("IEC 62304 6.1 f", "soup_obsolescence_procedure"),
        "what is done when SOUP becomes obsolete",
        &[SOUP, "obsolesc* | obsolete | end of life | eol | end of support | eos | unmaintained | unsupported | no longer maintained | no longer supported | discontinu* | deprecat* | abandon*"],
        ("Letter f is silent on obsolescence, and components out of support are in the product.",
         "Say how the end of support of each item is watched and what is decided when it comes."),
    ),
    point(
        ("F4", "f", BOTH),
        ("IEC 62304 6.1 f, 7.1.3", "soup_review_policy"),
        "how often SOUP is reviewed",
        &[SOUP, "review* | check* | monitor* | evaluat* | scan* | verif* | assess*", INTERVAL],
        ("One sentence says that trackers are checked every six months, and no review is on record.",
         "Give the interval of SOUP reviews by risk, and the sources that every review must search."),
    ),
    point(
        ("F5", "f", BOTH),
        ("IEC 62304 7.1.3", "soup_review_method"),
        "how suppliers' lists of anomalies are evaluated",
        &[SOUP, "anomal* | known issue* | known bug* | issue tracker* | bug tracker* | issue list* | bug list* | bug report* | release note* | changelog* | errata",
          "review* | check* | evaluat* | monitor* | assess* | search* | list* | publish* | read | watch*"],
        ("Only vulnerabilities are searched; the supplier's list of anomalies is not evaluated.",
         "Name the lists of anomalies of the suppliers beside the vulnerability databases, and who judges the entries."),
    ),
    point(
        ("F6", "f", PLAN),
        ("IEC 62304 7.1.3", "soup_event_triggers"),
        "events after which SOUP is reviewed at once",
        &["soup* | third party | off the shelf | open source | dependenc* | librar* | vulnerabilit* | advisor* | supplier*",
          "trigger* | immediately | at once | whenever | upon | ad hoc | unscheduled | out of cycle | as soon as | without delay | event*",
          "review* | evaluat* | assess* | check* | analy* | update* | patch* | notif*"],
        ("An exploited vulnerability waits for the next review by the calendar.",
         "List the events, such as an entry in the KEV catalogue, an advisory of the supplier, a new version."),
    ),
    point(
        ("F7", "f", PLAN),
        ("IEC 62304 7.1.3", "soup_review_window_days"),
        "the review of SOUP before a release",
        &[SOUP, "before | prior to | each release | every release | per release | for release", "releas*", "review* | check* | evaluat* | verif* | scan* | updat* | assess* | audit*"],
        ("The last review of SOUP is older than the release that contains it.",
         "Say within how many days before a release all its SOUP must have been reviewed."),
    ),
    point(
        ("V1", "vulnerabilities", PLAN),
        ("IEC 81001-5-1 4.1.7, FD&C 524B(b)(1)", "vulnerability_plan_ref"),
        "the plan for managing vulnerabilities",
        &[SECURITY, "plan* | process* | procedure* | manag* | monitor* | handl* | sop | scan*"],
        ("The maintenance plan has no link to vulnerability management.",
         "Name the vulnerability management plan, who is responsible, and what is monitored how often."),
    )
    .by_reference(),
    point(
        ("V2", "vulnerabilities", PLAN),
        ("IEC 81001-5-1 6.1.1, FD&C 524B(b)(2)", "patch_timelines"),
        "by when a vulnerability is patched",
        &[SECURITY, "@within", "patch* | fix* | remed* | releas* | mitigat* | resol* | updat* | deploy* | address*"],
        ("There is no timeline by severity, and no reason for the cycle of updates.",
         "Give the days to the patch for each severity, and justify the regular cycle."),
    ),
    point(
        ("V3", "vulnerabilities", PLAN),
        ("IEC 81001-5-1 4.1.7", "disclosure_policy_ref"),
        "the coordinated disclosure of vulnerabilities",
        &["coordinated disclosure | coordinated vulnerability disclosure | responsible disclosure | disclosure polic* | disclosure process* | disclosure program* | disclosure procedure* | disclosure plan* | security txt | security contact* | security researcher* | cvd", "vulnerabilit* | security | cvd | polic* | coordinat* | researcher*"],
        ("Researchers find no address to which they can report.",
         "Name the disclosure policy and the address for reports."),
    )
    .by_reference(),
    point(
        ("G1", "communication", BOTH),
        ("IEC 62304 6.2.5", "communication_procedure"),
        "how users are told of problems and changes",
        &["inform* | notif* | communicat* | advis* | announce* | release note* | publish* | safety notice*",
          "user* | customer* | operator* | hospital* | clinic* | patient*",
          "problem* | change* | update* | release* | issue* | incident* | vulnerabilit* | known | recall* | bug* | affected | anomal*"],
        ("Users learn of an unsafe use only when they ask.",
         "Say who tells users of problems in released software and the consequences of continued use, and how."),
    ),
    point(
        ("G2", "communication", BOTH),
        ("IEC 62304 6.2.5", "regulator_matrix"),
        "how authorities are told",
        &["regulator | regulatory authorit* | authorit* | notified body | notified bodies | fda | bfarm | swissmedic | mhra",
          "inform* | notif* | report* | communicat* | submi*"],
        ("The authority of each market and the form of the report are unknown when they are needed.",
         "Name the authority of each market and how it is told."),
    ),
    point(
        ("H1", "releases and the plan itself", PLAN),
        ("IEC 62304 6.3.2, 5.8", "release_tasks"),
        "what is complete before a maintenance release",
        &["releas*", "checklist* | before | prior to | approv* | complete* | criteri* | must | only when | only if | passes",
          "test* | anomal* | verif* | document* | risk*"],
        ("A hotfix was released without the tasks of clause 5.8.",
         "List the tasks before a release: verification, known anomalies, version, archive, approval."),
    ),
    point(
        ("H2", "releases and the plan itself", PLAN),
        ("IEC 62304 5.8.7, ISO 13485 4.2.5", "record_retention_rule"),
        "how long software and records are kept",
        &["archiv* | retain* | retention | kept for | stored for | preserv*"],
        ("The archive was never read again, and the toolchain is missing.",
         "Say where released versions are archived, for how long, and when the archive is read again."),
    ),
    point(
        ("H3", "releases and the plan itself", PLAN),
        ("ISO 13485 4.2.4", "plan_review_days"),
        "how often the plan itself is reviewed",
        &["this plan | the plan | this document | maintenance plan | plan itself", "review* | updat* | revis*", "@limit | whenever | regularly | periodic* | each release | every release | as needed | at least"],
        ("The plan was never reviewed since the launch.",
         "Give the interval at which the plan is reviewed, and the events after which it is revised."),
    ),
    point(
        ("H4", "releases and the plan itself", PLAN),
        ("IEC 81001-5-1 5.8.7", "retirement_ref"),
        "the retirement of the product",
        &["retire* | decommission* | end of life | end of support | withdraw* from the market | sunset* | phase out | discontinu*",
          "product* | device* | software | system* | data | customer* | user*"],
        ("Support ended without users being told.",
         "Name the plan for the end of support and retirement of the product."),
    ),
    point(
        ("R1", "record", CHANGE),
        ("IEC 62304 8.2.1", ""),
        "what is changed and why",
        &["change* | modif* | fix* | updat* | replac* | remov* | propos*",
          "reason* | because | descri* | justif* | motivat* | purpose | rationale | background | context | trigger | problem* | goal* | why"],
        ("The record repeats the title of the commit.", "Describe the change and its reason."),
    ),
    point(
        ("R2", "record", CHANGE),
        ("IEC 62304 9.1, 8.2.4", ""),
        "the problem or request that led to it",
        &["problem report* | bug* | issue* | ticket* | change request* | complaint* | feedback | cr | pr", "@number"],
        ("The change names no problem report, so that the trace is broken.", "Name the problem report or request by its number."),
    ),
    point(
        ("R3", "record", CHANGE),
        ("IEC 62304 6.2.3", ""),
        "the analysis of its impact",
        &["impact | affect* | effect* | consequence* | compatib*", "existing | analy* | module* | item* | interface* | requirement* | system* | component* | version* | user* | scope | code | file* | none | no impact"],
        ("The impact is said to be none, without a reason.", "Say which items, interfaces and released versions are affected."),
    ),
    point(
        ("R4", "record", CHANGE),
        ("IEC 62304 7.4", ""),
        "the analysis of its risk",
        &[RISK, "analy* | assess* | evaluat* | new | changed | control* | none | review* | acceptab* | impact | class | low | medium | high"],
        ("The effect on risk controls was not analysed.", "Say whether new causes arise and whether risk controls are affected."),
    ),
    point(
        ("R5", "record", CHANGE),
        ("IEC 62304 6.2.4, 8.2.1", ""),
        "its approval, with name and date",
        &["approv* | authoris* | authoriz* | signed | signature", "date | @date | by | name"],
        ("The approval is dated after the release, or the author approved it.", "Name who approved it and on which day."),
    ),
    point(
        ("R6", "record", CHANGE),
        ("IEC 62304 8.2.3", ""),
        "its verification",
        &["verif* | test*", "passed | pass | result* | report* | executed | evidence | performed | ran | identical | confirmed"],
        ("The change is verified by its author, without a record.", "Name the tests, their results, and who verified."),
    ),
    point(
        ("R7", "record", CHANGE),
        ("IEC 62304 6.3.2, 5.8.4", ""),
        "the version that contains it",
        &["@version"],
        ("It cannot be said in which version the change reached the field.", "Name the version that contains the change."),
    ),
];
