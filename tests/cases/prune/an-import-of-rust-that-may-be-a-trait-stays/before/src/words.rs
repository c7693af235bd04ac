use std::collections::HashMap;

/// Counts of words.
#[derive(Default)]
pub struct Words {
    counts: HashMap<String, usize>,
    last: Option<String>,
}

impl Words {
    /// Adds the words of a line.
    pub fn add(&mut self, line: &str) {
        for word in line.split_whitespace() {
            *self.counts.entry(word.to_string()).or_insert(0) += 1;
        }
    }

    /// The longest word of a line.
    pub fn longest(&self, line: &str) -> Option<String> {
        line.split_whitespace().min_by_key(|word| word.len()).map(String::from)
    }

    /// Words that came once.
    pub fn rare(&self) -> usize {
        // A word counts once.
        let wanted = 1;
        let total = self.counts.values().filter(|n| **n == wanted).count();
        total + wanted
    }
}

fn shout(word: &str) -> String {
    word.to_uppercase()
}
