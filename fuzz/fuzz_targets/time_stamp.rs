//! Any bytes as the reply of a time stamp authority, as a token, and as certificates: refused or read, never a panic.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mainstay_base::time_stamp::{Trusted, check, stated, token_of_reply};

static ROOT: LazyLock<Trusted> = LazyLock::new(|| {
    Trusted::from_pem(include_str!("../../crates/base/tests/time_stamps/root.pem")).expect("the root is a certificate")
});

fuzz_target!(|bytes: &[u8]| {
    let token = token_of_reply(bytes).unwrap_or_else(|_| bytes.to_vec());
    let read = stated(&token);
    if let Ok(stamp) = check(&token, &ROOT) {
        assert_eq!(read, Ok(stamp));
    }
    let _ = Trusted::from_pem(&String::from_utf8_lossy(bytes));
});
