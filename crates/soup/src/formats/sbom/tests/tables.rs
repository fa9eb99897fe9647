//! SOUP registers in tables.

use super::*;

#[test]
fn the_table_of_openregulatory_is_read_with_all_its_columns() {
    let table = "ID,Software System,Package,Language,Version,Website,Last verified at,Risk Level,Requirements,Verification Reasoning\n\
        1,Backend,Django,Python,5.2.1,https://www.djangoproject.com,2026-01-05,Low,\"serve pages, keep sessions\",widely used\n\
        2,App,React,TypeScript,,https://react.dev,2026-01-05,Medium,render,\n\n\
        3,App,,TypeScript,1,,,,,\n";
    let bill = bill_of(table, "soup.csv");
    let by_hand = read_table(table.as_bytes(), &TableMapping::open_regulatory()).unwrap();
    assert_eq!(bill, by_hand);
    assert_eq!(bill.components.len(), 2);
    let django = named(&bill, "Django 5.2.1");
    assert_eq!(django.addresses, ["https://www.djangoproject.com"]);
    assert_eq!(
        (django.more["Risk Level"].as_str(), django.more["Requirements"].as_str()),
        ("Low", "serve pages, keep sessions")
    );
    assert_eq!((django.more["ID"].as_str(), django.place.as_str()), ("1", "line 2"));
    assert_eq!(named(&bill, "React").version, None);
    assert_eq!(grave(&bill), [(Gravity::Refused, "line 5")]);
}

#[test]
fn headers_of_other_tables_are_mapped_or_refused() {
    let bill = bill_of(
        "SOUP Name;Manufacturer;Version;purl\nzlib;zlib.net;1.3.1;pkg:generic/zlib@1.3.1\n",
        "liste.csv",
    );
    let zlib = named(&bill, "zlib 1.3.1");
    assert_eq!((zlib.supplier.as_deref(), zlib.purls.len()), (Some("zlib.net"), 1));
    let western = b"Name;Hersteller;Version\nGer\xE4t;M\xFCller;1\n";
    assert_eq!(read(western, "liste.csv").unwrap().components[0].name, "Gerät");
    assert!(refused(b"colour,size\nred,1\n").reason.contains("not recognised"));
    let mapping = TableMapping { columns: [("what".to_owned(), Meaning::Title)].into() };
    assert_eq!(
        read_table(b"what,why\nzlib,because\n", &mapping).unwrap().components[0].more["why"],
        "because"
    );
    assert!(read_table(b"a,b\n1,2\n", &mapping).unwrap_err().reason.contains("`a`, `b`"));
}

#[test]
fn the_soup_file_of_rdm_is_read_and_versions_stay_as_written() {
    let yaml = "# our SOUP\n- title: Pandas\n  manufacturer: NumFOCUS\n  version: 1.10\n  purpose: tables\n  requirements: |\n    read CSV\n    write CSV\n  anomaly_reference: https://github.com/pandas-dev/pandas/issues\n- title: libfoo\n  version: ~\n";
    for text in [yaml.to_owned(), format!("soup:\n{}", yaml.replace("# our SOUP\n", ""))] {
        let bill = bill_of(&text, "soup.yml");
        let pandas = named(&bill, "Pandas 1.10");
        assert_eq!(
            (pandas.supplier.as_deref(), pandas.description.as_deref()),
            (Some("NumFOCUS"), Some("tables"))
        );
        assert_eq!(
            (pandas.more["requirements"].as_str(), pandas.addresses.len()),
            ("read CSV\nwrite CSV", 1)
        );
        assert_eq!(named(&bill, "libfoo").version, None);
    }
    assert!(refused(b"- title: x\n  purpose: [a, b]\n").place.starts_with("line 2"));
}
