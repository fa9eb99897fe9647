//! The product and its configuration (IEC 62304 4.3, 4.4; domain 1.2).

use std::sync::Arc;

use serde_json::json;

use crate::domain::choice::choice;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::record::{Fields, KindDef, SignedEdits, record};
use crate::domain::signature::Meaning;
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Effect, Signing, World, no_signing, states};

choice! {
    /// Software safety class (IEC 62304 4.3).
    pub enum SafetyClass {
        /// No injury or damage to health is possible.
        A = "a", "Class A";
        /// Non-serious injury is possible.
        B = "b", "Class B";
        /// Death or serious injury is possible.
        C = "c", "Class C";
        /// Not yet assigned: the rules of class C apply (IEC 62304 4.3).
        Unassigned = "unassigned", "Not yet assigned";
    }
}

impl SafetyClass {
    /// The class whose rules apply: C while none is assigned.
    pub const fn effective(self) -> Self {
        match self {
            Self::Unassigned => Self::C,
            Self::A | Self::B | Self::C => self,
        }
    }

    /// Whether the rules for classes B and C apply.
    pub const fn is_b_or_c(self) -> bool {
        matches!(self.effective(), Self::B | Self::C)
    }
}

choice! {
    /// Where the product is sold.
    pub enum Market {
        /// United States of America (FDA).
        Us = "us", "United States";
        /// European Union (MDR, IVDR).
        Eu = "eu", "European Union";
        /// United Kingdom (MHRA).
        Uk = "uk", "United Kingdom";
        /// Canada (Health Canada).
        Ca = "ca", "Canada";
        /// Australia (TGA).
        Au = "au", "Australia";
        /// Japan (PMDA).
        Jp = "jp", "Japan";
        /// Brazil (ANVISA).
        Br = "br", "Brazil";
        /// Singapore (HSA).
        Sg = "sg", "Singapore";
        /// Any other market.
        Other = "other", "Other";
    }
}

choice! {
    /// The stage of the product life cycle (IMDRF N60, N70).
    pub enum TplcStage {
        /// Not yet on the market.
        Development = "development", "Development";
        /// Sold and fully supported.
        Support = "support", "Support";
        /// No longer sold; limited support.
        LimitedSupport = "limited_support", "Limited support";
        /// All support has ended.
        EndOfSupport = "end_of_support", "End of support";
        /// Taken out of use.
        Decommissioned = "decommissioned", "Decommissioned";
    }
}

states! {
    /// The product has one state: it is current.
    pub enum ProductState {
        /// Kept up to date.
        Current = "current", "Current", Good, 1, false;
    }
}

const ANY: &[&str] = &[ProductState::Current.code()];

