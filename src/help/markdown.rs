//! Reads the Markdown of the help: headings, paragraphs, lists, tables, remarks, code, links. What else Markdown offers is not used.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{Block, Link, Span, Style};

/// The blocks of a text.
pub fn parse(text: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        reader.take(event);
    }
    reader.blocks
}

/// The name of a heading in links: small letters, digits and dashes.
pub fn anchor_of(text: &str) -> String {
    let mut anchor = String::new();
    for letter in text.to_lowercase().chars() {
        if letter.is_alphanumeric() || letter == '_' {
            anchor.push(letter);
        } else if !anchor.is_empty() && !anchor.ends_with('-') {
            anchor.push('-');
        }
    }
    anchor.trim_end_matches('-').to_owned()
}

/// Where an address leads: `page.md`, `page.md#heading`, `#heading` or `screen:name`.
fn link_of(address: &str) -> Link {
    if let Some(screen) = address.strip_prefix("screen:") {
        return Link::Screen(screen.to_owned());
    }
    let (page, anchor) = address.split_once('#').unwrap_or((address, ""));
    Link::Page(page.trim_end_matches(".md").to_owned(), anchor.to_owned())
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    spans: Vec<Span>,
    styles: Vec<Style>,
    link: Option<Link>,
    items: Option<(bool, Vec<Vec<Span>>)>,
    cells: Vec<Vec<Span>>,
    head: Vec<Vec<Span>>,
    rows: Vec<Vec<Vec<Span>>>,
    quoted: bool,
    code: Option<String>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.push(&text, self.styles.last().copied().unwrap_or(Style::Plain)),
            },
            Event::Code(text) => self.push(&text, Style::Code),
            Event::SoftBreak | Event::HardBreak => self.push(" ", Style::Plain),
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::Rule
            | Event::TaskListMarker(_) => {}
        }
    }

    fn push(&mut self, text: &str, style: Style) {
        if let Some(last) = self.spans.last_mut().filter(|last| last.style == style && last.link == self.link)
        {
            last.text.push_str(text);
            return;
        }
        self.spans.push(Span { text: text.to_owned(), style, link: self.link.clone() });
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.styles.push(Style::Bold),
            Tag::Emphasis => self.styles.push(Style::Italic),
            Tag::Link { dest_url, .. } => self.link = Some(link_of(&dest_url)),
            Tag::List(first) => self.items = Some((first.is_some(), Vec::new())),
            Tag::BlockQuote(_) => self.quoted = true,
            Tag::CodeBlock(_) => self.code = Some(String::new()),
            Tag::Heading { .. } | Tag::Paragraph | Tag::Item | Tag::TableCell => self.spans.clear(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong | TagEnd::Emphasis => drop(self.styles.pop()),
            TagEnd::Link => self.link = None,
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::Paragraph if self.items.is_none() => {
                let spans = std::mem::take(&mut self.spans);
                self.blocks.push(if self.quoted { Block::Note(spans) } else { Block::Paragraph(spans) });
            }
            TagEnd::Item => {
                let spans = std::mem::take(&mut self.spans);
                if let Some((_, items)) = &mut self.items {
                    items.push(spans);
                }
            }
            TagEnd::List(_) => {
                if let Some((numbered, items)) = self.items.take() {
                    self.blocks.push(Block::List { numbered, items });
                }
            }
            TagEnd::BlockQuote(_) => self.quoted = false,
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                self.blocks.push(Block::Code(code.trim_end().to_owned()));
            }
            TagEnd::TableCell => self.cells.push(std::mem::take(&mut self.spans)),
            TagEnd::TableHead => self.head = std::mem::take(&mut self.cells),
            TagEnd::TableRow => self.rows.push(std::mem::take(&mut self.cells)),
            TagEnd::Table => {
                let (head, rows) = (std::mem::take(&mut self.head), std::mem::take(&mut self.rows));
                self.blocks.push(Block::Table { head, rows });
            }
            _ => {}
        }
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let spans = std::mem::take(&mut self.spans);
        let text = super::words_of(&spans);
        let anchor = anchor_of(&text);
        self.blocks.push(Block::Heading { level: level as u8, text, anchor });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_lists_tables_remarks_code_and_links_are_read() {
        let blocks = parse(
            "# A page\n\nSome **bold** and `code`, [a field](feedback.md#aware_at) and [a screen](screen:people).\n\n- one\n- two\n\n> Mind this.\n\n| A | B |\n| --- | --- |\n| 1 | **2** |\n\n```\nmainstay verify\n```\n",
        );
        assert_eq!(blocks.len(), 6, "{blocks:#?}");
        let Block::Heading { level: 1, text, anchor } = &blocks[0] else { panic!("{blocks:#?}") };
        assert_eq!((text.as_str(), anchor.as_str()), ("A page", "a-page"));
        let Block::Paragraph(spans) = &blocks[1] else { panic!("{blocks:#?}") };
        assert_eq!(spans[1].style, Style::Bold);
        assert_eq!(spans[3].style, Style::Code);
        let links: Vec<&Link> = spans.iter().filter_map(|span| span.link.as_ref()).collect();
        assert_eq!(
            links,
            [&Link::Page("feedback".to_owned(), "aware_at".to_owned()), &Link::Screen("people".to_owned())]
        );
        let Block::List { numbered: false, items } = &blocks[2] else { panic!("{blocks:#?}") };
        assert_eq!(items.len(), 2);
        assert!(matches!(&blocks[3], Block::Note(_)));
        let Block::Table { head, rows } = &blocks[4] else { panic!("{blocks:#?}") };
        assert_eq!((head.len(), rows.len()), (2, 1));
        assert_eq!(blocks[5], Block::Code("mainstay verify".to_owned()));
    }

    #[test]
    fn html_and_what_else_markdown_offers_is_left_out() {
        assert!(parse("<script>alert(1)</script>\n").is_empty());
    }
}
