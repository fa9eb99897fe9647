//! A look at many product files: each by a connection of its own, for reading only. One that cannot be read is named with the reason,
//! and the others are read on.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use super::copies;
use super::files::{Files, Remark};
use super::kept::{self, Mark, kept_in};
use crate::domain::time::{Day, Moment};
use crate::ops::workstation::{Behind, Lack, Memory};
use crate::ops::{
    self, FileState, Opened, ProductFile, ProductSummary, Refused, StoreError, SummaryTask, Urgency,
};

/// Most files that are read at once.
const WORKERS_MAX: usize = 8;

/// The products that were read, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Portfolio {
    /// The products, by name.
    pub products: Vec<Product>,
    /// Files and folders that were not read, and what else there is to say of them.
    pub remarks: Vec<Remark>,
}

/// One product file.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its path.
    pub path: PathBuf,
    /// What it says of itself.
    pub summary: ProductSummary,
    /// Whether the summary was kept from an earlier look at the same file.
    pub kept: bool,
}

/// What a look is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// What waits and what is coming, which is read anew on each day.
    Work,
    /// What is in service with which decisions. What was kept on an earlier day tells it as well.
    Contents,
}

/// How files are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Looking<'a> {
    /// The folder of this workstation's data, in which summaries are kept; without one nothing is.
    pub data: Option<&'a Path>,
    /// Whether each file is read, whatever is kept of it.
    pub fresh: bool,
    /// The present moment.
    pub now: Moment,
    /// What for.
    pub wanted: For,
}

impl Looking<'_> {
    /// Whether what was kept is as good as reading the file.
    fn is_enough(&self, summary: &ProductSummary) -> bool {
        let today = self.now.day();
        match self.wanted {
            For::Work => summary.read_at.day() == today,
            For::Contents => summary.holds_on(today),
        }
    }
}

impl Product {
    /// The items of work of an urgency, as the dashboard of the file ranks them.
    pub fn tasks(&self, urgency: Urgency) -> impl Iterator<Item = &SummaryTask> {
        self.summary.tasks.iter().filter(move |task| task.urgency == urgency)
    }

    /// How many versions of SOUP in service there are, and how many of them are reviewed inside their interval on a day.
    pub fn coverage(&self, today: Day) -> (usize, usize) {
        let of = |components: &mut dyn Iterator<Item = &ops::FieldedComponent>| {
            components.map(|one| one.releases.len()).sum()
        };
        let all = of(&mut self.summary.components.iter());
        (all, of(&mut self.summary.components.iter().filter(|one| one.is_covered(today))))
    }
}

/// Reads the files, as many at once as the machine has processors. `going` is told how many were read, of how many, and says whether
/// to go on.
pub fn look(files: &Files, how: Looking<'_>, going: &(dyn Fn(usize, usize) -> bool + Sync)) -> Portfolio {
    let all = &files.found;
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let found = Mutex::new(Vec::new());
    let work = || {
        while let Some(path) = all.get(next.fetch_add(1, Relaxed)) {
            if !going(done.load(Relaxed), all.len()) {
                return;
            }
            let outcome = read(path, how);
            done.fetch_add(1, Relaxed);
            found.lock().unwrap_or_else(PoisonError::into_inner).push((path.clone(), outcome));
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(all.len()).min(WORKERS_MAX);
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(work);
        }
        work();
    });
    let mut found: Vec<(PathBuf, Outcome)> = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let read: BTreeSet<PathBuf> = found.iter().map(|(path, _)| path.clone()).collect();
    let left = all.iter().filter(|path| !read.contains(*path));
    let cancelled =
        left.map(|path| (path.clone(), Err("the look was cancelled before it was read".to_owned())));
    found.extend(cancelled);
    let mut portfolio = Portfolio::of(found, files);
    if let Some(data) = how.data {
        kept::thin_out(&kept_in(data));
        portfolio.compare_with_memory(data);
    }
    portfolio
}

/// What is kept of the files, whichever day it was read on. A file of which nothing is kept is lacking until it is read.
pub fn recall(files: &Files, data: &Path) -> Portfolio {
    let kept = kept_in(data);
    let read = |path: &PathBuf| {
        let summary = Mark::of(path).and_then(|mark| kept::read(&kept, path, mark));
        (path.clone(), summary.map(|summary| (summary, true)).ok_or_else(|| "it is not read yet".to_owned()))
    };
    Portfolio::of(files.found.iter().map(read).collect(), files)
}

