//! The product file with which tests of the window begin.

use crate::domain::product::{Market, SafetyClass};
use crate::ops::{FirstPerson, NewFile, NewProduct, default_policy};

/// The password of the first person.
pub const PASSWORD: &str = "violet tractor hums at noon";

/// A pump gateway of class B with its first person, `ana`.
pub fn new_pump() -> NewFile {
    NewFile {
        product: NewProduct {
            name: "Example pump gateway".to_owned(),
            manufacturer: "Example Devices".to_owned(),
            class: SafetyClass::B,
            class_rationale: "Non-serious injury is possible".to_owned(),
            markets: vec![Market::Us],
        },
        person: FirstPerson {
            login: "ana".to_owned(),
            full_name: "Ana Example".to_owned(),
            roles: Vec::new(),
        },
        policy: default_policy(),
    }
}
