//! CycloneDX in both syntaxes.

use super::*;

const JSON: &str = r#"{
  "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 3,
  "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
  "metadata": {
    "timestamp": "2026-01-02T03:04:05Z",
    "tools": {"components": [{"type": "application", "group": "acme", "name": "builder", "version": "2"}]},
    "authors": [{"name": "A. Person"}],
    "supplier": {"name": "Acme", "url": ["https://acme.example"]},
    "component": {"type": "application", "bom-ref": "pump", "name": "Infusion pump", "version": "4.2"}
  },
  "components": [
    {"type": "framework", "bom-ref": "a", "group": "org.example", "name": "alpha", "version": "1.0", "scope": "optional",
     "publisher": "Example Org", "description": "parses", "purl": "pkg:maven/org.example/alpha@1.0",
     "cpe": "cpe:2.3:a:example:alpha:1.0:*:*:*:*:*:*:*", "copyright": "(c) Example",
     "hashes": [{"alg": "SHA-256", "content": "F498A8FF2DD007E29C2074F5E4B01A9A01775C3FF3AEAF6906EA503BC5791B7B"}],
     "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "House rules"}}],
     "externalReferences": [{"type": "website", "url": "https://example.org"}],
     "swid": {"tagId": "tag-1", "name": "alpha"},
     "pedigree": {"ancestors": [{"type": "library", "name": "proto-alpha", "version": "0.9"}],
                  "patches": [{"type": "backport", "resolves": [{"type": "security", "id": "CVE-2026-1"}]}]},
     "evidence": {"copyright": []},
     "components": [{"type": "library", "bom-ref": "b", "name": "beta", "version": "2.0", "licenses": [{"expression": "MIT OR Apache-2.0"}]}]}
  ],
  "services": [{"bom-ref": "s", "name": "ticker", "provider": {"name": "Partner"}, "endpoints": ["https://api.example"]}],
  "dependencies": [{"ref": "pump", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["a"]}],
  "vulnerabilities": [
    {"id": "CVE-2026-2", "references": [{"id": "GHSA-1", "source": {"name": "GitHub"}}],
     "analysis": {"state": "not_affected", "justification": "code_not_reachable", "response": ["will_not_fix"], "detail": "never called"},
     "affects": [{"ref": "a", "versions": [{"version": "1.0", "status": "affected"}, {"version": "2.0", "status": "unaffected"}]}]},
    {"id": "CVE-2026-3", "affects": [{"ref": "b"}]}
  ]
}"#;

const XML: &str = r#"<?xml version="1.0"?>
<!-- a product -->
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="3" serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79">
  <metadata>
    <timestamp>2026-01-02T03:04:05Z</timestamp>
    <tools><components><component type="application"><group>acme</group><name>builder</name><version>2</version></component></components></tools>
    <authors><author><name>A. Person</name></author></authors>
    <component type="application" bom-ref="pump"><name>Infusion pump</name><version>4.2</version></component>
    <supplier><name>Acme</name><url>https://acme.example</url></supplier>
  </metadata>
  <components>
    <component type="framework" bom-ref="a">
      <publisher>Example Org</publisher><group>org.example</group><name>alpha</name><version>1.0</version>
      <description>parses</description><scope>optional</scope>
      <hashes><hash alg="SHA-256">F498A8FF2DD007E29C2074F5E4B01A9A01775C3FF3AEAF6906EA503BC5791B7B</hash></hashes>
      <licenses><license><id>MIT</id></license><license><name>House rules</name></license></licenses>
      <copyright>(c) Example</copyright>
      <cpe>cpe:2.3:a:example:alpha:1.0:*:*:*:*:*:*:*</cpe><purl>pkg:maven/org.example/alpha@1.0</purl>
      <swid tagId="tag-1" name="alpha"/>
      <pedigree>
        <ancestors><component type="library"><name>proto-alpha</name><version>0.9</version></component></ancestors>
        <patches><patch type="backport"><resolves><issue type="security"><id>CVE-2026-1</id></issue></resolves></patch></patches>
      </pedigree>
      <externalReferences><reference type="website"><url>https://example.org</url></reference></externalReferences>
      <components>
        <component type="library" bom-ref="b"><name>beta</name><version>2.0</version>
          <licenses><expression>MIT OR Apache-2.0</expression></licenses></component>
      </components>
      <evidence><copyright/></evidence>
    </component>
  </components>
  <services><service bom-ref="s"><provider><name>Partner</name></provider><name>ticker</name><endpoints><endpoint>https://api.example</endpoint></endpoints></service></services>
  <dependencies>
    <dependency ref="pump"><dependency ref="a"/></dependency>
    <dependency ref="a"><dependency ref="b"/></dependency>
    <dependency ref="b"><dependency ref="a"/></dependency>
  </dependencies>
  <vulnerabilities>
    <vulnerability><id>CVE-2026-2</id>
      <references><reference><id>GHSA-1</id><source><name>GitHub</name></source></reference></references>
      <analysis><state>not_affected</state><justification>code_not_reachable</justification>
        <responses><response>will_not_fix</response></responses><detail>never called</detail></analysis>
      <affects><target><ref>a</ref><versions><version><version>1.0</version><status>affected</status></version>
        <version><version>2.0</version><status>unaffected</status></version></versions></target></affects></vulnerability>
    <vulnerability><id>CVE-2026-3</id><affects><target><ref>b</ref></target></affects></vulnerability>
  </vulnerabilities>
