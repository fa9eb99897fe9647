//! Measures a portfolio of many copies of a product file: the first look, the next one, a question, and a look after one file changed.
//! `cargo run --release --example measure_portfolio -- FILE.mainstay FOLDER COUNT`. The folder is made; each copy is a product of its own.

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mainstay::domain::time::Moment;
use mainstay::ops::now;
use mainstay::portfolio::{Asking, Files, For, Looking, Portfolio, Question, ask, files_below, look, recall};

type Told<T> = Result<T, Box<dyn Error>>;

fn main() -> Told<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: measure_portfolio FILE.mainstay FOLDER COUNT";
    let original: PathBuf = arguments.next().ok_or(usage)?.into();
    let folder: PathBuf = arguments.next().ok_or(usage)?.into();
    let count: usize = arguments.next().ok_or(usage)?.parse()?;
    let products = folder.join("products");
    std::fs::create_dir_all(&products)?;
    let copies: Vec<PathBuf> =
        (0..count).map(|number| copy(&original, &products, number)).collect::<Told<_>>()?;
    let bench = Bench { products, data: folder.join("data"), now: now() };
    println!("| What | Figure |\n| --- | --- |");
    bench.run(copies.first().ok_or("no copy")?)
}

/// A copy that is a product file of its own, and was last written an hour ago.
fn copy(original: &Path, folder: &Path, number: usize) -> Told<PathBuf> {
    let path = folder.join(format!("{number:04}.mainstay"));
    std::fs::copy(original, &path)?;
    set_uuid(&path, &format!("measured {number}"))?;
    Ok(path)
}

fn set_uuid(path: &Path, uuid: &str) -> Told<()> {
    let conn = rusqlite::Connection::open(path)?;
    conn.execute("UPDATE product_file SET uuid = ?1", [uuid])?;
    conn.close().map_err(|(_, error)| error)?;
    let hour_ago = path.metadata()?.modified()? - Duration::from_hours(1);
    Ok(File::options().write(true).open(path)?.set_modified(hour_ago)?)
}

struct Bench {
    products: PathBuf,
    data: PathBuf,
    now: Moment,
}

impl Bench {
    fn run(&self, changed: &Path) -> Told<()> {
        let files = self.told("Finding the files", Self::files);
        let first = self.told("First look, nothing kept", |bench| bench.look(&files, For::Work, bench.now));
        let events: u64 = first.products.iter().map(|one| one.summary.head.seq).sum();
        println!("| Files; events in all | {}; {events} |", first.products.len());
        self.told("First answer in the window, from what is kept", |bench| recall(&files, &bench.data));
        let next = self.told("The whole look again, from what is kept", |bench| {
            bench.look(&bench.files(), For::Work, bench.now)
        });
        if !next.products.iter().all(|one| one.kept) {
            return Err("something was not kept".into());
        }
        let tomorrow = Moment::end_of(self.now.day().plus_days(1));
        for text in ["openssl", "CVE-2022-37434"] {
            let question = Question::parse(text)?;
            self.told(
                &format!("Look and answer to “{text}” on the next day, from what is kept"),
                |bench| {
                    let portfolio = bench.look(&bench.files(), For::Contents, tomorrow);
                    let today = tomorrow.day();
                    ask(Asking { portfolio: &portfolio, question: &question, today, advised: None })
                        .rows
                        .len()
                },
            );
        }
        set_uuid(changed, "measured anew")?;
        self.told("Look after one file changed", |bench| bench.look(&bench.files(), For::Work, bench.now));
        self.told("Look on the next day, when all work is read anew", |bench| {
            bench.look(&bench.files(), For::Work, tomorrow)
        });
        let kept: u64 = std::fs::read_dir(self.data.join("portfolio"))?
            .map(|entry| entry?.metadata().map(|about| about.len()))
            .sum::<Result<u64, _>>()?;
        println!("| What is kept, in all | {:.1} MB |", kept as f64 / 1e6);
        Ok(())
    }

    fn files(&self) -> Files {
        files_below(std::slice::from_ref(&self.products), &|| true)
    }

    fn look(&self, files: &Files, wanted: For, now: Moment) -> Portfolio {
        let how = Looking { data: Some(&self.data), fresh: false, now, wanted };
        look(files, how, &|_, _| true)
    }

    fn told<T>(&self, what: &str, work: impl FnOnce(&Self) -> T) -> T {
        let start = Instant::now();
        let done = work(self);
        println!("| {what} | {:.0} ms |", start.elapsed().as_secs_f64() * 1000.0);
        done
    }
}
