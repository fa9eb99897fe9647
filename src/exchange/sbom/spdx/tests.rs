//! Small documents written by hand, one per rule.