</bom>"#;

#[test]
fn a_component_is_read_with_all_its_fields() {
    let bill = bill_of(JSON, "bom.json");
    assert_eq!(grave(&bill), []);
    assert_eq!((bill.format.as_str(), bill.revision.as_deref()), ("CycloneDX 1.6 JSON", Some("3")));
    assert_eq!(bill.serial.as_deref(), Some("urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"));
    assert_eq!(
        (bill.authors.join(";"), bill.tools.join(";")),
        ("A. Person;Acme".to_owned(), "acme builder 2".to_owned())
    );
    assert_eq!(bill.subject.as_ref().unwrap().label(), "Infusion pump 4.2");
    let alpha = named(&bill, "org.example/alpha 1.0");
    assert_eq!(
        (alpha.kind, alpha.scope, alpha.directness),
        (ComponentKind::Framework, Scope::Optional, Directness::Direct)
    );
    assert_eq!(alpha.supplier.as_deref(), Some("Example Org"));
    assert_eq!(alpha.licences, ["MIT", "House rules"]);
    assert_eq!((alpha.swid.as_deref(), alpha.copyright.as_deref()), (Some("tag-1"), Some("(c) Example")));
    assert_eq!(alpha.hashes[0].value, "f498a8ff2dd007e29c2074f5e4b01a9a01775c3ff3aeaf6906ea503bc5791b7b");
    assert_eq!(alpha.addresses, ["https://example.org"]);
    assert_eq!(alpha.pedigree, ["ancestor: proto-alpha 0.9", "patch (backport) resolves CVE-2026-1"]);
    assert_eq!(alpha.place, "$.components[0]");
    let beta = named(&bill, "beta 2.0");
    assert_eq!((beta.directness, beta.inside.as_slice()), (Directness::Transitive, &["a".to_owned()][..]));
    assert_eq!(
        (beta.licences.join(""), beta.place.as_str()),
        ("MIT OR Apache-2.0".to_owned(), "$.components[0].components[0]")
    );
    let service = named(&bill, "ticker");
    assert_eq!(
        (service.kind, service.addresses.as_slice()),
        (ComponentKind::Service, &["https://api.example".to_owned()][..])
    );
    assert_eq!(bill.notes.not_understood["components[].evidence"], 1);
    assert_eq!(bill.notes.not_understood["supplier.url"], 1);
}

