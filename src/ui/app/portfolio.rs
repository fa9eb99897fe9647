//! The portfolio in place of the start screen, or over an open file, which stays open below.
//!
//! Belongs here: when it is shown, and what its requests do. Does not belong here: its content (`screens::portfolio`).

use std::path::PathBuf;

use eframe::egui::{Key, Modifiers, Popup, Ui};

use super::App;
use super::frame::central;
use crate::ui::dialogs;
use crate::ui::screens::portfolio::{DataFolders, PortfolioRequest, PortfolioScreen};

/// The portfolio, whether it is on screen, and what it showed last.
#[derive(Default)]
pub struct PortfolioPane {
    is_open: bool,
    screen: Option<Box<PortfolioScreen>>,
}

impl PortfolioPane {
    /// Whether it is on screen.
    pub const fn is_open(&self) -> bool {
        self.is_open
    }

    /// Leaves it; it is kept as it is.
    pub const fn close(&mut self) {
        self.is_open = false;
    }

    /// Moves the focus to the question, if it is on screen.
    pub fn find(&mut self) -> bool {
        if let Some(screen) = self.screen.as_mut().filter(|_| self.is_open) {
            screen.focus();
            return true;
        }
        false
    }
}

impl App {
    /// Shows the portfolio with the folders that this workstation remembers, or leaves it.
    pub(super) fn toggle_portfolio(&mut self) {
        if self.portfolio.is_open {
            self.portfolio.close();
        } else if self.portfolio.screen.is_some() {
            self.open_portfolio();
        } else {
            self.make_portfolio(self.settings.values.portfolio.clone(), true);
            self.open_portfolio();
        }
    }

    /// Shows the portfolio of places that were named for this time.
    pub fn show_portfolio(&mut self, places: Vec<PathBuf>) {
        let absolute = |place: PathBuf| std::path::absolute(&place).unwrap_or(place);
        self.make_portfolio(places.into_iter().map(absolute).collect(), false);
        self.open_portfolio();
    }

    fn make_portfolio(&mut self, places: Vec<PathBuf>, remembered: bool) {
        let folders =
            DataFolders { data: self.setup.data_folder.clone(), advisories: self.advisories.cache.clone() };
        self.portfolio.screen = Some(Box::new(PortfolioScreen::new(places, remembered, folders)));
    }

    fn open_portfolio(&mut self) {
        let now = self.stamp().now;
        let ctx = self.ctx.clone();
        self.dialogs.over = None;
        self.portfolio.is_open = true;
        if let Some(screen) = &mut self.portfolio.screen {
            screen.look(&ctx, now);
            screen.focus();
        }
    }

    /// Draws the portfolio if it is shown. Returns whether it takes the place of everything else.
    pub(super) fn draw_portfolio(&mut self, ui: &mut Ui) -> bool {
        if !self.portfolio.is_open {
            return false;
        }
        let now = self.stamp().now;
        let back = match &self.desk {
            Some(desk) if !desk.product.title.is_empty() => format!("Back to {}", desk.product.title),
            Some(_) | None => "Back".to_owned(),
        };
        let Some(screen) = &mut self.portfolio.screen else { return false };
        let asked = central(ui, |ui| screen.ui(ui, &back, now));
        if let Some(asked) = asked {
            self.do_in_portfolio(asked);
        }
        true
    }

    /// Leaves the portfolio; it is kept as it is.
    pub(super) const fn close_portfolio(&mut self) {
        self.portfolio.close();
    }

    /// Leaves the portfolio where Escape was pressed and nothing else has the focus.
    pub(super) fn leave_portfolio_by_key(&mut self) {
        let ctx = self.ctx.clone();
        let idle = ctx.memory(|memory| memory.focused().is_none())
            && !Popup::is_any_open(&ctx)
            && !self.finder.palette.is_open();
        if self.portfolio.is_open
            && idle
            && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
        {
            self.portfolio.close();
        }
    }

    fn do_in_portfolio(&mut self, asked: PortfolioRequest) {
        match asked {
            PortfolioRequest::Leave => self.portfolio.close(),
            PortfolioRequest::Remember => self.remember_portfolio(),
            PortfolioRequest::AddFolder => {
                let question = dialogs::open_folder("Add a folder with product files");
                self.with_path(question, |app, path| {
                    let (now, ctx) = (app.stamp().now, app.ctx.clone());
                    if let Some(screen) = &mut app.portfolio.screen {
                        screen.add(&ctx, path, now);
                    }
                    app.remember_portfolio();
                });
            }
            PortfolioRequest::ChooseBill => {
                let question =
                    dialogs::open("Which products contain parts of this bill", "Bill of materials", &["*"]);
                self.with_path(question, |app, path| {
                    let ctx = app.ctx.clone();
                    if let Some(screen) = &mut app.portfolio.screen {
                        screen.ask_bill(&ctx, path);
                    }
                });
            }
            PortfolioRequest::Open { path, uuid, record } => {
                // It is left once the file is open: what cannot be opened is said over it.
                self.open_at(&path, &uuid, record);
            }
        }
    }

    fn remember_portfolio(&mut self) {
        if let Some(places) = self.portfolio.screen.as_ref().and_then(|screen| screen.to_remember()) {
            // The file of the settings is text, and cannot hold other paths.
            let kept = places.iter().filter(|place| place.to_str().is_some());
            self.settings.values.portfolio = kept.cloned().collect();
        }
    }
}
