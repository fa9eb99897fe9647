//! The decommissioning guide of a retirement plan as a document for users, on the maker's letterhead (IEC 81001-5-1 5.8.7).
//!
//! Belongs here: what users read of the plan: versions, dates, the fields of the guide, a form. Nothing else of the plan is printed.
//! Does not belong here: its look (`report`), and where it is written. Printing it changes nothing in the file.

use super::file::ProductFile;
use super::letter::{PrintedLetter, logo, one_text};
use super::packet::PacketFonts;
use super::refused::Refused;
use crate::domain::canonical;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::retirement_plan::{RetirementPlan, RetirementPlanState as S};
use crate::domain::signature::Part;
use crate::report::{Letter, LetterCopy, LetterPart, render_letter};
use crate::store::StoreError;
use mainstay_base::clock::Stamp;

/// What a user fills in and sends back.
const FORM: [&str; 8] = [
    "Organisation, site",
    "Number of units, versions",
    "Data backed up on",
    "Data and credentials removed on",
    "Taken off the network on",
    "Media disposed of on, how",
    "Name, function",
    "Date, signature",
];

/// The guide of a retirement plan as PDF. While the plan is not approved, every page says that it is a draft.
///
/// # Errors
/// [`Refused::Rule`] for a record that is no retirement plan or is void, for a plan without a guide, and for a logo that cannot be used.
pub fn guide_pages(
    file: &ProductFile,
    plan: RecordId,
    fonts: &PacketFonts,
    stamp: &Stamp,
) -> Result<PrintedLetter, Refused> {
    let guide = guide(file, plan, stamp)?;
    let logo = logo(file)?;
    render_letter(&guide, logo.as_ref(), fonts, stamp.now.utc())
        .map_err(|error| StoreError::io("the guide could not be made")(std::io::Error::other(error)).into())
}

/// The same as plain text.
///
/// # Errors
/// What [`guide_pages`] refuses, except for the logo.
pub fn guide_text(file: &ProductFile, plan: RecordId, stamp: &Stamp) -> Result<String, Refused> {
    Ok(one_text(&guide(file, plan, stamp)?, &LetterCopy::default()))
}

fn guide(file: &ProductFile, id: RecordId, stamp: &Stamp) -> Result<Letter, Refused> {
    file.refuse_other(id, Kind::RetirementPlan)?;
    let data = file.record(id)?;
    let content: RetirementPlan =
        data.typed().ok_or_else(|| Refused::Rule(format!("{id} cannot be read; verify the file")))?;
    let state = S::of(&data);
    if state == Some(S::Void) {
        return Err(Refused::Rule(format!("{id} is void; print the guide of the plan that replaces it")));
    }
    let steps = steps(&content);
    if steps.is_empty() {
        let why = if content.guide_na.trim().is_empty() {
            "fill the fields of the decommissioning guide first".to_owned()
        } else {
            format!("it says why there is none: {}", content.guide_na.trim())
        };
        return Err(Refused::Rule(format!("{id} has no guide; {why}")));
    }
    let draft = matches!(state, None | Some(S::Draft | S::InReview));
    let product = file.product()?;
    let version = canonical::first_digits(&file.part_digest(&data, Part::Scope)?);
    let mut parts = vec![part("Versions", &versions(&content))];
    parts.extend(dates(&content));
    parts.extend(steps);
    Ok(Letter {
        manufacturer: product.manufacturer.to_string(),
        address: product.manufacturer_address.trim().to_owned(),
        contact: product.manufacturer_contact.to_string(),
        kind: "Decommissioning guide".to_owned(),
        date: if draft { "Draft".to_owned() } else { stamp.now.day().to_string() },
        draft,
        reference: format!("{id}, text {version}"),
        product: product.title.to_string(),
        subject: format!("How to take {} out of use", product.title),
        parts,
        form: FORM.iter().map(|line| (*line).to_owned()).collect(),
        program: format!("Mainstay {}", env!("CARGO_PKG_VERSION")),
        ..Letter::default()
    })
}

fn part(heading: &str, text: &str) -> LetterPart {
    LetterPart { heading: heading.to_owned(), text: text.trim().to_owned() }
}

fn versions(plan: &RetirementPlan) -> String {
    let named: Vec<String> = plan.versions.iter().map(ToString::to_string).collect();
    if named.is_empty() { "This guide is for all versions.".to_owned() } else { named.join(", ") }
}

/// The dates that concern users, if one is known.
fn dates(plan: &RetirementPlan) -> Option<LetterPart> {
    let known = [
        ("No longer sold from", plan.eol_date),
        ("Security updates until", plan.security_support_end),
        ("End of all support", plan.eos_date),
        ("Data can be exported until", plan.export_until),
        ("Take it out of use by", plan.decommission_target),
    ];
    let lines: Vec<String> =
        known.iter().filter_map(|(label, day)| day.map(|day| format!("{label}: {day}"))).collect();
    (!lines.is_empty()).then(|| part("Dates", &lines.join("\n")))
}

/// The fields of the guide that are filled, in the order in which they are done.
fn steps(plan: &RetirementPlan) -> Vec<LetterPart> {
    let fields = [
        ("Back up", &plan.guide_backup),
        ("Remove data and credentials", &plan.guide_removal),
        ("Take off the network", &plan.guide_isolation),
        ("Dispose of media", &plan.guide_disposal),
        ("Confirm", &plan.guide_confirmation),
    ];
    let filled = fields.into_iter().filter(|(_, text)| !text.trim().is_empty());
    filled.zip(1..).map(|((heading, text), count)| part(&format!("{count}. {heading}"), text)).collect()
}
