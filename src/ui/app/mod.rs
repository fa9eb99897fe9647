//! The running window: the open file, the person, the screens. `logic` handles time, `execute` commands, `frame` the surroundings.
//!
//! Belongs here: the state of the window. Does not belong here: rules (ops), or the content of a screen (screens).

mod asking;
mod attaching;
mod auditing;
#[cfg(test)]
mod auditing_tests;
mod background;
mod documents;
mod execute;
mod files;
mod finder;
#[cfg(test)]
mod finder_tests;
mod frame;
mod hands;
mod help;
#[cfg(test)]
mod help_tests;
mod history;
#[cfg(test)]
mod job_tests;
mod jobs;
mod leaving;
mod logic;
mod menu;
mod nav;
mod open_dialogs;
mod open_screens;
mod opening;
mod pen;
#[cfg(test)]
mod pen_tests;
mod portfolio;
mod reason;
mod seen;
#[cfg(test)]
mod seen_tests;
mod settings_file;
mod several;
mod since;
#[cfg(test)]
mod since_tests;
mod stamping;
#[cfg(test)]
mod tests;
mod title;
#[cfg(test)]
mod upgrade_tests;
mod upgrading;
mod writing;
#[cfg(test)]
mod writing_tests;

pub use hands::{COPY, Tell};
pub use opening::found_words;

use std::path::PathBuf;
use std::time::Duration;

use eframe::egui;

use super::cx::{Cache, Route};
use super::dialogs::{self, AskPath};
use super::screens::advisories::AdvisoryPlaces;
use super::screens::sign_in::SignIn;
use super::screens::welcome::Welcome;
use super::shortcuts::AppCommand;
use super::theme;
use super::widgets::notice::{Notice, Notices};
use crate::domain::product::Product;
use crate::domain::time::Moment;
use crate::ops::{Holder, Leftover, ProductFile, Refused, Session, Stamp, Steps, places};
use auditing::Auditing;
use finder::Finder;
use hands::Hands;
use help::HelpPane;
use history::History;
use jobs::Jobs;
use leaving::Closing;
use logic::Schedule;
use open_dialogs::OpenDialogs;
use open_screens::Screens;
use portfolio::PortfolioPane;
use settings_file::SettingsFile;
use since::SinceThen;

/// What the window opens at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The start screen.
    Nothing,
    /// A product file.
    File(PathBuf),
    /// The record of a link, as it was given to the program.
    Link(String),
    /// The portfolio of these places.
    Portfolio(Vec<PathBuf>),
    /// A product file for an auditor, once somebody has signed in.
    Audit(PathBuf),
    /// The example product, which is created in this folder if it does not exist yet.
    ExampleFile {
        /// The folder.
        folder: PathBuf,
    },
}

/// The surroundings of the window.
pub struct Setup {
    /// The settings file; `None` keeps no settings.
    pub settings_path: Option<PathBuf>,
    /// The folder of backups and remembered heads; with `None` there are no background checks and backups.
    pub data_folder: Option<PathBuf>,
    /// The clock.
    pub clock: Box<dyn Fn() -> Stamp>,
    /// Answers questions for paths.
    pub ask_path: AskPath,
    /// How long a frame waits for a background result that may be ready at once.
    pub patience: Duration,
}

/// A fraction of a frame.
const PATIENCE: Duration = Duration::from_millis(4);

/// An open file and everything shown of it. It stays open while nobody is signed in.
struct Desk {
    file: Box<ProductFile>,
    uuid: String,
    product: Product,
    /// The head at which `product`, `open_writer` and the counts were read.
    seen: Option<u64>,
    /// Whether the head changed since the file was compared with what this workstation saw.
    uncompared: bool,
    writer: Option<Holder>,
    cache: Cache,
    history: History,
    screens: Screens,
    refusal: Option<Refused>,
    integrity: Integrity,
    /// Whether a verification was stopped by an import and has to be repeated.
    verify_again: bool,
    /// The head of the last backup or of the opening; no backup is due at this head.
    backed_up: u64,
    /// The idle lock of the policy, in minutes. `None` if it was not read yet or cannot be read.
    idle_minutes: Option<u32>,
    /// Whether it cannot be read, which was reported.
    idle_unknown: bool,
    /// Who was signed in when the window was locked.
    last_person: Option<(String, String)>,
    /// Files that a killed program or an upgrade left next to it.
    left: Vec<Leftover>,
    /// How to sign in to the example product, if the file is the example.
    example: Option<String>,
    /// What is overdue since the file was last left here.
    overdue: SinceThen,
    /// Who waits to write it.
    pen: pen::Pen,
}

/// The integrity of the open file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Integrity {
    /// Not verified yet.
    Unknown,
    /// Everything matched.
    Verified {
        /// The last verified event.
        seq: u64,
        /// The time of the verification.
        at: Moment,
    },
    /// Something does not match.
    Broken(Vec<String>),
}

/// The window.
pub struct App {
    setup: Setup,
    settings: SettingsFile,
    notices: Notices,
    finder: Finder,
    help: HelpPane,
    /// The commands of keys, menu and palette in this frame.
    asked: Vec<AppCommand>,
    jobs: Jobs,
    welcome: Welcome,
    desk: Option<Desk>,
    session: Option<Session>,
    sign_in: SignIn,
    dialogs: OpenDialogs,
    hands: Hands,
    schedule: Schedule,
    /// The steps that upgrade older files.
    steps: Steps,
    closing: Closing,
    /// The file that is shown to an auditor.
    auditing: Option<Auditing>,
    portfolio: PortfolioPane,
    /// Whether the next sign-in opens the file for an auditor.
    audit_next: bool,
    /// Where the advisory data of this workstation is.
    advisories: AdvisoryPlaces,
    /// The title of the window, as it was last set.
    title: String,
    /// A screen in which Tab found nothing.
    without_stops: Option<Route>,
    /// Whether this workstation cannot remember what it saw, which was said.
    forgetful: bool,
    ctx: egui::Context,
}

