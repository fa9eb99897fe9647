//! Lock files of package managers.

use super::*;

#[test]
fn cargo_locks_of_all_versions_give_the_same_bill() {
    let of_1 = "[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"libc 0.2.1 (registry+https://github.com/rust-lang/crates.io-index)\",\n]\n\n\
        [[package]]\nname = \"libc\"\nversion = \"0.2.1\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n\
        [metadata]\n\"checksum libc 0.2.1 (registry+https://github.com/rust-lang/crates.io-index)\" = \"ab01\"\n";
    let of_4 = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"libc\",\n]\n\n\
        [[package]]\nname = \"libc\"\nversion = \"0.2.1\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"ab01\"\n";
    for (text, format) in [(of_1, "Cargo.lock 1"), (of_4, "Cargo.lock 4")] {
        let bill = bill_of(text, "a file");
        assert_eq!(
            (bill.format.as_str(), bill.subject.as_ref().unwrap().label()),
            (format, "app 0.1.0".to_owned())
        );
        let libc = named(&bill, "libc 0.2.1");
        assert_eq!(
            (libc.purls.as_slice(), libc.hashes[0].value.as_str()),
            (&["pkg:cargo/libc@0.2.1".to_owned()][..], "ab01")
        );
        assert_eq!(libc.directness, Directness::Direct);
        assert_eq!(grave(&bill), []);
    }
}

#[test]
fn a_cargo_workspace_and_other_sources_are_distinguished() {
    let bill = bill_of(
        "version = 3\n[[package]]\nname = \"one\"\nversion = \"1.0.0\"\ndependencies = [\"dep 1.0.0\", \"fork\"]\n\
         [[package]]\nname = \"two\"\nversion = \"1.0.0\"\ndependencies = [\"dep 2.0.0\"]\n\
         [[package]]\nname = \"dep\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\ndependencies = [\"leaf\", \"missing\"]\n\
         [[package]]\nname = \"dep\"\nversion = \"2.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
         [[package]]\nname = \"leaf\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
         [[package]]\nname = \"fork\"\nversion = \"1.0.0\"\nsource = \"git+https://example.org/fork#0123\"\nflavour = 1\n",
        "Cargo.lock",
    );
    assert_eq!((bill.components.len(), bill.subject.is_none()), (6, true));
    let fork = named(&bill, "fork 1.0.0");
    assert_eq!(
        (fork.purls.len(), fork.addresses.as_slice()),
        (0, &["git+https://example.org/fork#0123".to_owned()][..])
    );
    assert_eq!(
        (fork.directness, named(&bill, "leaf 1.0.0").directness),
        (Directness::Direct, Directness::Transitive)
    );
    assert_eq!(on(&bill, "two 1.0.0"), ["dep 2.0.0"]);
    assert_eq!(bill.notes.not_understood["package[].flavour"], 1);
    assert_eq!(grave(&bill), [(Gravity::Warning, "dependencies")]);
}

const NPM_3: &str = r#"{"name":"app","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{
  "":{"name":"app","version":"1.0.0","dependencies":{"@a/b":"^1.0.0"},"devDependencies":{"tool":"*"}},
  "node_modules/@a/b":{"version":"1.2.3","resolved":"https://registry.npmjs.org/@a/b/-/b-1.2.3.tgz","integrity":"sha512-AAEC","license":"MIT","dependencies":{"c":"2"}},
  "node_modules/@a/b/node_modules/c":{"version":"2.0.0","optional":true,"engines":{"node":">=4"}},
  "node_modules/c":{"version":"1.0.0","dev":true},
  "node_modules/tool":{"version":"9.0.0","dev":true,"dependencies":{"c":"1"}},
  "node_modules/forked":{"version":"1.0.0","resolved":"git+ssh://git@example.org/x.git#abc"},
  "node_modules/alias":{"name":"real","version":"4.0.0"}}}"#;

#[test]
fn npm_locks_resolve_each_dependency_to_the_nearest_package() {
    let bill = bill_of(NPM_3, "a file");
    assert_eq!(bill.format, "package-lock.json 3");
    let direct = named(&bill, "@a/b 1.2.3");
    assert_eq!(
        (direct.purls.join(""), direct.directness),
        ("pkg:npm/%40a/b@1.2.3".to_owned(), Directness::Direct)
    );
    assert_eq!((direct.hashes[0].algorithm.as_str(), direct.hashes[0].value.as_str()), ("SHA-512", "000102"));
    assert_eq!(on(&bill, "node_modules/@a/b"), ["node_modules/@a/b/node_modules/c"]);
    assert_eq!(on(&bill, "node_modules/tool"), ["node_modules/c"]);
    let scopes = ["c 2.0.0", "c 1.0.0", "tool 9.0.0"].map(|label| named(&bill, label).scope);
    assert_eq!(scopes, [Scope::Optional, Scope::Excluded, Scope::Excluded]);
    assert_eq!(named(&bill, "forked 1.0.0").purls, [""; 0]);
    assert_eq!(named(&bill, "real 4.0.0").purls, ["pkg:npm/real@4.0.0"]);
    assert_eq!(bill.notes.not_understood["packages[].engines"], 1);
}

