//! All widgets on one screen, for tests and for the eye.
//!
//! `MAINSTAY_GALLERY=some/folder cargo test gallery` also writes the screen as pictures, light and dark.
