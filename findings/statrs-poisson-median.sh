#!/usr/bin/env bash
# The Rust crate statrs 0.19.1 gives a negative median to a count of rare events.
#
# `Poisson::new(0.05)?.median()` is -1, and for 0.01 it is -2. `min()` is 0, and `inverse_cdf(0.5)` is 0, as it should be.
#
# One would expect 0: the documentation says that it returns the median of the distribution, and no value below `min()` can be one. The
# documented formula, floor(λ + 1/3 - 0.02/λ), is an approximation for larger rates; below 0.06 it falls under zero.
# Such rates are the common case for the complaints about one device in one month.
#
# Use `inverse_cdf(0.5)`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cd "$folder"
cat > Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2024"
[dependencies]
statrs = { version = "=0.19.1", default-features = false }
TOML
cat > src/main.rs <<'RUST'
use statrs::distribution::{DiscreteCDF, Poisson};
use statrs::statistics::{Median, Min};

fn main() {
    println!("statrs 0.19.1");
    for (rate, seen, expected) in [(0.01, -2.0, 0), (0.05, -1.0, 0), (0.1, 0.0, 0), (4.0, 4.0, 4)] {
        let counts = Poisson::new(rate).expect("a rate");
        println!("rate {rate}: median {}, inverse_cdf(0.5) {}, min {}", counts.median(), counts.inverse_cdf(0.5), counts.min());
        assert_eq!(counts.median(), seen);
        assert_eq!(counts.inverse_cdf(0.5), expected);
        assert_eq!(counts.min(), 0);
    }
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo run -q
