//! The running window: which file, which person, which screen. `logic` keeps time, `execute` acts, `frame` draws around.
//!
//! Belongs here: the state of the window. Does not belong here: rules (ops), or what a screen shows (screens).

mod execute;
mod files;
mod frame;
mod history;
#[cfg(test)]
mod job_tests;
mod keeping;
mod leaving;
mod logic;
mod menu;
mod mount;
mod nav;
mod opening;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod upgrade_tests;
mod upgrading;

pub use opening::found_words;

use std::path::PathBuf;
use std::time::Duration;

use eframe::egui;

use super::cx::{Cache, Route};
use super::dialogs::{self, AskPath};
use super::screens::sign_in::SignIn;
use super::screens::welcome::Welcome;
use super::settings::{self, Settings};
use super::shortcuts::AppCommand;
use super::theme;
use super::widgets::notice::{Notice, Notices};
use super::widgets::palette::CommandPalette;
use crate::domain::product::Product;
use crate::domain::time::Moment;
use crate::ops::{Holder, Leftover, ProductFile, Refused, Session, Stamp, Steps, places};
use history::History;
use keeping::{Integrity, Running, Watched};
use leaving::{Closing, Leaving};
use mount::Screens;
use upgrading::Upgrading;

/// With what the window starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The start screen.
    Nothing,
    /// A product file.
    File(PathBuf),
    /// The example product, which is made in this folder if it is not there yet.
    ExampleFile {
        /// The folder.
        folder: PathBuf,
    },
}

/// What the window stands on.
pub struct Setup {
    /// Where the settings are kept; `None`: nowhere.
    pub settings_path: Option<PathBuf>,
    /// Where backups and remembered heads are kept; `None`: nowhere, and nothing is done in the background.
    pub data_folder: Option<PathBuf>,
    /// The clock.
    pub clock: Box<dyn Fn() -> Stamp>,
    /// Who is asked for paths.
    pub ask_path: AskPath,
    /// How long a frame waits for what is made beside the window and may be there at once.
    pub patience: Duration,
}

/// A fraction of a frame.
const PATIENCE: Duration = Duration::from_millis(4);

/// An open file and everything that is shown of it. It stays while nobody is signed in.
struct Desk {
    file: Box<ProductFile>,
    uuid: String,
    product: Product,
    /// Head of which `product`, `open_writer` and counts are.
    seen: Option<u64>,
    writer: Option<Holder>,
    cache: Cache,
    history: History,
    screens: Screens,
    refusal: Option<Refused>,
    integrity: Integrity,
    /// Whether a verification gave way to an import and is to be made when it has ended.
    verify_again: bool,
    /// Head of the last backup or of the opening: nothing to back up while it stands there.
    backed_up: u64,
    /// Minutes without input after which the window is locked.
    idle_minutes: u32,
    /// Who was signed in when the window was locked.
    last_person: Option<(String, String)>,
    /// What a killed program or an upgrade left beside it.
    left: Vec<Leftover>,
    /// How to get into the example product, if it is that.
    example: Option<String>,
}

/// A one-time code on screen. It is kept nowhere.
struct ShownCode {
    title: &'static str,
    words: String,
    code: String,
    noted: bool,
}

/// The window.
pub struct App {
    setup: Setup,
    settings: Settings,
    kept: Settings,
    notices: Notices,
    palette: CommandPalette,
    palette_entries: Vec<menu::Taken>,
    search: String,
    find: bool,
    asked: Vec<AppCommand>,
    running: Vec<Running>,
    watched: Vec<Watched>,
    welcome: Welcome,
    desk: Option<Desk>,
    session: Option<Session>,
    sign_in: SignIn,
    code: Option<ShownCode>,
    /// The signature under way.
    signing: Option<super::sign::SignDialog>,
    password: Option<super::screens::sign_in::PasswordChange>,
    help: bool,
    check_wanted: bool,
    /// Settings or shortcuts over the start or the sign-in.
    over: Option<Route>,
    attaching: Option<files::Attaching>,
    active_at: Moment,
    refreshed_at: Option<f64>,
    leaving: Option<Leaving>,
    /// The older file of which the person is asked, or that is being upgraded.
    upgrading: Option<Upgrading>,
    /// The steps by which older files are upgraded.
    steps: Steps,
    closing: Closing,
    /// No automatic backup of a file that stays open before this moment.
    backup_after: Moment,
    /// For jobs, to wake the window.
    ctx: egui::Context,
}

