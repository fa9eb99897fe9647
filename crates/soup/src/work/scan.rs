//! A scan: matches every component of a bill of materials with the advisory cache. It gives the reason of each verdict and a result for each
//! source, also where the source has nothing or could not be checked.
//!
//! This module queries the cache and assembles the results. Verdicts belong to `model::matching`, output formats to the caller.

mod asked;
mod basis;
mod findings;
mod in_order;
mod result;
mod whole;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::advisories::{SourceStatus, body};
use crate::cache::Cache;
use crate::model::advisory::{
    Advisory, ExploitPrediction, KnownExploited, Published, Standing, SupportCycle,
};
use crate::model::bill::Bill;
use crate::model::component::Component;
use crate::model::cpe::Cpe;
use crate::model::matching::{
    self, Identity, JudgedRecord, Judgement, Knowledge, Obstacle, Outcome, SourceFacts, Verdict, Why,
};
use crate::model::support::support_status;
use crate::refused::Refused;
use in_order::InOrder;
use mainstay_base::store_error::StoreError;
use mainstay_base::time::Day;

pub use asked::{AskedScan, state_of as cache_state};
pub use result::{Checked, FoundAdvisory, FoundRecord, ScannedComponent, Score};
pub use whole::declare_whole;

/// Days after which advisory data counts as too old, unless the user sets another limit.
pub const MAX_AGE_DAYS: u32 = 14;

/// Maximum number of threads of one scan.
const WORKERS_MAX: usize = 8;
/// Number of components for which one more thread is worthwhile.
const COMPONENTS_OF_A_WORKER: usize = 64;

/// The options of a scan.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// The day of the scan.
    pub today: Day,
    /// Days after which data counts as too old.
    pub max_age_days: u32,
    /// Whether the result also lists advisories that do not affect the component.
    pub all: bool,
    /// Knowledge that the user added: aliases and exclusions.
    pub knowledge: Knowledge,
}

/// What a scan matches.
#[derive(Debug, Clone, Copy)]
pub struct ScanQuestion<'q> {
    /// The bill.
    pub bill: &'q Bill,
    /// The folder of the cache.
    pub folder: &'q Path,
    /// The options.
    pub options: &'q ScanOptions,
}

/// Receives what a scan finds, while it runs. Each function returns whether to continue.
pub trait ScanReceiver<T> {
    /// The imported files on which the scan is based, before the first component.
    fn begin(&mut self, sources: Vec<SourceStatus>) -> bool;
    /// The converted result of the next component, in the order of the bill.
    fn component(&mut self, converted: T) -> bool;
}

/// Matches every component of a bill with the cache. `go_on` receives the share that is done and returns whether to continue. `convert` is
/// applied to the result of each component while other components are still being matched. Only a few results wait for `receiver` at any time.
///
/// # Errors
/// When there is no advisory data, when the cache cannot be read, and when it was cancelled.
pub fn scan_into<T: Send>(
    question: ScanQuestion<'_>,
    go_on: &(dyn Fn(f32) -> bool + Sync),
    convert: &(dyn Fn(ScannedComponent) -> T + Sync),
    receiver: &mut dyn ScanReceiver<T>,
) -> Result<(), Refused> {
    let ScanQuestion { bill, folder, options } = question;
    let scanner = Scanner::open(folder, options, &bill.components)?;
    if !receiver.begin(scanner.sources.clone()) {
        return Err(cancelled());
    }
    let make = |component: &Component| Ok(convert(scanner.component(component)?));
    each(&bill.components, go_on, &make, &mut |converted| receiver.component(converted))
}

fn cancelled() -> Refused {
    Refused::Rule("the scan was cancelled".to_owned())
}

