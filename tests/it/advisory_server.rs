//! A small HTTP server on this machine with the data of publishers, and the settings that name it.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use mainstay::soup::{UpdateSettings, UpdateSource};

pub const KEV: &str = r#"{"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.11.01",
    "dateReleased": "2026-11-01T10:00:00.0000Z", "count": 1, "vulnerabilities": [{"cveID": "CVE-2026-0001", "vendorProject": "Example",
    "product": "Pump link", "vulnerabilityName": "Overflow", "dateAdded": "2026-11-01", "shortDescription": "x",
    "requiredAction": "Update", "dueDate": "2026-11-22", "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": []}]}"#;
const EPSS: &str = "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.5,0.9\n";

/// Serves KEV, EPSS and notes; at any other path it is silent.
pub fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::Builder::new()
        .spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let body = match head.split(' ').nth(1) {
                    Some("/kev.json") => KEV,
                    Some("/epss.csv") => EPSS,
                    Some("/notes.txt") => "These are notes.",
                    _ => {
                        silent.push(stream);
                        continue;
                    }
                };
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(body.as_bytes());
            }
        })
        .unwrap();
    address
}

pub fn settings(address: &str, sources: &[UpdateSource]) -> UpdateSettings {
    UpdateSettings {
        sources: sources.to_vec(),
        kev_address: format!("{address}/kev.json"),
        epss_address: format!("{address}/epss.csv"),
        nvd_address: format!("{address}/nvd"),
        ..UpdateSettings::default()
    }
}
