//! What a person does all day, on the example product: open it, see what needs attention, search, record a feedback, verify, print.
//!
//! `cargo bench --bench desk`; figures on large files come from `examples/measure.rs`.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::Fields;
use mainstay::ops::{
    Opened, PacketFonts, PacketOptions, PacketScope, Password, ProductFile, Request, now, render_packet,
    stamp, write_example,
};

fn open(path: &Path) -> Result<Box<ProductFile>, Box<dyn Error>> {
    match ProductFile::open(path, &stamp())? {
        Opened::Open(file) => Ok(file),
        Opened::Not(found) => Err(format!("the example did not open: {found:?}").into()),
    }
}

fn desk(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("example.mainstay");
    let example = write_example(&path)?;
    let person = example.people.first().ok_or("the example has nobody")?;
    criterion.bench_function("open and what needs attention", |bencher| {
        bencher.iter(|| open(&path).is_ok_and(|file| black_box(file.attention(now())).is_ok()));
    });
    let mut file = open(&path)?;
    criterion.bench_function("search", |bencher| bencher.iter(|| black_box(file.search("alarm", 20))));
    let session = file.sign_in(&person.login, &Password::new(&example.password), &stamp())?;
    let change = RecordId::new(Kind::ChangeRequest, 1);
    criterion.bench_function("record page", |bencher| {
        bencher.iter(|| black_box(file.page(change, Some(&session), now())));
    });
    criterion.bench_function("one feedback, durable", |bencher| {
        bencher.iter(|| {
            let mut set = Fields::new();
            set.insert("title".to_owned(), "Measured".into());
            set.insert("description_verbatim".to_owned(), "The alarm came late".into());
            file.perform(
                &session,
                Request::Create { kind: Kind::Feedback, parent: None, set }.into(),
                None,
                &stamp(),
            )
            .is_ok()
        });
    });
    let options = PacketOptions { scope: PacketScope::Change(change), redact: false };
    criterion.bench_function("packet of one change", |bencher| {
        bencher.iter(|| {
            let built = file.build_packet(&options, &session, None, &stamp()).ok()?;
            render_packet(&built, PacketFonts::bundled()).ok().map(|rendered| rendered.pages)
        });
    });
    drop(file);
    criterion.bench_function("verify", |bencher| {
        bencher.iter(|| black_box(ProductFile::verify(&path, None, &|_| true)).is_ok());
    });
    Ok(())
}

fn benches(criterion: &mut Criterion) {
    if let Err(error) = desk(criterion) {
        eprintln!("not measured: {error}");
    }
}

criterion_group! { name = all; config = Criterion::default().sample_size(20); targets = benches }
criterion_main!(all);