#[test]
fn a_workspace_that_npm_links_is_one_direct_component() {
    let bill = bill_of(
        r#"{"name":"p","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"p","version":"1.0.0","workspaces":["packages/*"],
          "dependencies":{"@acme/alarm":"0.4.0"}},
          "node_modules/@acme/alarm":{"resolved":"packages/alarm","link":true},
          "node_modules/unneeded":{"resolved":"packages/unneeded","link":true},
          "node_modules/gone":{"resolved":"../gone","link":true},
          "node_modules/ms":{"version":"2.1.3","resolved":"https://registry.npmjs.org/ms/-/ms-2.1.3.tgz"},
          "packages/alarm":{"name":"@acme/alarm","version":"0.4.0","dependencies":{"ms":"2.1.3"}},
          "packages/unneeded":{"name":"unneeded","version":"0.1.0"}}}"#,
        "package-lock.json",
    );
    let labels: Vec<String> = bill.components.iter().map(Component::label).collect();
    assert_eq!(labels, ["gone", "ms 2.1.3", "@acme/alarm 0.4.0", "unneeded 0.1.0"]);
    for label in ["@acme/alarm 0.4.0", "unneeded 0.1.0"] {
        let own = named(&bill, label);
        assert_eq!((own.directness, own.purls.len()), (Directness::Direct, 0), "{label}");
    }
    assert_eq!(named(&bill, "ms 2.1.3").directness, Directness::Transitive);
    assert_eq!(on(&bill, "packages/alarm"), ["node_modules/ms"]);
    assert_eq!(grave(&bill), []);
}

#[test]
fn npm_aliases_are_the_packages_that_they_stand_for() {
    let bill = bill_of(
        r#"{"name":"ui","lockfileVersion":3,"packages":{"":{"dependencies":{"react-is-18":"npm:react-is@18.3.1","react-is-19":"npm:react-is@19.0.0","shared":"*"}},
          "node_modules/react-is-18":{"name":"react-is","version":"18.3.1","resolved":"https://registry.npmjs.org/react-is/-/react-is-18.3.1.tgz"},
          "node_modules/react-is-19":{"name":"react-is","version":"19.0.0","resolved":"https://registry.npmjs.org/react-is/-/react-is-19.0.0.tgz"},
          "node_modules/regl":{"name":"@plotly/regl","version":"2.1.2"},
          "node_modules/shared":{"resolved":"packages/shared","link":true},
          "packages/shared":{"version":"1.0.0","dependencies":{"left-pad":"1.3.0"}},
          "packages/shared/node_modules/left-pad":{"version":"1.3.0"}}}"#,
        "package-lock.json",
    );
    let purls: Vec<&str> = bill.components.iter().flat_map(|one| &one.purls).map(String::as_str).collect();
    let right = [
        "pkg:npm/react-is@18.3.1",
        "pkg:npm/react-is@19.0.0",
        "pkg:npm/%40plotly/regl@2.1.2",
        "pkg:npm/left-pad@1.3.0",
    ];
    assert_eq!(purls, right);
    assert_eq!((named(&bill, "shared 1.0.0").purls.len(), bill.components.len()), (0, 5));
}

#[test]
fn npm_locks_of_version_1_have_the_same_packages() {
    let bill = bill_of(
        r#"{"name":"app","version":"1.0.0","lockfileVersion":1,"requires":true,"dependencies":{
          "@a/b":{"version":"1.2.3","requires":{"c":"2"},"dependencies":{"c":{"version":"2.0.0","optional":true}}},
          "c":{"version":"1.0.0","dev":true},
          "alias":{"version":"npm:real@4.0.0"},
          "forked":{"version":"git+ssh://git@example.org/x.git#abc"}}}"#,
        "package-lock.json",
    );
    assert_eq!(on(&bill, "node_modules/@a/b"), ["node_modules/@a/b/node_modules/c"]);
    assert_eq!(named(&bill, "c 1.0.0").scope, Scope::Excluded);
    assert_eq!(named(&bill, "real 4.0.0").purls, ["pkg:npm/real@4.0.0"]);
    assert_eq!(named(&bill, "forked").addresses, ["git+ssh://git@example.org/x.git#abc"]);
    assert!(bill.components.iter().all(|component| component.directness == Directness::Unknown));
}