/// Hands what `make` makes of each component to `receive`, in the order of the components. Several workers make it.
///
/// # Errors
/// When one could not be made, and when it was cancelled.
pub(in crate::work) fn each<T: Send>(
    components: &[Component],
    go_on: &(dyn Fn(f32) -> bool + Sync),
    make: &(dyn Fn(&Component) -> Result<T, Refused> + Sync),
    receive: &mut dyn FnMut(T) -> bool,
) -> Result<(), Refused> {
    let total = components.len();
    let queue = InOrder::new(total);
    let make = |number: usize| match components.get(number) {
        Some(component) => make(component),
        None => Err(cancelled()),
    };
    let others = std::thread::available_parallelism().map_or(1, usize::from).min(WORKERS_MAX) - 1;
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..=others.min(total / COMPONENTS_OF_A_WORKER))
            .map(|_| scope.spawn(|| queue.work(&make)))
            .collect();
        let share = |number: usize| go_on(number as f32 / total.max(1) as f32);
        let all = queue.receive(&share, receive);
        for worker in workers {
            worker
                .join()
                .map_err(|_| Refused::Rule("a part of the scan failed; try it again".to_owned()))??;
        }
        if all { Ok(()) } else { Err(cancelled()) }
    })
}

/// The same, with all results at once: the imported files, and the converted results in the order of the bill.
///
/// # Errors
/// As [`scan_into`].
pub fn scan<T: Send>(
    bill: &Bill,
    folder: &Path,
    options: &ScanOptions,
    go_on: &(dyn Fn(f32) -> bool + Sync),
    convert: &(dyn Fn(ScannedComponent) -> T + Sync),
) -> Result<(Vec<SourceStatus>, Vec<T>), Refused> {
    struct All<T>(Vec<SourceStatus>, Vec<T>);
    impl<T> ScanReceiver<T> for All<T> {
        fn begin(&mut self, sources: Vec<SourceStatus>) -> bool {
            self.0 = sources;
            true
        }

        fn component(&mut self, converted: T) -> bool {
            self.1.push(converted);
            true
        }
    }
    let mut all = All(Vec::new(), Vec::new());
    scan_into(ScanQuestion { bill, folder, options }, go_on, convert, &mut all)?;
    Ok((all.0, all.1))
}

/// One record that concerns a component, with its judgement.
struct Judged {
    advisory: Advisory,
    judgement: Judgement,
    place: Place,
    /// The versions that it names as fixed, if they are wanted.
    fixed: Vec<String>,
}

/// Where the cache holds a record.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Its number.
    number: i64,
    /// Number of the file that contains it.
    file: i64,
}

/// Values of records with their places, one after another in one buffer.
#[derive(Default)]
struct Records {
    bytes: Vec<u8>,
    /// The place of each record, and where its value ends.
    ends: Vec<(Place, usize)>,
}

impl Records {
    fn add(&mut self, place: Place, body: &[u8]) {
        self.bytes.extend_from_slice(body);
        self.ends.push((place, self.bytes.len()));
    }

    fn each(&self) -> impl Iterator<Item = (Place, &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |(place, end)| {
            let body = self.bytes.get(start..*end).unwrap_or_default();
            start = *end;
            (*place, body)
        })
    }
}

/// The data that the workers of a scan use for all components.
pub(in crate::work) struct Scanner<'o> {
    /// One connection for all workers, so that the file is in memory once. A worker needs it for a tenth of its time.
    cache: Mutex<Cache>,
    options: &'o ScanOptions,
    sources: Vec<SourceStatus>,
    /// Position in `sources` by number of the file.
    files: BTreeMap<i64, usize>,
    /// The files that supply current records, by number.
    current: BTreeSet<i64>,
    /// The facts about each source of advisories, by its name.
    facts: BTreeMap<String, SourceFacts>,
    /// Whether an imported file contains exploitation or prediction entries.
    joins: bool,
    /// Whether a component names its source package. Then a package without one has the same name as its source package.
    names_sources: bool,
    /// Whether findings name the versions that contain a fix.
    fixes: bool,
    /// Records whose CPE names leave the vendor or the product open, by number, with these names. They may concern every component that
    /// has a CPE name.
    open: BTreeMap<i64, Vec<Cpe>>,
    /// The entries of CVEs that were looked up before: the components of one product have many CVEs in common.
    joined: Mutex<HashMap<String, Joined>>,
}

/// The exploitation and prediction entries of a CVE.
type Joined = (Option<KnownExploited>, Option<ExploitPrediction>);

impl<'o> Scanner<'o> {
    /// Opens the cache in a folder for a scan of these components.
    ///
    /// # Errors
    /// When there is no advisory data, and when the cache cannot be read.
    pub(in crate::work) fn open(
        folder: &Path,
        options: &'o ScanOptions,
        components: &[Component],
    ) -> Result<Self, Refused> {
        let nothing = || {
            Refused::Rule(format!(
                "there is no advisory data in {}; import some with mainstay advisories import",
                folder.display()
            ))
        };
        let names_sources = components.iter().any(matching::has_source_package);
        Self::new(Cache::open_to_read(folder)?.ok_or_else(nothing)?, options, names_sources)
    }

