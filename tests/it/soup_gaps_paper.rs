//! The pages that show an auditor that a common gap of SOUP and vulnerability management is not there (domain 3.8).

use mainstay::ops::{ChapterOrder, PacketOptions, PacketScope};
use mainstay::report::Packet;

use crate::desk::Desk;
use crate::packet::{build, chapter};
use crate::soup_packet::{World, world};

fn of(desk: &Desk, scope: PacketScope) -> Packet {
    build(desk, PacketOptions { scope, redact: false }).packet
}

#[test]
fn explore() {
    let World { desk, release, review, .. } = world();
    let p3 = of(&desk, PacketScope::Release(release));
    println!("P3-2 {}", chapter(&p3, "2"));
    let p4 = of(&desk, PacketScope::SoupReview(review));
    for number in ["1", "2", "4", "5", "8", "9"] {
        println!("P4-{number} {}", chapter(&p4, number));
    }
    println!("annex {:?}", p4.annex);
    let scope = PacketScope::Period {
        from: desk.now.day().plus_days(-60),
        to: desk.now.day(),
        order: ChapterOrder::Clauses,
    };
    let p1 = of(&desk, scope);
    for number in ["4", "13", "14"] {
        println!("P1-{number} {}", chapter(&p1, number));
    }
}
