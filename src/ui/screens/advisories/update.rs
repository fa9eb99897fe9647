//! Updating from the network: off until a person switches it on, with the sources and their settings.

use std::path::PathBuf;

use eframe::egui;
use egui::{CollapsingHeader, Label, Ui};

use crate::soup::{Secret, UpdateSettings, UpdateSource};
use crate::ui::screens::parts::problem_ui;
use crate::ui::theme::{body, hint, space};
use crate::ui::widgets::button::{Guarded, guarded_ui};
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::lines::lines_ui;
use crate::ui::widgets::reach::{Near, reach};
use crate::ui::widgets::text::{TextLine, password_ui};

const UPDATE: &str = "Update now";
/// Width of the inputs.
const INPUTS: f32 = 560.0;

/// The settings of updates while they are edited.
pub(super) struct UpdateSection {
    path: Option<PathBuf>,
    settings: UpdateSettings,
    saved: UpdateSettings,
    key: String,
    proxy: String,
    /// What is missing is shown once “Update now” was pressed without effect.
    tried: bool,
    problem: Option<String>,
}

impl UpdateSection {
    /// Reads the settings. A file that cannot be used means that everything is off.
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        let loaded = path.as_deref().map(UpdateSettings::load);
        let (settings, problem) = match loaded {
            Some(Ok(settings)) => (settings, None),
            Some(Err(refusal)) => (
                UpdateSettings::default(),
                Some(format!("{refusal}. Everything is off; a change here replaces the file")),
            ),
            None => (UpdateSettings::default(), None),
        };
        Self {
            path,
            key: settings.nvd_key.text().to_owned(),
            proxy: settings.proxy.text().to_owned(),
            saved: settings.clone(),
            settings,
            tried: false,
            problem,
        }
    }

    /// The settings as they are on screen.
    pub(super) const fn settings(&self) -> &UpdateSettings {
        &self.settings
    }

    /// Draws the button; returns whether an update was asked for.
    pub(super) fn button_ui(&mut self, ui: &mut Ui) -> bool {
        let missing = self.missing();
        let chosen = reach(ui, Near::Place, UPDATE, "Fetch advisory data from the network");
        let shown = guarded_ui(ui, UPDATE, &missing);
        if shown == Guarded::Pressed || chosen && missing.is_empty() {
            self.tried = false;
            self.settings = self.trimmed();
            self.save();
            return true;
        }
        self.tried |= chosen || shown == Guarded::Refused;
        false
    }

    /// Says why no update can begin, where a person has to know it.
    pub(super) fn missing_ui(&self, ui: &mut Ui) {
        if self.tried || !self.settings.allowed {
            for words in self.missing() {
                ui.add(Label::new(hint(ui, format!("{words}."))).wrap());
            }
        }
    }

    /// What is missing before an update. Whoever has not switched it on need not read the rest.
    fn missing(&self) -> Vec<String> {
        let mut missing = self.trimmed().missing();
        if !self.settings.allowed {
            missing.truncate(1);
        }
        missing
    }

    /// Draws the settings.
    pub(super) fn ui(&mut self, ui: &mut Ui) {
        title_ui(ui, "Update from the network");
        ui.add(
            Label::new(body("Off unless you switch it on, and then only when you press “Update now”."))
                .wrap(),
        );
        check_ui(ui, &mut self.settings.allowed, "Allow updates from the network");
        if self.settings.allowed {
            ui.add_space(space::S);
            self.sources_ui(ui);
        }
        self.settings.nvd_key = Secret::new(self.key.as_str());
        self.settings.proxy = Secret::new(self.proxy.as_str());
        self.keep(ui);
        if let Some(problem) = &self.problem {
            problem_ui(ui, problem);
        }
    }

    fn sources_ui(&mut self, ui: &mut Ui) {
        for source in UpdateSource::ALL {
            let mut on = self.settings.is_on(source);
            ui.horizontal_wrapped(|ui| {
                if check_ui(ui, &mut on, source.word()).changed() {
                    self.settings.set(source, on);
                }
                ui.label(hint(ui, source.purpose()));
            });
            let more = !matches!(source, UpdateSource::Kev | UpdateSource::Epss);
            if on && more {
                ui.indent(source.code(), |ui| self.source_ui(ui, source));
            }
        }
        ui.add_space(space::S);
        CollapsingHeader::new("Addresses and proxy")
            .id_salt("addresses")
            .show(ui, |ui| self.addresses_ui(ui));
    }

    /// What one source needs besides its address.
    fn source_ui(&mut self, ui: &mut Ui, source: UpdateSource) {
        ui.set_max_width(INPUTS);
        match source {
            UpdateSource::Kev | UpdateSource::Epss => {}
            UpdateSource::Nvd => {
                Field::new("NVD API key").show(ui, |ui| password_ui(ui, &mut self.key));
                ui.add(
                    Label::new(hint(
                        ui,
                        "Optional. With a key the first download takes minutes, without one about half an hour.",
                    ))
                    .wrap(),
                );
            }
            UpdateSource::Osv => {
                ui.label(hint(ui, "Ecosystems as OSV writes them, such as npm, PyPI, crates.io, Debian"));
                lines_ui(ui, &mut self.settings.osv_ecosystems, "ecosystem");
            }
            UpdateSource::Csaf => {
                ui.label(hint(ui, "Address of the provider-metadata.json of each maker"));
                lines_ui(ui, &mut self.settings.csaf_providers, "publisher");
            }
            UpdateSource::Eol => {
                ui.label(hint(ui, "Products as endoflife.date writes them; none means all"));
                lines_ui(ui, &mut self.settings.eol_products, "product");
            }
        }
    }

    fn addresses_ui(&mut self, ui: &mut Ui) {
        ui.set_max_width(INPUTS);
        let settings = &mut self.settings;
        for (label, address) in [
            ("Address of NVD", &mut settings.nvd_address),
            ("Address of OSV", &mut settings.osv_address),
            ("Address of CISA KEV", &mut settings.kev_address),
            ("Address of EPSS", &mut settings.epss_address),
            ("Address of endoflife.date", &mut settings.eol_address),
        ] {
            Field::new(label).show(ui, |ui| ui.add(TextLine::new(address)));
            ui.add_space(space::XS);
        }
        let proxy = TextLine::new(&mut self.proxy).hint("Empty: the one of the environment");
        Field::new("Proxy").show(ui, |ui| ui.add(proxy));
    }

    /// The settings without empty lines.
    fn trimmed(&self) -> UpdateSettings {
        let mut settings = self.settings.clone();
        for list in [&mut settings.osv_ecosystems, &mut settings.csaf_providers, &mut settings.eol_products] {
            list.retain(|line| !line.trim().is_empty());
        }
        settings
    }

    /// Saves what was changed, once nothing is being typed.
    fn keep(&mut self, ui: &Ui) {
        if self.trimmed() != self.saved && !ui.ctx().text_edit_focused() {
            self.save();
        }
    }

    fn save(&mut self) {
        self.saved = self.trimmed();
        let Some(path) = &self.path else { return };
        self.problem =
            self.saved.save(path).err().map(|refusal| format!("The settings could not be kept: {refusal}"));
    }
}
