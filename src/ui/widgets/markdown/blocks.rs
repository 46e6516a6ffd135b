//! Markdown text as a tree of blocks, from pulldown-cmark's events.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A block of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Level 1 to 6 and words.
    Heading(u8, Vec<Span>),
    /// Running text.
    Paragraph(Vec<Span>),
    /// Code with the language written behind the fence.
    Code {
        /// `json`, `bash`, …; may be empty.
        language: String,
        /// The code.
        code: String,
    },
    /// A list; numbered from `first` if that is known.
    List {
        /// The first number.
        first: Option<u64>,
        /// The items, each with its own blocks.
        items: Vec<Vec<Self>>,
    },
    /// A quotation.
    Quote(Vec<Self>),
    /// A table.
    Table {
        /// Cells of the head.
        head: Vec<Vec<Span>>,
        /// Cells of each row.
        rows: Vec<Vec<Vec<Span>>>,
    },
    /// A line across.
    Rule,
}

/// A run of text of one look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// The words.
    pub text: String,
    /// Strong.
    pub bold: bool,
    /// Emphasised.
    pub italic: bool,
    /// Code.
    pub code: bool,
    /// Struck through.
    pub struck: bool,
    /// Where it leads.
    pub link: Option<String>,
}

/// Deeper nesting than this is flattened: a text from the network must not exhaust the stack.
const DEEPEST: usize = 24;

/// The blocks of a text.
pub fn parse(source: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut builder = Builder { open: vec![Open::Page(Vec::new())], ..Builder::default() };
    for event in Parser::new_ext(source, options) {
        builder.event(event);
    }
    builder.finish()
}

/// A block under construction.
enum Open {
    Page(Vec<Block>),
    Quote(Vec<Block>),
    List(Option<u64>, Vec<Vec<Block>>),
    Item(Vec<Block>),
    Table { head: Vec<Vec<Span>>, rows: Vec<Vec<Vec<Span>>>, row: Vec<Vec<Span>> },
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    spans: Vec<Span>,
    style: Span,
    code: Option<(String, String)>,
    /// Containers that were flattened because they lie too deep.
    flattened: usize,
}

impl Builder {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text);
            }
            Event::Code(code) => self.inline_code(&code),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.text("\n"),
            Event::Rule => self.push(Block::Rule),
            Event::TaskListMarker(done) => self.text(if done { "✓ " } else { "○ " }),
            Event::FootnoteReference(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } => self.loose_text(),
            Tag::CodeBlock(kind) => self.start_code(&kind),
            Tag::BlockQuote(_) => self.enter(Open::Quote(Vec::new())),
            Tag::List(first) => self.enter(Open::List(first, Vec::new())),
            Tag::Item => self.enter(Open::Item(Vec::new())),
            Tag::Table(_) => self.enter(Open::Table { head: Vec::new(), rows: Vec::new(), row: Vec::new() }),
            Tag::Strong => self.style.bold = true,
            Tag::Emphasis => self.style.italic = true,
            Tag::Strikethrough => self.style.struck = true,
            Tag::Link { dest_url, .. } => self.style.link = Some(dest_url.to_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.loose_text(),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item | TagEnd::Table => self.leave(),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::TableHead => self.end_head(),
            TagEnd::TableRow => self.end_row(),
            TagEnd::Strong => self.style.bold = false,
            TagEnd::Emphasis => self.style.italic = false,
            TagEnd::Strikethrough => self.style.struck = false,
            TagEnd::Link => self.style.link = None,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, code)) = &mut self.code {
            code.push_str(text);
            return;
        }
        match self.spans.last_mut() {
            Some(last) if same_look(last, &self.style) => last.text.push_str(text),
            _ => self.spans.push(Span { text: text.to_owned(), ..self.style.clone() }),
        }
    }

    fn inline_code(&mut self, code: &str) {
        self.spans.push(Span { text: code.to_owned(), code: true, ..self.style.clone() });
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>) {
        self.loose_text();
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default().to_owned(),
            CodeBlockKind::Indented => String::new(),
        };
        self.code = Some((language, String::new()));
    }

    fn end_code(&mut self) {
        if let Some((language, code)) = self.code.take() {
            self.push(Block::Code { language, code });
        }
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let spans = std::mem::take(&mut self.spans);
        self.push(Block::Heading(level as u8, spans));
    }

    /// Text that stands in no paragraph of its own (items of tight lists) becomes one.
    fn loose_text(&mut self) {
        if !self.spans.is_empty() {
            let spans = std::mem::take(&mut self.spans);
            self.push(Block::Paragraph(spans));
        }
    }

    fn enter(&mut self, open: Open) {
        self.loose_text();
        if self.open.len() >= DEEPEST {
            self.flattened += 1;
        } else {
            self.open.push(open);
        }
    }

    fn leave(&mut self) {
        self.loose_text();
        if self.flattened > 0 {
            self.flattened -= 1;
            return;
        }
        match self.open.pop() {
            Some(Open::Quote(blocks)) => self.push(Block::Quote(blocks)),
            Some(Open::List(first, items)) => self.push(Block::List { first, items }),
            Some(Open::Item(blocks)) => self.push_item(blocks),
            Some(Open::Table { head, rows, .. }) => self.push(Block::Table { head, rows }),
            Some(page @ Open::Page(_)) => self.open.push(page),
            None => {}
        }
    }

    fn push(&mut self, block: Block) {
        let place = self.open.iter_mut().rev().find_map(|open| match open {
            Open::Page(blocks) | Open::Quote(blocks) | Open::Item(blocks) => Some(blocks),
            Open::List(..) | Open::Table { .. } => None,
        });
        if let Some(blocks) = place {
            blocks.push(block);
        }
    }

    fn push_item(&mut self, blocks: Vec<Block>) {
        if let Some(Open::List(_, items)) = self.open.last_mut() {
            items.push(blocks);
        }
    }

    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.spans);
        if let Some(Open::Table { row, .. }) = self.open.last_mut() {
            row.push(cell);
        }
    }

    fn end_head(&mut self) {
        if let Some(Open::Table { head, row, .. }) = self.open.last_mut() {
            *head = std::mem::take(row);
        }
    }

    fn end_row(&mut self) {
        if let Some(Open::Table { rows, row, .. }) = self.open.last_mut() {
            rows.push(std::mem::take(row));
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.end_code();
        self.loose_text();
        match self.open.into_iter().next() {
            Some(Open::Page(blocks)) => blocks,
            _ => Vec::new(),
        }
    }
}

