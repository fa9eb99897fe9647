//! Controlled vocabularies: a closed list of codes, each with its word and meaning.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One choice of a vocabulary, as data for forms, lists, paper and SQL CHECKs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChoiceDef {
    /// The code that is stored.
    pub code: &'static str,
    /// The word that people read.
    pub word: &'static str,
    /// Its meaning, one sentence.
    pub meaning: &'static str,
}

/// A vocabulary as a Rust type. Declared with the macro `choice`.
pub trait Choice: Copy + Eq + Ord + Serialize + DeserializeOwned + 'static {
    /// All choices, in order.
    const OPTIONS: &'static [ChoiceDef];
    /// All values in the same order.
    const VALUES: &'static [Self];

    /// The code that is stored.
    fn code(self) -> &'static str;

    /// The word that people read.
    fn word(self) -> &'static str {
        Self::OPTIONS.iter().find(|option| option.code == self.code()).map_or("", |option| option.word)
    }

    /// The choice with this code.
    fn from_code(code: &str) -> Option<Self> {
        Self::VALUES.iter().copied().find(|value| value.code() == code)
    }
}

/// Writes a choice as its code.
pub fn serialize<C: Choice, S: Serializer>(choice: C, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(choice.code())
}

/// Reads a choice from its code; the error lists the known codes.
pub fn deserialize<'de, C: Choice, D: Deserializer<'de>>(deserializer: D) -> Result<C, D::Error> {
    let code = String::deserialize(deserializer)?;
    C::from_code(&code).ok_or_else(|| {
        let known: Vec<_> = C::OPTIONS.iter().map(|option| option.code).collect();
        serde::de::Error::custom(format!("“{code}” is not one of {}", known.join(", ")))
    })
}

/// Declares a vocabulary: `/// meaning` then `Name = "code", "Word";`.
#[macro_export]
#[doc(hidden)]
macro_rules! choice_impl {
    ($(#[doc = $doc:literal])+ pub enum $name:ident {
        $($(#[doc = $meaning:literal])+ $variant:ident = $code:literal, $word:literal;)+
    }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $meaning])+ $variant,)+ }

        impl $name {
            /// The code that is stored.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
        }

        impl $crate::domain::choice::Choice for $name {
            const OPTIONS: &'static [$crate::domain::choice::ChoiceDef] = &[$(
                $crate::domain::choice::ChoiceDef {
                    code: $code, word: $word, meaning: concat!($($meaning),+),
                },
            )+];
            const VALUES: &'static [Self] = &[$(Self::$variant,)+];
            fn code(self) -> &'static str { Self::code(self) }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::domain::choice::serialize(*self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::domain::choice::deserialize(deserializer)
            }
        }
    };
}
pub use crate::choice_impl as choice;
