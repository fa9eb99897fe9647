//! The window, driven by accessible names.