fn same_look(a: &Span, b: &Span) -> bool {
    !a.code && (a.bold, a.italic, a.struck, &a.link) == (b.bold, b.italic, b.struck, &b.link)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Span {
        Span { text: text.to_owned(), ..Span::default() }
    }

    #[test]
    fn paragraphs_have_runs_of_one_look() {
        let blocks = parse("A **bold** and *soft* `code`\nnext [link](lab:4)");
        let Block::Paragraph(spans) = &blocks[0] else { panic!("{blocks:?}") };
        let texts: Vec<_> = spans.iter().map(|span| span.text.as_str()).collect();
        assert_eq!(texts, ["A ", "bold", " and ", "soft", " ", "code", " next ", "link"]);
        assert!(spans[1].bold && spans[3].italic && spans[5].code);
        assert_eq!(spans[7].link.as_deref(), Some("lab:4"));
    }

    #[test]
    fn lists_nest_and_count() {
        let blocks = parse("3. three\n4. four\n   - inner\n");
        let Block::List { first, items } = &blocks[0] else { panic!("{blocks:?}") };
        assert_eq!((*first, items.len()), (Some(3), 2));
        assert_eq!(items[0], [Block::Paragraph(vec![plain("three")])]);
        assert!(matches!(&items[1][1], Block::List { first: None, items } if items.len() == 1));
    }

    #[test]
    fn code_quotes_tables_and_rules() {
        let blocks = parse("# H\n\n```json\n{\"a\": 1}\n```\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n");
        assert_eq!(blocks[0], Block::Heading(1, vec![plain("H")]));
        assert_eq!(blocks[1], Block::Code { language: "json".to_owned(), code: "{\"a\": 1}\n".to_owned() });
        assert_eq!(blocks[2], Block::Quote(vec![Block::Paragraph(vec![plain("quoted")])]));
        let cells = |a: &str, b: &str| vec![vec![plain(a)], vec![plain(b)]];
        assert_eq!(blocks[3], Block::Table { head: cells("a", "b"), rows: vec![cells("1", "2")] });
        assert_eq!(blocks[4], Block::Rule);
    }

    #[test]
    fn a_reply_cut_while_it_streams_is_shown_as_far_as_it_is() {
        let text = "Intro\n\n```json\n{\"a\": [1,\n";
        assert_eq!(parse(text)[1], Block::Code { language: "json".to_owned(), code: "{\"a\": [1,\n".to_owned() });
        for end in 0..=text.len() {
            parse(&text[..end]);
        }
    }

    #[test]
    fn hostile_nesting_is_flattened_and_loses_no_words() {
        fn has_word(blocks: &[Block]) -> bool {
            blocks.iter().any(|block| match block {
                Block::Quote(inner) => has_word(inner),
                Block::Paragraph(spans) => spans.iter().any(|span| span.text.contains("word")),
                _ => false,
            })
        }
        let deep = format!("{}word", "> ".repeat(5_000));
        assert!(has_word(&parse(&deep)));
        assert!(!parse(&"- ".repeat(3_000)).is_empty());
    }

    #[test]
    fn html_is_text() {
        let blocks = parse("<script>alert(1)</script>\n\nafter <b>x</b>");
        let text = format!("{blocks:?}");
        assert!(text.contains("<script>") && text.contains("<b>"), "{text}");
    }
}
