//! The values that an input offers besides free text.

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::field::Offer;
use crate::domain::ids::Kind;
use crate::domain::release::ReleaseState;
use crate::domain::text::Line;
use mainstay_base::clock;

impl ProductFile {
    /// The values of a list: versions of releases, those that were released first, the newest first, then those that are planned; or the
    /// codes of the maintenance plan that governs.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn offers(&self, offer: Offer) -> Result<Vec<String>, Refused> {
        let all = |codes: &mut dyn Iterator<Item = &Line>| {
            let mut found: Vec<String> = Vec::new();
            for code in codes.map(ToString::to_string).filter(|code| !code.is_empty()) {
                if !found.contains(&code) {
                    found.push(code);
                }
            }
            found
        };
        match offer {
            Offer::Versions => self.versions(),
            Offer::Criteria => {
                let governing = self.governing(clock::now())?;
                Ok(all(&mut governing.problem_criteria().iter().map(|row| &row.code)))
            }
            Offer::Sources => {
                let governing = self.governing(clock::now())?;
                Ok(all(&mut governing.plan().feedback_sources.iter().map(|row| &row.code)))
            }
        }
    }

    fn versions(&self) -> Result<Vec<String>, Refused> {
        let (mut released, mut planned) = (Vec::new(), Vec::new());
        for row in self.store.list(Kind::Release, &["version"])? {
            let Some(version) = row.more.into_iter().next().filter(|version| !version.is_empty()) else {
                continue;
            };
            match ReleaseState::from_code(&row.state) {
                Some(state) if state.was_released() => released.push(version),
                Some(state) if state.is_before_release() => planned.push(version),
                Some(_) | None => {}
            }
        }
        released.append(&mut planned);
        Ok(released)
    }
}