#[test]
fn statements_keep_the_status_of_each_version() {
    let statements = bill_of(JSON, "bom.json").statements;
    let [first, second, third] = statements.as_slice() else { panic!("{statements:?}") };
    assert_eq!(
        (first.status, first.justification),
        (Some(Status::NotAffected), Some(Justification::VulnerableCodeNotInExecutePath))
    );
    assert_eq!(
        (first.subjects[0].id.as_str(), first.subjects[0].versions.as_slice()),
        ("a", &["1.0".to_owned()][..])
    );
    assert_eq!(
        (first.aliases.join(""), first.action.as_deref()),
        ("GHSA-1".to_owned(), Some("will not fix"))
    );
    assert_eq!(first.own_words.as_deref(), Some("not_affected/code_not_reachable"));
    assert_eq!(
        (second.status, second.subjects[0].versions.as_slice()),
        (Some(Status::NotAffected), &["2.0".to_owned()][..])
    );
    assert_eq!(first.subjects[0].purl.as_deref(), Some("pkg:maven/org.example/alpha@1.0"));
    // A vulnerability without analysis is not a statement of status, least of all "not affected".
    assert_eq!((third.status, third.subjects[0].id.as_str()), (None, "b"));
}

#[test]
fn xml_and_json_of_the_same_product_give_the_same_bill() {
    let without_places = |mut bill: Bill| {
        bill.format.clear();
        for component in bill.components.iter_mut().chain(&mut bill.subject) {
            component.place.clear();
        }
        for statement in &mut bill.statements {
            statement.place.clear();
        }
        bill
    };
    let xml = bill_of(XML, "bom.xml");
    assert_eq!(named(&xml, "org.example/alpha 1.0").place, "line 12, components[0]");
    assert_eq!(without_places(xml), without_places(bill_of(JSON, "bom.json")));
}