/// What reading a file gives: its summary and whether it was kept, or why it cannot be read.
type Outcome = Result<(ProductSummary, bool), String>;

impl Portfolio {
    fn of(found: Vec<(PathBuf, Outcome)>, files: &Files) -> Self {
        let mut portfolio = Self { products: Vec::new(), remarks: files.remarks.clone() };
        for (path, outcome) in found {
            match outcome {
                Ok((summary, kept)) => portfolio.products.push(Product { path, summary, kept }),
                Err(why) => portfolio.remarks.push(Remark { path, why, lacking: true }),
            }
        }
        copies::leave_out(&mut portfolio);
        portfolio.products.sort_by(|a, b| (&a.summary.product, &a.path).cmp(&(&b.summary.product, &b.path)));
        portfolio.remarks.sort_by(|a, b| (!a.lacking, &a.path).cmp(&(!b.lacking, &b.path)));
        portfolio
    }

    /// Says which files end before an event that this workstation saw of them: what was written after it is missing here.
    fn compare_with_memory(&mut self, data: &Path) {
        for product in &self.products {
            let head = &product.summary.head;
            let Some(memory) = Memory::of(data, &product.summary.uuid) else { continue };
            let lack = match memory.head.seq.cmp(&head.seq) {
                Ordering::Greater => Lack::CutOff,
                Ordering::Equal if !memory.head.is(head.seq, &head.digest) => Lack::Differs,
                Ordering::Equal | Ordering::Less => continue,
            };
            let Memory { head: seen, numbers, packets, .. } = memory;
            let why = Behind { seen, lack, ends: head.seq, numbers, packets }.to_string();
            self.remarks.push(Remark { path: product.path.clone(), why, lacking: true });
        }
        self.remarks.sort_by(|a, b| (!a.lacking, &a.path).cmp(&(!b.lacking, &b.path)));
    }

    /// How many places an answer lacks.
    pub fn lacking(&self) -> usize {
        self.remarks.iter().filter(|remark| remark.lacking).count()
    }
}

fn read(path: &Path, how: Looking<'_>) -> Outcome {
    let (mark, kept) = (Mark::of(path), how.data.map(kept_in));
    if let (Some(folder), Some(mark), false) = (&kept, mark, how.fresh)
        && let Some(summary) = kept::read(folder, path, mark)
        && how.is_enough(&summary)
    {
        return Ok((summary, true));
    }
    let mut file = match ProductFile::open_beside(path) {
        Ok(Opened::Open(file)) => file,
        Ok(Opened::Not(found)) => return Err(not_opened(&found)),
        Err(refusal) => return Err(refused_words(path, &refusal)),
    };
    let summary = file.summary(how.now).map_err(|refusal| refused_words(path, &refusal))?;
    // It is of the file that was marked only if that is still there.
    if let (Some(folder), Some(mark)) = (&kept, mark)
        && Mark::of(path) == Some(mark)
    {
        kept::write(folder, path, mark, &summary);
    }
    Ok((summary, false))
}

fn refused_words(path: &Path, refusal: &Refused) -> String {
    match refusal {
        Refused::Store(StoreError::Busy) => "another program is writing to it; look again later".to_owned(),
        // Nobody works in a file that a killed program left in the midst of a write.
        Refused::Store(StoreError::Interrupted | StoreError::NotWritable) if ops::has_journal(path) => {
            "the last write to it was interrupted; open it once and sign in, which takes that write back"
                .to_owned()
        }
        other => other.to_string(),
    }
}

fn not_opened(found: &FileState) -> String {
    match found {
        FileState::Ready => "it is ready; look again".to_owned(),
        FileState::NeedsUpgrade { version } => {
            format!("it was made by an earlier program (file version {version}); open it once to upgrade it")
        }
        FileState::Newer { version } => {
            format!(
                "it was made by a newer version of this program (file version {version}); install that version"
            )
        }
        FileState::NewerRules { rules } => {
            format!("a newer version of this program has changed it (rule set {rules}); install that version")
        }
        FileState::Locked(Some(holder)) => {
            format!("{} on {} is writing to it; look again later", holder.person, holder.machine)
        }
        FileState::Locked(None) => "another program is writing to it; look again later".to_owned(),
        FileState::Damaged { what } => format!("it is damaged: {what}. Keep it as it is, and open a backup"),
        FileState::NotOurs { what } => format!("it is not a product file: {what}"),
        FileState::NotReadable { why } => format!("it cannot be read: {why}"),
    }
}
