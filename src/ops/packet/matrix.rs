//! The clause-to-evidence matrix of a whole period.