impl App {
    /// The window of a person: real clock, settings at `settings_path`, backups in the user's data folder.
    pub fn new(cc: &eframe::CreationContext<'_>, settings_path: Option<PathBuf>, what: Start) -> Self {
        let setup = Setup {
            settings_path,
            data_folder: places::data_folder(),
            clock: Box::new(crate::ops::stamp),
            ask_path: Box::new(dialogs::by_system),
            patience: PATIENCE,
        };
        Self::with(cc, setup, what)
    }

    /// The window on a setup of one's own: another clock, other folders, somebody else who answers for paths.
    pub fn with(cc: &eframe::CreationContext<'_>, setup: Setup, what: Start) -> Self {
        let ctx = &cc.egui_ctx;
        theme::install(ctx);
        ctx.options_mut(|options| options.quit_shortcuts.clear());
        let loaded = setup.settings_path.as_deref().map(settings::load);
        let (settings, notice) =
            loaded.map_or_else(|| (Settings::default(), None), |l| (l.settings, l.notice));
        settings.theme.apply(ctx);
        theme::set_text_scale(ctx, settings.text_scale);
        let active_at = (setup.clock)().now;
        let mut app = Self {
            setup,
            kept: settings.clone(),
            settings,
            notices: Notices::default(),
            palette: CommandPalette::default(),
            palette_entries: Vec::new(),
            search: String::new(),
            find: false,
            asked: Vec::new(),
            running: Vec::new(),
            watched: Vec::new(),
            welcome: Welcome::default(),
            desk: None,
            session: None,
            sign_in: SignIn::default(),
            code: None,
            signing: None,
            password: None,
            help: false,
            check_wanted: false,
            over: None,
            attaching: None,
            active_at,
            refreshed_at: None,
            leaving: None,
            upgrading: None,
            steps: Steps::RELEASED,
            closing: Closing::No,
            backup_after: active_at,
            ctx: ctx.clone(),
        };
        if let Some((happened, remedy)) = notice {
            app.notices.push(Notice::problem(happened, remedy));
        }
        match what {
            Start::Nothing => app.welcome.look_again(&app.settings.recent, &(app.setup.clock)()),
            Start::File(path) => app.open_path(&path),
            Start::ExampleFile { folder } => app.open_example(&folder),
        }
        app
    }

    /// Puts an open file on the desk and a person of it before it: after a new file was made, and whenever somebody who drives the
    /// window has signed in already.
    pub fn sit_down(&mut self, file: ProductFile, session: Session) {
        self.opened(Box::new(file));
        self.signed_in(session);
    }

    /// The open file, for whoever drives the window. What is changed in it is seen at the next frame.
    pub fn file(&mut self) -> Option<&mut ProductFile> {
        self.desk.as_mut().map(|desk| &mut *desk.file)
    }

    /// Why the last request was refused, until something else is asked.
    pub fn refusal(&self) -> Option<&Refused> {
        self.desk.as_ref().and_then(|desk| desk.refusal.as_ref())
    }

    /// Whether somebody is signed in.
    pub const fn is_signed_in(&self) -> bool {
        self.session.is_some()
    }

    /// What is on screen, if a file is open.
    pub fn route(&self) -> Option<&Route> {
        self.desk.as_ref().map(|desk| desk.history.now())
    }

    /// The messages of this run, oldest first, in words.
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
        self.keep_jobs();
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.take_keys(ui.ctx());
        self.take_drops(ui.ctx());
        self.draw(ui);
        self.leave_forms();
        self.draw_above(ui.ctx());
        self.do_asked(ui.ctx());
        self.keep_settings(ui.ctx());
        self.keep_closing(ui.ctx());
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.leave_all();
        self.save_settings();
    }
}