impl App {
    /// The window for a user: real clock, settings at `settings_path`, backups in the user's data folder.
    pub fn new(cc: &eframe::CreationContext<'_>, settings_path: Option<PathBuf>, what: Start) -> Self {
        let setup = Setup {
            settings_path,
            data_folder: places::data_folder(),
            clock: Box::new(crate::ops::stamp),
            ask_path: Box::new(dialogs::by_system),
            patience: PATIENCE,
        };
        let homeless = setup.settings_path.is_none() || setup.data_folder.is_none();
        let mut app = Self::with(cc, setup, what);
        if homeless {
            app.problem(
                "This account has no home folder: settings, backups and what was seen of files are not kept.",
                "Work in product files goes on. To keep them, set HOME and start the program again.",
            );
        }
        app
    }

    /// The window with a custom setup: another clock, other folders, other answers for paths.
    pub fn with(cc: &eframe::CreationContext<'_>, setup: Setup, what: Start) -> Self {
        let ctx = &cc.egui_ctx;
        theme::install(ctx);
        ctx.options_mut(|options| options.quit_shortcuts.clear());
        let (settings, trouble) = SettingsFile::load(setup.settings_path.clone());
        settings.values.theme.apply(ctx);
        theme::set_text_scale(ctx, settings.values.text_scale);
        let now = (setup.clock)().now;
        let settings_folder = setup.settings_path.as_deref().and_then(std::path::Path::parent);
        let advisories = AdvisoryPlaces {
            cache: setup.data_folder.as_deref().map(places::cache_in),
            settings: settings_folder.map(places::update_settings_in),
        };
        let mut app = Self {
            setup,
            settings,
            notices: Notices::default(),
            finder: Finder::default(),
            help: HelpPane::default(),
            asked: Vec::new(),
            jobs: Jobs::new(ctx.clone()),
            welcome: Welcome::default(),
            desk: None,
            session: None,
            sign_in: SignIn::default(),
            dialogs: OpenDialogs::default(),
            hands: Hands::default(),
            schedule: Schedule::new(now),
            steps: Steps::RELEASED,
            closing: Closing::No,
            auditing: None,
            portfolio: PortfolioPane::default(),
            audit_next: false,
            advisories,
            title: title::PROGRAM.to_owned(),
            without_stops: None,
            forgetful: false,
            ctx: ctx.clone(),
        };
        if let Some((happened, remedy)) = trouble {
            app.notices.push(Notice::problem(happened, remedy));
        }
        match what {
            Start::Nothing => app.look_at_recent(),
            Start::File(path) => app.open_path(&path),
            Start::Link(link) => {
                app.look_at_recent();
                app.follow_link(&link);
            }
            Start::Portfolio(places) => {
                app.look_at_recent();
                if places.is_empty() {
                    app.toggle_portfolio();
                } else {
                    app.show_portfolio(places);
                }
            }
            Start::Audit(path) => {
                app.open_path(&path);
                app.audit_next();
            }
            Start::ExampleFile { folder } => app.open_example(&folder),
        }
        app
    }

    /// Opens a file with a session that has already signed in: after a file was created, and for a program that drives the
    /// window.
    pub fn open_signed_in(&mut self, file: ProductFile, session: Session) {
        self.opened(Box::new(file));
        self.signed_in(session);
    }

    /// The open file, for a program that drives the window. Changes are shown in the next frame.
    pub fn file(&mut self) -> Option<&mut ProductFile> {
        self.desk.as_mut().map(|desk| &mut *desk.file)
    }

    /// Keeps the advisory data and its settings elsewhere, for a program that drives the window. It takes effect with the next file.
    pub fn keep_advisories(&mut self, places: AdvisoryPlaces) {
        self.advisories = places;
    }

    /// Why the last request was refused, until the next command.
    pub fn refusal(&self) -> Option<&Refused> {
        self.desk.as_ref().and_then(|desk| desk.refusal.as_ref())
    }

    /// Whether a person is signed in.
    pub const fn is_signed_in(&self) -> bool {
        self.session.is_some()
    }

    /// The route on screen, if a file is open.
    pub fn route(&self) -> Option<&Route> {
        self.desk.as_ref().map(|desk| desk.history.now())
    }

    /// The messages of this run, oldest first.
    pub fn messages(&self) -> Vec<String> {
        self.notices
            .log()
            .map(|notice| format!("{} {}", notice.happened, notice.remedy).trim().to_owned())
            .collect()
    }

    fn stamp(&self) -> Stamp {
        (self.setup.clock)()
    }

    fn problem(&mut self, happened: impl Into<String>, remedy: impl Into<String>) {
        self.notices.push(Notice::problem(happened, remedy));
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.keep_time(ctx);
        self.finish_jobs();
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.take_keys(ui.ctx());
        self.take_hands(ui.ctx());
        self.draw(ui);
        self.leave_forms();
        self.draw_above(ui.ctx());
        self.run_commands(ui.ctx());
        self.keep_settings(ui.ctx());
        self.keep_title(ui.ctx());
        self.keep_closing(ui.ctx());
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.leave_all();
        self.note_overdue();
        self.save_settings();
    }
}
