//! The layers that read foreign data, `domain` and `exchange`, built without the rest of the program.

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/exchange/mod.rs"]
pub mod exchange;
