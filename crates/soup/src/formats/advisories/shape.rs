//! Recognises the kind of an advisory document by its keys. The name of a file never decides.
//!
//! The scan tolerates a document that is cut anywhere, since it reads no more than it needs. Members of a JSON object have no order, so the
//! identifying key may be at the very end.

use std::collections::BTreeSet;

/// Maximum depth of the keys that are read: `vulnerabilities` → `cve` → its fields.
const DEPTH_MAX: usize = 6;
/// The keys that identify kinds; kept however many other keys there are.
const MARKS: [&str; 22] = [
    "document/csaf_version",
    "document/tracking",
    "vulnerabilities/product_status",
    "CVE_Items",
    "format=NVD_CVE",
    "vulnerabilities/cve/id",
    "cve/id",
    "cveMetadata",
    "dataType=CVE_RECORD",
    "fetchTime",
    "numberOfChanges",
    "catalogVersion",
    "vulnerabilities/cveID",
    "statements/vulnerability",
    "statements/status",
    "bomFormat=CycloneDX",
    "schema_version",
    "result",
    "id",
    "modified",
    "affected",
    "cycle",
];
/// Maximum number of other keys that are kept.
const KEYS_MAX: usize = 400;
/// Longest key or value that is kept.
const TEXT_MAX: usize = 80;

/// The keys at the start of a JSON document, as paths without indices (`vulnerabilities/cve/id`), and the short text values of
/// the top ones (`format=NVD_CVE`). A top-level array has the same shape as its elements.
#[derive(Debug, Default)]
pub(super) struct Shape {
    paths: BTreeSet<String>,
    /// Whether the document is an array.
    pub array: bool,
    /// Whether the document continues after the bytes that were read.
    pub cut: bool,
}

impl Shape {
    /// Reads the start of a document; `None` when it is not a JSON object or array.
    pub fn of(head: &[u8]) -> Option<Self> {
        let mut scan = Scan { bytes: head, at: 0, shape: Self::default() };
        match scan.peek()? {
            b'{' => {}
            b'[' => scan.shape.array = true,
            _ => return None,
        }
        // It ends early where the bytes end or are no longer JSON.
        scan.shape.cut = scan.value("", 0).is_none() && scan.at >= head.len();
        Some(scan.shape)
    }

    /// Whether there is such a key or `key=value`.
    pub fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// Whether any of them is there.
    pub fn has_any(&self, paths: &[&str]) -> bool {
        paths.iter().any(|path| self.has(path))
    }

    /// Whether any path satisfies a condition.
    pub fn any(&self, kind: impl Fn(&str) -> bool) -> bool {
        self.paths.iter().any(|path| kind(path))
    }

    /// The first top-level keys, for the refusal of an unknown document.
    pub fn top(&self) -> String {
        let keys: Vec<_> =
            self.paths.iter().filter(|path| !path.contains(['/', '='])).take(6).cloned().collect();
        if keys.is_empty() { "no keys".to_owned() } else { keys.join(", ") }
    }
}

struct Scan<'b> {
    bytes: &'b [u8],
    at: usize,
    shape: Shape,
}

impl Scan<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// Walks over one value; `None` when the bytes end or are not JSON.
    fn value(&mut self, path: &str, depth: usize) -> Option<()> {
        match self.peek()? {
            b'{' if depth < DEPTH_MAX => self.object(path, depth),
            b'[' if depth < DEPTH_MAX => self.array(path, depth),
            b'{' | b'[' => self.skip(),
            b'"' => {
                let text = self.string()?;
                if depth <= 1 + usize::from(self.shape.array) {
                    self.record(format!("{path}={text}"));
                }
                Some(())
            }
            b'}' | b']' | b':' => None,
            _ => {
                while !matches!(self.bytes.get(self.at)?, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t') {
                    self.at += 1;
                }
                Some(())
            }
        }
    }

    fn object(&mut self, path: &str, depth: usize) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'}' => break,
                b',' => self.at += 1,
                b'"' => {
                    let key = self.string()?;
                    let inner = if path.is_empty() { key } else { format!("{path}/{key}") };
                    self.record(inner.clone());
                    if self.peek()? != b':' {
                        return None;
                    }
                    self.at += 1;
                    self.value(&inner, depth + 1)?;
                }
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    fn array(&mut self, path: &str, depth: usize) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b']' => break,
                b',' => self.at += 1,
                _ => self.value(path, depth + 1)?,
            }
        }
        self.at += 1;
        Some(())
    }

    /// Skips a value that is too deep to matter.
    fn skip(&mut self) -> Option<()> {
        let mut open = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open = open.checked_sub(1)?,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(());
            }
        }
    }

    /// The text of a string as far as it is kept; escapes stay as they are, because none of our keys has any.
    fn string(&mut self) -> Option<String> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        let text = self.bytes.get(start..self.at)?;
        self.at += 1;
        Some(String::from_utf8_lossy(text.get(..TEXT_MAX).unwrap_or(text)).into_owned())
    }

    fn record(&mut self, path: String) {
        let is_mark = || MARKS.contains(&path.as_str()) || path.starts_with("@context=");
        if self.shape.paths.len() < KEYS_MAX || is_mark() {
            self.shape.paths.insert(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_short_values_are_seen_wherever_the_document_is_cut() {
        let text = r#"{"format": "NVD_CVE", "n": [1, {"x": [[[["deep"]]]], "y": null}], "vulnerabilities": [{"cve": {"id": "CVE-1"#;
        let shape = Shape::of(text.as_bytes()).unwrap();
        for path in ["format", "format=NVD_CVE", "n/y", "vulnerabilities/cve/id"] {
            assert!(shape.has(path), "{path} of {shape:?}");
        }
        assert!(!shape.array);
        for end in 0..text.len() {
            let _ = Shape::of(&text.as_bytes()[..end]);
        }
    }

    #[test]
    fn a_mark_is_kept_after_any_number_of_other_keys_and_a_cut_is_detected() {
        let many: Vec<String> = (0..1000).map(|number| format!("\"k{number}\": {{\"id\": 1}}, ")).collect();
        let many = many.concat();
        let text = format!("{{{many} \"cveMetadata\": {{}}}}");
        let shape = Shape::of(text.as_bytes()).unwrap();
        assert!(shape.has("cveMetadata") && !shape.cut);
        assert!(Shape::of(&text.as_bytes()[..9000]).unwrap().cut);
        assert!(!Shape::of(b"{\"a\" 5, \"b\": 1}").unwrap().cut, "a text that is not JSON does not continue");
    }

    #[test]
    fn an_array_looks_like_its_elements() {
        let shape = Shape::of(br#" [ {"id": "A"}, {"cycle": 1} ]"#).unwrap();
        assert!(shape.array && shape.has_any(&["cycle"]) && shape.has("id=A"));
    }

    #[test]
    fn a_text_that_is_not_json_has_no_shape_and_nonsense_ends() {
        assert!(Shape::of(b"").is_none());
        assert!(Shape::of(b"cveID,vendor").is_none());
        for nonsense in
            ["{", "[", "{{{{", "[[[[[[[[[[[[", "{\"a\"}", "{\"\\", "[}", "{]", "{\"a\":\"\\\"", "[1 2 3"]
        {
            assert!(Shape::of(nonsense.as_bytes()).is_some(), "{nonsense}");
        }
        assert!(Shape::of("[".repeat(100_000).as_bytes()).is_some());
    }
}
