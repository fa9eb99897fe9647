//! What publishers of CSAF documents offer: `provider-metadata.json`, ROLIE feeds, and the `changes.csv` and `index.txt` of a folder.
//!
//! Belongs here: the lists. Does not belong here: the documents (`formats::advisories`), and fetching.

use serde::Deserialize;
use serde::de::IgnoredAny;

use mainstay_base::network;
use mainstay_base::note::Unreadable;
use mainstay_base::time::Moment;

/// The most documents of one list.
const DOCUMENTS_MAX: usize = 500_000;
/// The most lists of one publisher.
const LISTS_MAX: usize = 1000;
/// The most reasons that are kept of one list.
const REFUSED_MAX: usize = 1000;

/// What a publisher offers to everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provider {
    /// Addresses of ROLIE feeds.
    pub feeds: Vec<String>,
    /// Addresses of folders.
    pub folders: Vec<String>,
    /// What is not offered to everybody, or not understood.
    pub left_out: Vec<String>,
}

/// One document of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its address.
    pub address: String,
    /// When it was changed last, if the list says so.
    pub changed: Option<Moment>,
}

/// The documents of a list, and the entries that name none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The documents.
    pub documents: Vec<Listed>,
    /// Why entries name none: place and reason.
    pub refused: Vec<Unreadable>,
    /// Such entries beyond the limit.
    pub more_refused: usize,
    /// Documents beyond the limit, which were left out.
    pub cut: usize,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    distributions: Vec<Distribution>,
    canonical_url: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Distribution {
    #[serde(default)]
    directory_url: Option<String>,
    #[serde(default)]
    directory: Option<Folder>,
    #[serde(default)]
    rolie: Option<Rolie>,
}

/// A folder as CSAF 2.1 writes it.
#[derive(Deserialize)]
struct Folder {
    url: String,
    #[serde(default)]
    tlp_label: String,
}

#[derive(Deserialize)]
struct Rolie {
    #[serde(default)]
    feeds: Vec<Feed>,
}

#[derive(Deserialize)]
struct Feed {
    url: String,
    #[serde(default)]
    tlp_label: String,
}

/// Whether documents under this label are for everybody.
fn is_public(label: &str) -> bool {
    matches!(label.trim().to_ascii_uppercase().as_str(), "" | "WHITE" | "CLEAR" | "UNLABELED" | "UNLABELLED")
}

/// Reads `provider-metadata.json`.
pub fn provider(text: &[u8]) -> Result<Provider, Unreadable> {
    let metadata: Metadata = parse(text)?;
    let mut provider = Provider::default();
    if metadata.distributions.is_empty() && metadata.canonical_url.is_none() {
        return Err(Unreadable::at(
            "document",
            "it is not a provider-metadata.json: it has no distributions",
        ));
    }
    for distribution in metadata.distributions {
        for feed in distribution.rolie.into_iter().flat_map(|rolie| rolie.feeds) {
            provider.add(feed.url, &feed.tlp_label, true);
        }
        if let Some(folder) = distribution.directory {
            provider.add(folder.url, &folder.tlp_label, false);
        }
        if let Some(url) = distribution.directory_url {
            provider.add(url, "", false);
        }
    }
    if provider.has_too_many() {
        return Err(Unreadable::at("$.distributions", format!("more than {LISTS_MAX} feeds and folders")));
    }
    // A folder holds the same documents as the feeds.
    if !provider.feeds.is_empty() {
        provider.folders.clear();
    }
    Ok(provider)
}

impl Provider {
    fn has_too_many(&self) -> bool {
        self.feeds.len() + self.folders.len() + self.left_out.len() > LISTS_MAX
    }

    fn add(&mut self, url: String, label: &str, is_feed: bool) {
        if self.has_too_many() {
            // It is refused as a whole.
            return;
        }
        if is_public(label) {
            let list = if is_feed { &mut self.feeds } else { &mut self.folders };
            if !list.contains(&url) {
                list.push(url);
            }
        } else {
            self.left_out.push(format!("{url} is not for everybody ({label})"));
        }
    }
}

#[derive(Deserialize)]
struct FeedDocument {
    feed: FeedContent,
}

#[derive(Deserialize)]
struct FeedContent {
    #[serde(default)]
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    id: String,
    #[serde(default)]
    updated: String,
    #[serde(default)]
    link: Vec<Link>,
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    rel: String,
    #[serde(default)]
    href: String,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    src: String,
}