    /// The same, with the versions that contain a fix.
    pub(in crate::work) fn with_fixes(self) -> Self {
        Self { fixes: true, ..self }
    }

    fn new(cache: Cache, options: &'o ScanOptions, names_sources: bool) -> Result<Self, Refused> {
        cache.hold()?;
        let held = cache.files()?;
        let files: BTreeMap<i64, usize> = held.iter().enumerate().map(|(at, file)| (file.id, at)).collect();
        let sources: Vec<SourceStatus> =
            held.iter().map(|file| SourceStatus::of(file, options.today, options.max_age_days)).collect();
        let basis = basis::Basis::of(&cache, &sources, &files, options)?;
        let mut scanner = Self {
            cache: Mutex::new(cache),
            options,
            sources,
            files,
            current: basis.current,
            facts: basis.facts,
            joins: basis.joins,
            names_sources,
            fixes: false,
            open: BTreeMap::new(),
            joined: Mutex::default(),
        };
        let open = scanner.cache().numbers_under(matching::OPEN)?;
        for number in open {
            let names = match scanner.published(number)? {
                Some(Published::Advisory(advisory)) => matching::open_names(&advisory),
                Some(_) | None => Vec::new(),
            };
            scanner.open.insert(number, names);
        }
        Ok(scanner)
    }

    pub(in crate::work) fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The imported files that supply current records.
    pub(in crate::work) fn current_sources(&self) -> impl Iterator<Item = &SourceStatus> {
        self.current.iter().filter_map(|file| self.source_of(*file))
    }

    fn source_of(&self, file: i64) -> Option<&SourceStatus> {
        self.files.get(&file).and_then(|at| self.sources.get(*at))
    }

    pub(in crate::work) fn component(&self, component: &Component) -> Result<ScannedComponent, Refused> {
        let mut identity = Identity::of(component, &self.options.knowledge);
        if self.names_sources {
            identity.assume_named_like_source();
        }
        let judged = self.judged(&identity)?;
        let checked = self
            .facts
            .iter()
            .map(|(name, facts)| {
                let own = judged
                    .iter()
                    .filter(|one| self.source_of(one.place.file).is_some_and(|source| source.name == *name))
                    .map(|one| JudgedRecord {
                        judgement: &one.judgement,
                        withdrawn: one.advisory.standing.is_withdrawn(),
                    });
                Checked::of(name, matching::outcome(&identity, facts, own))
            })
            .collect();
        let support = self.support(component, identity.version.as_deref())?;
        Ok(ScannedComponent {
            reference: component.reference.clone(),
            name: component.name.clone(),
            version: component.version.clone(),
            purl: component.purls.first().cloned(),
            cpes: component.cpes.clone(),
            checked,
            verdicts: self.findings(judged)?,
            support,
        })
    }

    /// All records of the cache that concern a component.
    fn judged(&self, identity: &Identity) -> Result<Vec<Judged>, Refused> {
        let mut judged = Vec::new();
        for (place, body) in self.records(identity)?.each() {
            judged.extend(self.judge(identity, place, body)?);
        }
        Ok(judged)
    }

    /// The values of the records that may concern a component, read in one go, so that other workers wait little.
    fn records(&self, identity: &Identity) -> Result<Records, Refused> {
        let cache = self.cache();
        let mut records = Records::default();
        for number in self.numbers(&cache, identity)? {
            cache.read(number, |file, body| records.add(Place { number, file }, body))?;
        }
        Ok(records)
    }