#[test]
fn poetry_locks_give_groups_digests_and_dependencies() {
    let bill = bill_of(
        "# This file is automatically @generated by Poetry 2.1.0\n\n[[package]]\nname = \"Flask_App\"\nversion = \"1.0\"\ndescription = \"web\"\noptional = false\npython-versions = \"*\"\ngroups = [\"main\", \"dev\"]\n\
         files = [{file = \"a.whl\", hash = \"sha256:ab01\"}]\n[package.dependencies]\nclick = {version = \">=8\", markers = \"x\"}\ncolorama = \"*\"\n\n\
         [[package]]\nname = \"click\"\nversion = \"8.1\"\ngroups = [\"dev\"]\nfiles = []\n\n\
         [[package]]\nname = \"old\"\nversion = \"1\"\ncategory = \"dev\"\n[package.source]\ntype = \"git\"\nurl = \"https://example.org/old.git\"\n\n[metadata]\nlock-version = \"2.1\"\npython-versions = \"*\"\n",
        "a file",
    );
    assert_eq!(bill.format, "poetry.lock 2.1");
    let flask = named(&bill, "Flask_App 1.0");
    assert_eq!(
        (flask.purls.join(""), flask.scope, flask.hashes.len()),
        ("pkg:pypi/flask-app@1.0".to_owned(), Scope::Required, 1)
    );
    assert_eq!(on(&bill, "flask-app 1.0"), ["click 8.1"]);
    assert_eq!(named(&bill, "click 8.1").scope, Scope::Excluded);
    assert_eq!((named(&bill, "old 1").scope, named(&bill, "old 1").purls.len()), (Scope::Excluded, 0));
    assert_eq!(grave(&bill), []);
}

#[test]
fn uv_locks_give_the_product_and_development_packages() {
    let bill = bill_of(
        "version = 1\nrevision = 2\nrequires-python = \">=3.12\"\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\nsource = { virtual = \".\" }\n\
         dependencies = [{ name = \"httpx\", extra = [\"http2\"] }]\n[package.dev-dependencies]\ndev = [{ name = \"pytest\" }]\n[package.optional-dependencies]\nplots = [{ name = \"plot\" }]\n\n\
         [[package]]\nname = \"httpx\"\nversion = \"0.28\"\nsource = { registry = \"https://pypi.org/simple\" }\nsdist = { url = \"u\", hash = \"sha256:ab01\", size = 1 }\n[package.optional-dependencies]\nhttp2 = [{ name = \"h2\" }]\n\n\
         [[package]]\nname = \"h2\"\nversion = \"4\"\nsource = { registry = \"https://pypi.org/simple\" }\n\n[[package]]\nname = \"pytest\"\nversion = \"8\"\nsource = { registry = \"https://pypi.org/simple\" }\n\n\
         [[package]]\nname = \"plot\"\nversion = \"1\"\nsource = { git = \"https://example.org/plot\" }\n",
        "a file",
    );
    assert_eq!((bill.format.as_str(), bill.subject.as_ref().unwrap().name.as_str()), ("uv.lock 1.2", "app"));
    let scopes = ["httpx 0.28", "h2 4", "pytest 8", "plot 1"].map(|label| named(&bill, label).scope);
    assert_eq!(scopes, [Scope::Required, Scope::Required, Scope::Excluded, Scope::Optional]);
    assert_eq!((named(&bill, "plot 1").purls.len(), named(&bill, "httpx 0.28").hashes.len()), (0, 1));
    assert_eq!(
        (named(&bill, "httpx 0.28").directness, named(&bill, "h2 4").directness),
        (Directness::Direct, Directness::Transitive)
    );
}

#[test]
fn requirements_distinguish_pins_from_ranges() {
    let text = "# pinned\n-r base.txt\n--index-url https://pypi.org/simple\nFlask[async]==3.0.1 ; python_version >= '3.9' \\\n    --hash=sha256:ab01 \\\n    --hash=sha256:ab02\n    # via -r requirements.in\n\
        click==8.1.7  # via flask\nrequests>=2,<3\nnumpy\nlocal @ file:///srv/local.whl\nwild==1.*\n-e .\n!!!\n";
    let bill = bill_of(text, "requirements.txt");
    let flask = named(&bill, "Flask 3.0.1");
    assert_eq!(
        (flask.purls.join(""), flask.hashes.len(), flask.directness),
        ("pkg:pypi/flask@3.0.1".to_owned(), 2, Directness::Direct)
    );
    assert_eq!(named(&bill, "click 8.1.7").directness, Directness::Transitive);
    assert_eq!(on(&bill, "flask 3.0.1"), ["click 8.1.7"]);
    for label in ["requests >=2,<3", "numpy", "local", "wild ==1.*"] {
        assert_eq!(named(&bill, label).purls, [""; 0]);
    }
    let refused: Vec<&str> = grave(&bill)
        .into_iter()
        .filter(|(gravity, _)| *gravity == Gravity::Refused)
        .map(|(_, place)| place)
        .collect();
    assert_eq!(refused, ["line 2", "line 13", "line 14"]);
    assert_eq!(bill_of("flask==3.0.1\nclick==8.1.7\n", "deps").format, "requirements.txt");
}

#[test]
fn broken_lock_files_are_refused_with_their_line() {
    assert_eq!(refused(b"version = 3\n[[package]]\nname = \"x\"\n").place, "line 2");
    assert_eq!(refused(b"[[package]]\nname = \"x\nversion = 1").place, "line 2");
    assert!(refused(br#"{"lockfileVersion":3,"packages":[]}"#).reason.contains("package-lock"));
    assert!(refused(br#"{"lockfileVersion":3,"packages":{}}"#).reason.contains("no component"));
    assert!(
        refused(b"lock_version = \"4.5\"\n[[package]]\nname = \"x\"\nversion = \"1\"\n")
            .reason
            .contains("not recognised")
    );
}
