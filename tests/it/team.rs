//! A team with several product files in one folder, and what a workstation keeps of them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::requests::PRODUCT;
use mainstay::domain::time::Moment;
use mainstay::portfolio::{
    Answered, Asking, For, Looking, Portfolio, Product, Question, ask, files_below, kept_in, look,
};
use serde_json::json;

use crate::desk::Desk;
use crate::soup_desk::{EXPAT, SERVED, not_affected, proposed, serviced, verdicts, vulnerability, with};

/// The folder of the product files, and that of the workstation's data.
pub struct Team {
    folder: tempfile::TempDir,
    pub now: Moment,
}

impl Team {
    /// A team without files.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("files")).unwrap();
        Self { folder, now: Moment::parse("2031-06-01T10:00:00Z").unwrap() }
    }

    /// Alpha, which decided about CVE-2031-0001 in libexpat; Beta, its sister with the same SOUP, where nobody raised it; Gamma, of
    /// which nothing is in service.
    pub fn of_three() -> Self {
        static MADE: OnceLock<Vec<(&str, Vec<u8>)>> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let mut team = Self::new();
            let mut alpha = serviced();
            decided(&mut alpha, "CVE-2031-0001");
            let three = [("Alpha", alpha), ("Beta", serviced()), ("Gamma", Desk::staffed_once())];
            let bytes = three.map(|(name, desk)| (name, std::fs::read(team.add(name, desk)).unwrap()));
            bytes.into()
        });
        let team = Self::new();
        for (name, bytes) in made {
            std::fs::write(team.path(name), bytes).unwrap();
            settle(&team.path(name));
        }
        team
    }

    /// The folder of the files.
    pub fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// The folder of the workstation's data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of what is kept.
    pub fn kept(&self) -> PathBuf {
        kept_in(&self.data())
    }

    /// The file of a product.
    pub fn path(&self, name: &str) -> PathBuf {
        self.files().join(format!("{}.mainstay", name.to_lowercase()))
    }

    /// Adds the file of a desk as that of a product of its own.
    pub fn add(&mut self, name: &str, mut desk: Desk) -> PathBuf {
        desk.edit("ana", PRODUCT, json!({"title": name})).unwrap();
        self.now = self.now.max(desk.now);
        let path = self.path(name);
        self.take(desk, &path);
        let uuid = format!(
            "00000000-0000-4000-8000-{:012x}",
            name.bytes().fold(0_u64, |sum, byte| (sum * 31 + u64::from(byte)) & 0xffff_ffff)
        );
        let conn = rusqlite::Connection::open(&path).unwrap();
        assert_eq!(conn.execute("UPDATE product_file SET uuid = ?1", [uuid]).unwrap(), 1);
        drop(conn);
        settle(&path);
        path
    }

    /// The file of a desk as it is at a path.
    pub fn take(&self, desk: Desk, path: &Path) {
        let Desk { folder, file, .. } = desk;
        let from = file.path().to_owned();
        drop(file);
        std::fs::copy(from, path).unwrap();
        drop(folder);
        settle(path);
    }

    /// A look at all files on a workstation that keeps what it has read.
    pub fn look(&self) -> Portfolio {
        self.look_for(For::Work, self.now)
    }

    pub fn look_for(&self, wanted: For, now: Moment) -> Portfolio {
        let data = self.data();
        let how = Looking { data: Some(&data), fresh: false, now, wanted };
        look(&files_below(&[self.files()], &|| true), how, &|_, _| true)
    }

    /// The same without anything kept.
    pub fn fresh(&self, now: Moment) -> Portfolio {
        let how = Looking { data: None, fresh: true, now, wanted: For::Work };
        look(&files_below(&[self.files()], &|| true), how, &|_, _| true)
    }

    /// The answer to a question over everything.
    pub fn ask(&self, text: &str) -> Answered {
        let portfolio = self.look_for(For::Contents, self.now);
        let question = Question::parse(text).unwrap();
        ask(Asking { portfolio: &portfolio, question: &question, today: self.now.day(), advised: None })
    }
}

/// A finding about libexpat with a confirmed decision that it does not affect the release.
pub fn decided(desk: &mut Desk, id: &str) -> RecordId {
    let finding = vulnerability(desk, id, EXPAT, &["libexpat 2.5.0"]);
    let finding = proposed(desk, finding, with(not_affected(), verdicts(&[SERVED], "not_affected")));
    desk.sign_go("ben", finding, "not_affected").unwrap();
    finding
}

/// A finding about libexpat that nobody has assessed.
pub fn raised(desk: &mut Desk, id: &str) -> RecordId {
    let finding = vulnerability(desk, id, EXPAT, &["libexpat 2.5.0"]);
    desk.create("cleo", Kind::Finding, finding)
}

/// The file was last written an hour ago, as far as anybody can tell.
pub fn settle(path: &Path) {
    let hour_ago = path.metadata().unwrap().modified().unwrap() - Duration::from_hours(1);
    File::options().write(true).open(path).unwrap().set_modified(hour_ago).unwrap();
}

/// The product of a name.
pub fn product<'a>(portfolio: &'a Portfolio, name: &str) -> &'a Product {
    portfolio.products.iter().find(|one| one.summary.product == name).expect(name)
}

/// Names of the products, in their order.
pub fn names(portfolio: &Portfolio) -> Vec<&str> {
    portfolio.products.iter().map(|one| one.summary.product.as_str()).collect()
}

/// What is said of a file or folder.
pub fn remark<'a>(portfolio: &'a Portfolio, name: &str) -> (&'a str, bool) {
    let is = |path: &Path| path.file_name().is_some_and(|own| own.to_string_lossy() == name);
    let found = portfolio.remarks.iter().find(|one| is(&one.path));
    found.map_or_else(|| panic!("{name}: {:?}", portfolio.remarks), |one| (one.why.as_str(), one.lacking))
}