/// Reads a ROLIE feed that came from `base`.
pub fn rolie(text: &[u8], base: &str) -> Result<Listing, Unreadable> {
    let feed: FeedDocument = parse(text)?;
    let mut listing = Listing::default();
    for (at, entry) in feed.feed.entry.iter().enumerate() {
        let of_content = entry.content.as_ref().map(|content| content.src.as_str());
        let of_link = entry.link.iter().find(|link| link.rel == "self").map(|link| link.href.as_str());
        let found = of_content.into_iter().chain(of_link).find(|address| !address.trim().is_empty());
        let place = || format!("$.feed.entry[{at}]");
        match found {
            Some(address) => listing.add(place(), base, address, &entry.updated),
            None => listing.refuse(Unreadable::at(place(), format!("{} names no document", entry.id))),
        }
    }
    Ok(listing)
}

/// Reads the `changes.csv` of the folder `base`: a path below it and the time of its last change on each line.
pub fn changes(text: &[u8], base: &str) -> Result<Listing, Unreadable> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text);
    let mut listing = Listing::default();
    for (at, row) in reader.records().enumerate() {
        let place = format!("line {}", at + 1);
        let row = row.map_err(|error| Unreadable::at(place.clone(), error.to_string()))?;
        let (path, time) = (row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
        listing.add_below(place, base, path, time);
    }
    Ok(listing)
}

/// Reads the `index.txt` of the folder `base`: a path below it on each line.
pub fn index(text: &[u8], base: &str) -> Result<Listing, Unreadable> {
    let text = std::str::from_utf8(text).map_err(|_| Unreadable::at("document", "it is not UTF-8 text"))?;
    let mut listing = Listing::default();
    for (at, path) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if !path.trim().is_empty() {
            listing.add_below(format!("line {}", at + 1), base, path.trim(), "");
        }
    }
    Ok(listing)
}

impl Listing {
    fn add_below(&mut self, place: String, base: &str, path: &str, time: &str) {
        let path = path.trim_start_matches('\u{feff}');
        let leaves = path.split(['/', '\\']).any(|part| part == "..");
        if path.is_empty() || leaves || path.starts_with('/') || path.contains("://") {
            self.refuse(Unreadable::at(place, "it is not a path below the folder"));
        } else {
            self.add(place, &format!("{}/", base.trim_end_matches('/')), path, time);
        }
    }

    fn add(&mut self, place: String, base: &str, address: &str, time: &str) {
        let checked = network::joined(base, address).and_then(|at| network::check_address(&at).map(|()| at));
        match checked {
            Ok(_) if self.documents.len() >= DOCUMENTS_MAX => self.cut += 1,
            Ok(address) => self.documents.push(Listed { address, changed: Moment::parse(time).ok() }),
            Err(why) => self.refuse(Unreadable::at(place, why)),
        }
    }

    fn refuse(&mut self, refused: Unreadable) {
        if self.refused.len() < REFUSED_MAX {
            self.refused.push(refused);
        } else {
            self.more_refused += 1;
        }
    }
}

