//! A window without a window: draws one screen over a desk's file and does what the screen asks for.

use eframe::egui;
use egui_kittest::Harness;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::{Password, Receipt, Refused};
use mainstay::ui::cx::{Cache, Command, Cx, Route, Then};
use mainstay::ui::screens::record::form::FormScreen;
use mainstay::ui::screens::record::list::ListScreen;
use mainstay::ui::screens::record::page::RecordScreen;
use mainstay::ui::sign::{Outcome, SignDialog};
use mainstay::ui::theme;

use crate::desk::{Desk, stamp};

pub enum Screen {
    List(ListScreen),
    Page(Box<RecordScreen>),
    Form(Box<FormScreen>),
    Other,
}

pub struct Host {
    pub desk: Desk,
    pub login: &'static str,
    pub screen: Screen,
    pub route: Route,
    pub sign: Option<SignDialog>,
    pub sign_error: Option<String>,
    pub refusal: Option<Refused>,
    pub cache: Cache,
    pub saved: Vec<(String, Vec<u8>)>,
    pub said: Vec<String>,
    pub attach: Vec<RecordId>,
}

impl Host {
    pub fn new(desk: Desk, login: &'static str, route: Route) -> Self {
        let mut host = Self {
            desk,
            login,
            screen: Screen::Other,
            route: Route::Dashboard,
            sign: None,
            sign_error: None,
            refusal: None,
            cache: Cache::default(),
            saved: Vec::new(),
            said: Vec::new(),
            attach: Vec::new(),
        };
        host.go(route);
        host
    }

    pub fn go(&mut self, route: Route) {
        self.refusal = None;
        self.screen = match &route {
            Route::List(kind) => Screen::List(ListScreen::new(*kind)),
            Route::Record(id) => Screen::Page(Box::new(RecordScreen::new(*id))),
            Route::New(kind) => Screen::Form(Box::new(FormScreen::new_record(*kind))),
            Route::Edit(id, field) => Screen::Form(Box::new(FormScreen::edit(*id, *field))),
            _ => Screen::Other,
        };
        self.route = route;
    }

    pub fn ui(&mut self, ui: &mut egui::Ui) {
        let stamp = stamp(self.desk.now);
        self.cache.keep_up(self.desk.file.head(), self.desk.now.day());
        let mut commands = Vec::new();
        {
            let mut cx = Cx {
                file: &self.desk.file,
                session: &self.desk.people[self.login],
                stamp: &stamp,
                cache: &mut self.cache,
                commands: &mut commands,
                refusal: self.refusal.as_ref(),
            };
            let margin = egui::Margin::symmetric(24, 16);
            let fill = ui.visuals().panel_fill;
            egui::CentralPanel::default().frame(egui::Frame::new().inner_margin(margin).fill(fill)).show(ui, |ui| match &mut self.screen {
                Screen::List(screen) => screen.ui(ui, &mut cx),
                Screen::Page(screen) => screen.ui(ui, &mut cx),
                Screen::Form(screen) => screen.ui(ui, &mut cx),
                Screen::Other => {}
            });
        }
        for command in commands {
            self.run(command);
        }
        self.sign(ui.ctx());
    }

    fn sign(&mut self, ctx: &egui::Context) {
        let Some(mut dialog) = self.sign.take() else { return };
        let name = self.desk.people[self.login].name().to_owned();
        match dialog.ui(ctx, &name, self.sign_error.as_deref()) {
            Outcome::Pending => self.sign = Some(dialog),
            Outcome::Cancelled => self.sign_error = None,
            Outcome::Sign { act, password, then } => {
                let at = self.desk.tick();
                let session = &self.desk.people[self.login];
                match self.desk.file.perform(session, act, Some(&password), &stamp(at)) {
                    Ok(receipt) => self.follow(then, &receipt),
                    Err(refusal) => {
                        self.sign_error = Some(refusal.to_string());
                        self.sign = Some(dialog);
                    }
                }
            }
        }
    }

    fn run(&mut self, command: Command) {
        match command {
            Command::Go(route) => self.go(route),
            Command::Back => self.go(Route::Dashboard),
            Command::Perform { act, then, draft } => {
                let at = self.desk.tick();
                let session = &self.desk.people[self.login];
                match self.desk.file.perform(session, act, None::<&Password>, &stamp(at)) {
                    Ok(receipt) => {
                        self.refusal = None;
                        if let Some(key) = draft {
                            self.desk.file.drop_draft(session, &key).unwrap();
                        }
                        self.follow(then, &receipt);
                    }
                    Err(refusal) => self.refusal = Some(refusal),
                }
            }
            Command::Sign { act, title, meaning, shown, digest, then } => {
                self.sign_error = None;
                self.sign = Some(SignDialog::new(act, title, meaning, (shown, digest), then));
            }
            Command::SaveDraft(key, body) => {
                let session = &self.desk.people[self.login];
                self.desk.file.save_draft(session, &key, &body, self.desk.now).unwrap();
            }
            Command::DropDraft(key) => {
                let session = &self.desk.people[self.login];
                self.desk.file.drop_draft(session, &key).unwrap();
            }
            Command::SaveFile { suggested_name, bytes } => self.saved.push((suggested_name, bytes)),
            Command::AttachDialog(id) => self.attach.push(id),
            Command::Notify(notice) => self.said.push(notice.happened),
            // Asked by other screens; the records' screens never do.
            other => panic!("not asked for here: {other:?}"),
        }
    }

    fn follow(&mut self, then: Then, receipt: &Receipt) {
        match then {
            Then::Stay => {}
            Then::ShowRecord => {
                if let Some(id) = receipt.record {
                    self.go(Route::Record(id));
                }
            }
            Then::Go(route) => self.go(route),
        }
    }
}

/// A harness over a host. `size` in points.
pub fn harness(host: Host, size: egui::Vec2) -> Harness<'static, Host> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_max_steps(24)
        .with_context_setup(theme::install)
        .build_ui_state(|ui, host: &mut Host| host.ui(ui), host);
    harness.run();
    harness
}

/// Writes what is on screen as a picture, light and dark, where `MAINSTAY_GALLERY` names a folder.
pub fn picture(harness: &mut Harness<'static, Host>, name: &str) {
    let Ok(folder) = std::env::var("MAINSTAY_GALLERY") else { return };
    for (word, theme) in [("light", egui::Theme::Light), ("dark", egui::Theme::Dark)] {
        harness.ctx.set_theme(theme);
        harness.run();
        let image = harness.render().expect("a picture");
        image.save(std::path::Path::new(&folder).join(format!("{name}_{word}.png"))).expect("written");
    }
    harness.ctx.set_theme(egui::Theme::Light);
    harness.run();
}

/// The rows of a list route, for tests of several screens.
pub const fn list(kind: Kind) -> Route {
    Route::List(kind)
}
