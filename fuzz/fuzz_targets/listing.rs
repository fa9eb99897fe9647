//! Any bytes as a list of a publisher of CSAF documents: refused with a place, or every address can be fetched and is below its folder.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mainstay_base::network::check_address;
use mainstay_soup::listing::{Listing, changes, index, provider, rolie};

const FOLDER: &str = "https://maker.example/csaf";

fn check(listing: &Listing, below: &str) {
    for listed in &listing.documents {
        assert!(listed.address.starts_with(below), "{}", listed.address);
        assert!(check_address(&listed.address).is_ok(), "{}", listed.address);
    }
    assert!(listing.refused.iter().all(|refused| !refused.place.is_empty() && !refused.reason.is_empty()));
}

fuzz_target!(|input: (u8, &[u8])| {
    match input.0 % 4 {
        0 => {
            if let Ok(found) = provider(input.1) {
                assert!(found.feeds.is_empty() || found.folders.is_empty());
            }
        }
        1 => {
            if let Ok(found) = rolie(input.1, "https://maker.example/csaf/feed.json") {
                check(&found, "http");
            }
        }
        2 => {
            if let Ok(found) = changes(input.1, FOLDER) {
                check(&found, "https://maker.example/csaf/");
            }
        }
        _ => {
            if let Ok(found) = index(input.1, FOLDER) {
                check(&found, "https://maker.example/csaf/");
            }
        }
    }
});