#[test]
fn violations_of_the_schema_are_reported_with_their_path() {
    let text = |component: &str| {
        format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{{"type":"library","name":"ok"}},{component}]}}"#
        )
    };
    for (component, gravity, path) in [
        (r#"{"type":"foo","name":"x"}"#, Gravity::Warning, "$.components[1].type"),
        (r#"{"name":"x"}"#, Gravity::Warning, "$.components[1]"),
        (r#"{"type":"library"}"#, Gravity::Refused, "$.components[1]"),
        (r#"{"type":"library","name":7}"#, Gravity::Warning, "$.components[1].name"),
        (r#"{"type":"library","name":["x"]}"#, Gravity::Refused, "$.components[1].name"),
        (r#"{"type":"library","name":"x","colour":"red"}"#, Gravity::Warning, "$.components[1]"),
        (r#"{"type":"library","name":"x","scope":"maybe"}"#, Gravity::Warning, "$.components[1].scope"),
        (r#"{"type":"library","name":"x","bom-ref":""}"#, Gravity::Refused, "$.components[1].bom-ref"),
        (
            r#"{"type":"library","name":"x","hashes":[{"alg":"MD5","content":"foo"}]}"#,
            Gravity::Refused,
            "$.components[1].hashes[0].content",
        ),
        (
            r#"{"type":"library","name":"x","licenses":[{"license":{"id":"Apache-2"}}]}"#,
            Gravity::Warning,
            "$.components[1].licenses[0].license.id",
        ),
        (
            r#"{"type":"library","name":"x","licenses":[{"license":{}}]}"#,
            Gravity::Warning,
            "$.components[1].licenses[0].license",
        ),
        (r#"{"type":"cryptographic-asset","name":"x"}"#, Gravity::Warning, "$.components[1].type"),
        (
            r#"{"type":"library","name":"x","manufacturer":{"name":"m"}}"#,
            Gravity::Warning,
            "$.components[1].manufacturer",
        ),
        (
            r#"{"type":"library","name":"x","supplier":{"contact":[{"email":"nobody"}]}}"#,
            Gravity::Warning,
            "$.components[1].supplier.contact[0].email",
        ),
        (r#"{"type":"library","name":"x","purl":"nonsense"}"#, Gravity::Warning, "$.components[1]"),
        (r#"{"type":"library","name":"x","cpe":"cpe:2.3:x:y"}"#, Gravity::Warning, "$.components[1]"),
        (r#"{"type":"library","name":"x","name":"y"}"#, Gravity::Refused, "$.components[1]"),
        (r#"{"type":"library","name":"x","version":null}"#, Gravity::Warning, "$.components[1].version"),
        ("17", Gravity::Refused, "$.components[1]"),
    ] {
        let bill = bill_of(&text(component), "bom.json");
        assert_eq!(grave(&bill), [(gravity, path)], "{component}: {:?}", bill.notes);
    }
}

#[test]
fn unknown_versions_of_the_specification_are_refused_or_reported() {
    let text = |version: &str| {
        format!(
            r#"{{"components":[{{"type":"library","name":"x"}}],"bomFormat":"CycloneDX","specVersion":"{version}"}}"#
        )
    };
    assert_eq!(grave(&bill_of(&text("1.9"), "bom.json")), [(Gravity::Warning, "$.specVersion")]);
    for version in ["3.0", "1.", "1.77", "2.77", "", "one"] {
        assert_eq!(refused(text(version).as_bytes()).place, "$.specVersion", "{version}");
    }
    let xml = XML.replace("/bom/1.6", "/bom/16");
    assert!(refused(xml.as_bytes()).reason.contains("not a supported version of CycloneDX"));
}

#[test]
fn findings_of_the_vulnerability_extension_belong_to_their_component() {
    let bill = bill_of(
        r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.1" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0"
             xmlns:dg="http://cyclonedx.org/schema/ext/dependency-graph/1.0" version="1">
           <components><component type="library" bom-ref="x"><name>x</name><version>1</version>
             <v:vulnerabilities><v:vulnerability ref="x"><v:id>CVE-2018-7489</v:id>
               <v:recommendations><v:recommendation>Upgrade</v:recommendation></v:recommendations></v:vulnerability></v:vulnerabilities>
           </component><component type="library" bom-ref="y"><name>y</name><version>1</version></component></components>
           <dg:dependencies><dg:dependency ref="x"><dg:dependency ref="y"/></dg:dependency></dg:dependencies></bom>"#,
        "bom.xml",
    );
    let [statement] = bill.statements.as_slice() else { panic!("{:?}", bill.statements) };
    assert_eq!((statement.vulnerability.as_str(), statement.subjects[0].id.as_str()), ("CVE-2018-7489", "x"));
    assert_eq!((statement.action.as_deref(), statement.status), (Some("Upgrade"), None));
    assert_eq!(on(&bill, "x"), ["y"]);
}

#[test]
fn the_second_edition_is_checked_against_its_own_description() {
    let bill = bill_of(
        r#"{"specFormat":"CycloneDX","specVersion":"2.0","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
          "metadata":{"timestamp":"2026-11-20T08:00:00Z","tools":{"components":[{"type":"application","name":"cdxgen","version":"12.8.4"}]},
            "component":{"type":"application","bom-ref":"p","name":"pump"}},
          "components":[{"type":"library","bom-ref":"s","name":"semver","version":"7.6.0","purl":"pkg:npm/semver@7.6.0"}],
          "dependencies":[{"ref":"p","dependsOn":["s"]}]}"#,
        "a file",
    );
    assert_eq!(
        (bill.format.as_str(), bill.tools.join("")),
        ("CycloneDX 2.0 JSON", "cdxgen 12.8.4".to_owned())
    );
    assert_eq!((named(&bill, "semver 7.6.0").directness, grave(&bill)), (Directness::Direct, vec![]));
    let mixed = bill_of(
        r#"{"bomFormat":"CycloneDX","specFormat":"CycloneDX","specVersion":"2.0","metadata":{"tools":[{"name":"x"}],"manufacture":{"name":"y"}},
          "components":[{"type":"library","name":"semver","author":"z","modified":false}]}"#,
        "bom.json",
    );
    let places = [
        "$.bomFormat",
        "$.components[0].author",
        "$.components[0].modified",
        "$.metadata.manufacture",
        "$.metadata.tools",
    ];
    let mut listed: Vec<&str> = grave(&mixed).into_iter().map(|(_, place)| place).collect();
    listed.sort_unstable();
    assert_eq!(listed, places);
    let early = bill_of(
        r#"{"bomFormat":"CycloneDX","specFormat":"CycloneDX","specVersion":"1.7","components":[{"type":"library","name":"semver"}]}"#,
        "bom.json",
    );
    assert_eq!(grave(&early), [(Gravity::Warning, "$.specFormat")]);
    let newer = bill_of(
        r#"{"specFormat":"CycloneDX","specVersion":"2.1","components":[{"type":"library","name":"semver"}]}"#,
        "bom.json",
    );
    assert_eq!(
        (newer.format.as_str(), grave(&newer)),
        ("CycloneDX 2.1 JSON", vec![(Gravity::Warning, "$.specVersion")])
    );
}

#[test]
fn properties_also_mark_development_components() {
    let component = |scope: &str, properties: &[(&str, &str)]| {
        let properties: Vec<String> = properties
            .iter()
            .map(|(name, value)| format!(r#"{{"name":"{name}","value":"{value}"}}"#))
            .collect();
        let text = format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{{"type":"library","name":"semver"{scope},"properties":[{}]}}]}}"#,
            properties.join(",")
        );
        bill_of(&text, "bom.json").components.remove(0).scope
    };
    let required = r#","scope":"required""#;
    for (scope, properties, right) in [
        (required, &[("cdx:npm:package:development", "true")][..], Scope::Excluded),
        (required, &[("cdx:npm:package:development", "false")], Scope::Required),
        (
            "",
            &[("cdx:npm:package:development", "true"), ("cdx:npm:package:optional", "true")],
            Scope::Optional,
        ),
        ("", &[("cdx:poetry:group", "dev")], Scope::Excluded),
        ("", &[("cdx:poetry:group", "dev"), ("cdx:poetry:group", "main")], Scope::Required),
        ("", &[("cdx:pipenv:category", "develop")], Scope::Excluded),
        ("", &[("cdx:composer:package:isDevRequirement", "true")], Scope::Excluded),
        ("", &[("cdx:maven:package:test", "true")], Scope::Excluded),
        (r#","scope":"optional""#, &[("cdx:npm:package:path", "x")], Scope::Optional),
    ] {
        assert_eq!(component(scope, properties), right, "{properties:?}");
    }
}

#[test]
fn digests_of_the_distribution_are_those_of_a_component_without_its_own() {
    let digest = "9eb38c39ac8661c3c3be2f53177ad89f0a42b0a3f17737bea978b3527858bef1";
    let text = |own: &str| {
        format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{{"type":"library","name":"semver","version":"7.6.0"{own},"externalReferences":[
              {{"type":"distribution","url":"https://registry.npmjs.org/semver/-/semver-7.6.0.tgz","hashes":[{{"alg":"SHA-256","content":"{digest}"}},{{"alg":"SHA-1","content":"x"}}]}},
              {{"type":"vcs","url":"https://git.example.org/semver","hashes":[{{"alg":"MD5","content":"00000000000000000000000000000000"}}]}}]}}]}}"#
        )
    };
    let bill = bill_of(&text(""), "bom.json");
    let hashes: Vec<&str> = bill.components[0].hashes.iter().map(|hash| hash.value.as_str()).collect();
    assert_eq!(hashes, [digest]);
    assert_eq!(grave(&bill), [(Gravity::Refused, "$.components[0].externalReferences[0].hashes[1].content")]);
    let own = format!(r#","hashes":[{{"alg":"MD5","content":"{}"}}]"#, "0".repeat(32));
    assert_eq!(bill_of(&text(&own), "bom.json").components[0].hashes[0].algorithm, "MD5");
}

#[test]
fn an_external_component_keeps_its_mark_and_its_range_of_versions() {
    let bill = bill_of(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.7","components":[{"type":"library","name":"openssl","isExternal":true,"versionRange":"vers:generic/>=3.0|<4.0"},
          {"type":"library","name":"zlib","versionRange":"vers:generic/>=1"}]}"#,
        "bom.json",
    );
    let more: Vec<(&str, &str)> =
        bill.components[0].more.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(more, [("isExternal", "true"), ("versionRange", "vers:generic/>=3.0|<4.0")]);
    assert!(grave(&bill).contains(&(Gravity::Warning, "$.components[1]")));
}

#[test]
fn what_says_that_a_package_comes_from_no_registry_is_kept() {
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [{"type": "library", "bom-ref": "a", "name": "own",
        "purl": "pkg:pypi/own", "properties": [{"name": "cdx:pylock:directory", "value": "own"}, {"name": "other", "value": "x"}]}]}"#;
    let more = &understand(text.as_bytes(), "bom.json").unwrap().components[0].more;
    assert_eq!(more.keys().map(String::as_str).collect::<Vec<_>>(), ["cdx:pylock:directory"]);
}