    /// The judgement of a record for a component; `None` if it does not concern the component.
    fn judge(&self, identity: &Identity, place: Place, body: &[u8]) -> Result<Option<Judged>, StoreError> {
        let concerns = |criteria: &str| identity.is_meant_by(criteria);
        let Some((mut advisory, shown)) = body::unpack_advisory(body, &concerns)? else { return Ok(None) };
        let mut judgement = matching::judge(identity, &advisory);
        let unread = judgement.why.is_none();
        if unread && advisory.standing != Standing::NotAnalysed {
            return Ok(None);
        }
        // The part to show is read only where it is needed. A record that does not affect the component is returned all the same: it is an
        // answer of its source, and it connects records that use other identifiers.
        if unread || judgement.verdict != Verdict::NotAffected || self.options.all {
            body::show(&mut advisory, shown)?;
        }
        if unread {
            if !matching::mentions(identity, &advisory) {
                return Ok(None);
            }
            judgement = mentioned(identity, &advisory);
        }
        let fixed = match judgement.verdict {
            Verdict::NotAffected => Vec::new(),
            _ if !self.fixes => Vec::new(),
            Verdict::Affected
            | Verdict::Conditional { .. }
            | Verdict::NotComparable { .. }
            | Verdict::Candidate => matching::fixed_versions(identity, &advisory),
        };
        // Only the judgement needs these.
        advisory.packages = Vec::new();
        advisory.applicability = Vec::new();
        Ok(Some(Judged { advisory, judgement, place, fixed }))
    }

    /// Numbers of the records that may concern a component.
    fn numbers(&self, cache: &Cache, identity: &Identity) -> Result<BTreeSet<i64>, Refused> {
        let open = self.open.iter().filter(|(_, names)| identity.may_be(names));
        let mut numbers: BTreeSet<i64> = open.map(|(number, _)| *number).collect();
        let watched = matching::text_keys_of_identity(identity);
        for key in matching::keys_of_identity(identity).into_iter().chain(watched) {
            if key.0 != matching::OPEN {
                numbers.extend(cache.numbers_under(&key.0)?);
            }
        }
        Ok(numbers)
    }

    fn published(&self, number: i64) -> Result<Option<Published>, Refused> {
        let read = self.cache().read(number, |_, body| body::unpack(body).map(|(published, _)| published))?;
        Ok(read.transpose()?)
    }

    fn support(
        &self,
        component: &Component,
        version: Option<&str>,
    ) -> Result<Option<crate::model::support::SupportStatus>, Refused> {
        let Some(version) = version else { return Ok(None) };
        let mut cycles: Vec<SupportCycle> = Vec::new();
        let numbers = self.cache().numbers_under(&body::support_key(&component.name))?;
        for number in numbers {
            if let Some(Published::Support(cycle)) = self.published(number)? {
                cycles.push(cycle);
            }
        }
        Ok(support_status(&cycles, version, self.options.today))
    }
}

/// The judgement of a record that names no product and whose text contains the component's name.
fn mentioned(identity: &Identity, advisory: &Advisory) -> Judgement {
    Judgement {
        verdict: Verdict::Candidate,
        why: Some(Why {
            level: crate::model::purl::Level::ByName,
            identifier: identity.name.clone(),
            product: String::new(),
            range: String::new(),
            scheme: "none".to_owned(),
            source: advisory.source,
            record_date: advisory.modified.clone().or_else(|| advisory.published.clone()),
            words: format!(
                "the record does not say which product is meant; its text contains the name {}",
                identity.name
            ),
        }),
    }
}

/// Whether the result for a component is conclusive: a source answered, no source is in doubt, and no finding depends on a condition.
pub fn is_decided(component: &ScannedComponent) -> bool {
    let answers = &component.checked;
    let answered = answers.iter().any(|answer| match answer.outcome {
        Outcome::Found | Outcome::NothingFound => true,
        Outcome::CouldNotBeChecked => false,
    });
    let doubtful = answers.iter().any(|answer| answer.obstacle.is_some_and(Obstacle::is_doubt));
    answered && !doubtful && !component.verdicts.iter().any(FoundAdvisory::is_open)
}

/// Maximum size of a knowledge file, in bytes.
const KNOWLEDGE_BYTES_MAX: u64 = 16 << 20;

/// Reads the knowledge that the user added from a RON file.
///
/// # Errors
/// When the file cannot be read or has a mistake; the message names the place.
pub fn read_knowledge(path: &Path) -> Result<Knowledge, Refused> {
    let text = mainstay_base::regular::text(path, KNOWLEDGE_BYTES_MAX).map_err(
        mainstay_base::store_error::StoreError::io(format!("{} could not be read", path.display())),
    )?;
    ron::from_str(&text).map_err(|error| Refused::Rule(format!("{}: {error}", path.display())))
}