fn parse<'t, T: Deserialize<'t>>(text: &'t [u8]) -> Result<T, Unreadable> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    serde_json::from_slice(text).map_err(|error| {
        Unreadable::at(format!("line {}, column {}", error.line(), error.column()), error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PROVIDER: &str = r#"{"canonical_url": "https://maker.example/csaf/provider-metadata.json", "publisher": {"name": "Example Maker"},
        "distributions": [
            {"directory_url": "https://maker.example/csaf/white/"},
            {"rolie": {"feeds": [
                {"summary": "All", "tlp_label": "WHITE", "url": "https://maker.example/csaf/white/feed.json"},
                {"summary": "Customers", "tlp_label": "AMBER", "url": "https://maker.example/csaf/amber/feed.json"}]}}]}"#;

    #[test]
    fn feeds_for_everybody_are_preferred_to_folders_and_others_are_left_out() {
        let found = provider(PROVIDER.as_bytes()).unwrap();
        assert_eq!(found.feeds, ["https://maker.example/csaf/white/feed.json"]);
        assert!(found.folders.is_empty());
        assert_eq!(
            found.left_out,
            ["https://maker.example/csaf/amber/feed.json is not for everybody (AMBER)"]
        );
        let folder =
            r#"{"distributions": [{"directory": {"url": "https://a.example/", "tlp_label": "CLEAR"}}]}"#;
        assert_eq!(provider(folder.as_bytes()).unwrap().folders, ["https://a.example/"]);
        assert!(provider(b"{}").unwrap_err().reason.contains("not a provider-metadata.json"));
        assert!(provider(b"<html>").unwrap_err().place.starts_with("line 1"));
    }

    #[test]
    fn a_feed_lists_its_documents_and_refuses_entries_without_one() {
        let feed = r#"{"feed": {"id": "all", "entry": [
            {"id": "A-1", "updated": "2026-11-01T10:00:00.000Z", "content": {"src": "https://maker.example/csaf/2026/a-1.json"}},
            {"id": "A-2", "updated": "soon", "link": [{"rel": "hash", "href": "a-2.sha256"}, {"rel": "self", "href": "2026/a-2.json"}]},
            {"id": "A-3"},
            {"id": "A-4", "content": {"src": "http://maker.example/a-4.json"}}]}}"#;
        let listing = rolie(feed.as_bytes(), "https://maker.example/csaf/feed.json").unwrap();
        let documents: Vec<_> = listing
            .documents
            .iter()
            .map(|listed| (listed.address.as_str(), listed.changed.is_some()))
            .collect();
        assert_eq!(
            documents,
            [
                ("https://maker.example/csaf/2026/a-1.json", true),
                ("https://maker.example/csaf/2026/a-2.json", false)
            ]
        );
        assert_eq!(listing.refused.len(), 2, "{:?}", listing.refused);
        assert_eq!(listing.refused[0].place, "$.feed.entry[2]");
        assert!(rolie(b"{\"feed\": 1}", "https://maker.example/").is_err());
    }

    #[test]
    fn changes_and_index_give_paths_below_their_folder_only() {
        let csv = "\"2026/a-1.json\",\"2026-11-01T10:00:00Z\"\n2026/a-2.json, 2026-11-02T10:00:00+01:00\n\"../a.json\",\"x\"\n/b.json,\nhttps://other.example/c.json,\n";
        let listing = changes(csv.as_bytes(), "https://maker.example/csaf/white").unwrap();
        assert_eq!(listing.documents.len(), 2);
        assert_eq!(listing.documents[1].address, "https://maker.example/csaf/white/2026/a-2.json");
        assert_eq!(listing.documents[1].changed.unwrap().to_string(), "2026-11-02T09:00:00Z");
        assert_eq!(listing.refused.len(), 3);
        let listing = index(b"\xef\xbb\xbfa.json\n\n2026/b.json\r\n", "https://maker.example/csaf/").unwrap();
        let addresses: Vec<_> = listing.documents.iter().map(|listed| listed.address.as_str()).collect();
        assert_eq!(
            addresses,
            ["https://maker.example/csaf/a.json", "https://maker.example/csaf/2026/b.json"]
        );
    }

    #[test]
    fn what_is_beyond_the_limits_of_a_list_is_counted_and_too_many_lists_are_refused() {
        let text = format!("{}{}", "a\n".repeat(DOCUMENTS_MAX + 2), "/b\n".repeat(REFUSED_MAX + 3));
        let listing = index(text.as_bytes(), "https://maker.example/csaf").unwrap();
        assert_eq!((listing.documents.len(), listing.cut), (DOCUMENTS_MAX, 2));
        assert_eq!((listing.refused.len(), listing.more_refused), (REFUSED_MAX, 3));
        let feeds: Vec<_> = (0..=LISTS_MAX).map(|at| serde_json::json!({"url": at.to_string()})).collect();
        let metadata = |feeds: &[serde_json::Value]| {
            provider(
                serde_json::json!({"distributions": [{"rolie": {"feeds": feeds}}]}).to_string().as_bytes(),
            )
        };
        assert_eq!(metadata(&feeds[1..]).unwrap().feeds.len(), LISTS_MAX);
        assert!(metadata(&feeds).unwrap_err().reason.contains("more than 1000 feeds and folders"));
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_list_or_a_refusal(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = provider(&bytes);
            let _ = rolie(&bytes, "https://maker.example/feed.json");
            for listing in [changes(&bytes, "https://maker.example/csaf"), index(&bytes, "https://maker.example/csaf")] {
                for listed in listing.into_iter().flat_map(|listing| listing.documents) {
                    prop_assert!(listed.address.starts_with("https://maker.example/csaf/"), "{}", listed.address);
                }
            }
        }

        #[test]
        fn any_text_as_path_stays_below_the_folder(path in "\\PC{0,40}", time in "\\PC{0,20}") {
            let line = format!("\"{}\",\"{}\"", path.replace('"', "\"\""), time.replace('"', "\"\""));
            for listed in changes(line.as_bytes(), "https://maker.example/csaf").unwrap().documents {
                prop_assert!(listed.address.starts_with("https://maker.example/csaf/"), "{}", listed.address);
            }
            let feed = serde_json::json!({"feed": {"entry": [{"id": path, "updated": time, "content": {"src": path}}]}});
            for listed in rolie(feed.to_string().as_bytes(), "https://maker.example/").unwrap().documents {
                prop_assert!(network::check_address(&listed.address).is_ok());
            }
        }
    }
}