record! {
    /// The product whose maintenance the file records.
    pub struct Product : Product {
        section "Identity", "IEC 62304 8.1", true, ANY => {
            /// Name of the product.
            title: Line = "Product name" => required(ProductState::Current.code());
            /// The organisation that places it on the market.
            manufacturer: Line = "Manufacturer" => required(ProductState::Current.code());
            /// Its postal address, as letters show it.
            manufacturer_address: Text = "Address of the manufacturer" => hint("Example Street 1\n12345 Exampletown");
            /// Telephone, e-mail or web page for questions to the manufacturer.
            manufacturer_contact: Line = "Contact of the manufacturer" => hint("safety@example.org, +49 000 000 000");
            /// Model or type designation.
            model: Line = "Model";
            /// Basic UDI-DI or UDI-DI.
            udi_di: Line = "UDI-DI" => clause("MDR Annex VI C");
            /// Its intended use.
            intended_use: Text = "Intended use";
        }
        section "Safety classification", "IEC 62304 4.3", true, ANY => {
            /// Software safety class. Not yet assigned means: class C rules apply.
            software_safety_class: Option<SafetyClass> = "Software safety class" => required(ProductState::Current.code()), clause("IEC 62304 4.3");
            /// Why this class: worst case of harm after controls outside the software.
            class_rationale: Text = "Rationale for the class" => clause("IEC 62304 4.3");
            /// Where the risk management file records the class.
            class_rmf_ref: Line = "Risk management file reference" => clause("IEC 62304 4.3");
            /// Whether it is legacy software handled by 4.4.
            is_legacy_software: Option<bool> = "Legacy software" => clause("IEC 62304 4.4");
            /// Where the rationale for the use of legacy software is filed.
            legacy_rationale_ref: Line = "Legacy rationale reference" => clause("IEC 62304 4.4");
        }
        section "Markets and regulation", "", true, ANY => {
            /// Where it is sold. Decides which questions are asked.
            markets: Vec<Market> = "Markets";
            /// Device class under EU MDR or IVDR.
            eu_mdr_class: Line = "EU device class" => hint("IIb");
            /// Device class in the United States.
            us_device_class: Line = "US device class" => hint("II");
            /// Number of the clearance or approval.
            us_submission_no: Line = "US submission number" => hint("K123456");
            /// Whether it is a cyber device under section 524B(c).
            is_cyber_device: Option<bool> = "Cyber device" => clause("FD&C 524B");
            /// Whether it was approved by PMA.
            is_pma: Option<bool> = "Approved by PMA";
            /// Whether the manufacturer is an active member of an ISAO.
            isao_member: Option<bool> = "Member of an ISAO";
            /// Which ISAO.
            isao_name: Line = "Name of the ISAO";
            /// Evidence of the membership.
            isao_evidence: Line = "Evidence of ISAO membership";
        }
        section "Lifetime", "IEC 62304 5.8.7", true, ANY => {
            /// Expected lifetime, in years.
            expected_lifetime_years: Option<u32> = "Expected lifetime in years";
            /// Day on which the last device was placed on the market.
            last_placed_on_market_date: Option<Day> = "Last placed on the market" => clause("MDR 10(8)");
            /// Whether it is implantable, which lengthens retention.
            implantable: Option<bool> = "Implantable" => clause("MDR 10(8)");
            /// Its life cycle stage.
            tplc_stage: Option<TplcStage> = "Life cycle stage" => clause("IMDRF N60");
            /// How long records are kept.
            retention_rule: Text = "Retention rule" => clause("ISO 13485 4.2.5");
        }
    }
}

/// The one product of a file.
pub const PRODUCT: RecordId = RecordId::new(Kind::Product, 1);

impl dyn World + '_ {
    /// The product of the file; an empty one if there is none.
    pub fn product(&self) -> Arc<Product> {
        self.record(PRODUCT).and_then(|data| data.typed()).unwrap_or_default()
    }
}

/// Moves the product into a stage. A product that is in it or in a later one stays there.
pub fn into_stage(world: &dyn World, stage: TplcStage) -> Vec<Effect> {
    if world.product().tplc_stage.is_some_and(|present| present >= stage) {
        return Vec::new();
    }
    let mut set = Fields::new();
    set.insert("tplc_stage".into(), json!(stage));
    vec![Effect::Set { id: PRODUCT, set }]
}

impl Product {
    /// The class whose rules apply: class C while none is assigned.
    pub fn class(&self) -> SafetyClass {
        self.software_safety_class.unwrap_or(SafetyClass::Unassigned).effective()
    }
}

/// Quality and the risk manager approve the product's configuration, above all its safety class (IEC 62304 4.3).
fn signing(case: &Case) -> Signing {
    let mut signing = no_signing(case);
    signing.by = vec![Role::Quality, Role::RiskManager];
    signing.meanings = vec![Meaning::Approved];
    signing
}

/// The declaration of the product.
pub const DEF: KindDef = KindDef {
    purpose: "The product whose maintenance this file records.",
    clause: "IEC 62304 4.3",
    sections: Product::SECTIONS,
    states: ProductState::ALL,
    edit_by: &[Role::Quality, Role::Regulatory],
    edit_signed: SignedEdits::Of(&["software_safety_class", "markets"]),
    sign_conditions: Some(signing),
    place: Place::UnderPeople,
    ..KindDef::new(Kind::Product, "Product", "Product")
};
