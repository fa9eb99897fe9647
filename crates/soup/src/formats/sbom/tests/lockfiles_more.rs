//! Lock files of further package managers: resolved packages, sources, scopes, and the gaps of each format.

use super::*;

fn labels(bill: &Bill) -> Vec<String> {
    bill.components.iter().map(Component::label).collect()
}

fn purls(bill: &Bill) -> Vec<&str> {
    bill.components.iter().flat_map(|one| &one.purls).map(String::as_str).collect()
}

fn has_note(bill: &Bill, part: &str) -> bool {
    bill.notes.notes.iter().any(|note| note.text.contains(part))
}

const PNPM_9: &str = "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n\nimporters:\n\n  .:\n    dependencies:\n      '@acme/ui':\n        specifier: workspace:*\n        version: link:packages/ui\n      react-dom:\n        specifier: ^19.0.0\n        version: 19.1.0(react@19.1.0)\n      old-is:\n        specifier: npm:react-is@18.3.1\n        version: react-is@18.3.1\n    devDependencies:\n      typescript:\n        specifier: ^5.0.0\n        version: 5.9.2\n    optionalDependencies:\n      fsevents:\n        specifier: ^2.3.3\n        version: 2.3.3\n\n\
packages:\n\n  fork@https://codeload.github.com/acme/fork/tar.gz/abc:\n    resolution: {tarball: https://codeload.github.com/acme/fork/tar.gz/abc}\n    version: 1.0.0\n\n  fsevents@2.3.3:\n    resolution: {integrity: sha512-AAEC}\n    os: [darwin]\n\n  react-dom@19.1.0:\n    resolution: {integrity: sha512-AAEC}\n\n  react-is@18.3.1:\n    resolution: {integrity: sha512-AAEC}\n\n  react@19.1.0:\n    resolution: {integrity: sha512-AAEC}\n\n  typescript@5.9.2:\n    resolution: {integrity: sha512-AAEC}\n\n\
snapshots:\n\n  fork@https://codeload.github.com/acme/fork/tar.gz/abc: {}\n\n  fsevents@2.3.3:\n    optional: true\n\n  react-dom@19.1.0(react@19.1.0):\n    dependencies:\n      react: 19.1.0\n      fork: https://codeload.github.com/acme/fork/tar.gz/abc\n\n  react-is@18.3.1: {}\n\n  react@19.1.0: {}\n\n  typescript@5.9.2: {}\n";

#[test]
fn pnpm_locks_give_scopes_and_dependencies_with_peers_and_aliases() {
    let bill = bill_of(PNPM_9, "a file");
    assert_eq!(bill.format, "pnpm-lock.yaml 9.0");
    let scopes =
        ["react-dom 19.1.0", "react 19.1.0", "react-is 18.3.1", "fsevents 2.3.3", "typescript 5.9.2"]
            .map(|label| (named(&bill, label).scope, named(&bill, label).directness));
    assert_eq!(
        scopes,
        [
            (Scope::Required, Directness::Direct),
            (Scope::Required, Directness::Transitive),
            (Scope::Required, Directness::Direct),
            (Scope::Optional, Directness::Direct),
            (Scope::Excluded, Directness::Direct)
        ]
    );
    let fork = named(&bill, "fork 1.0.0");
    assert_eq!(
        (fork.purls.len(), fork.addresses.join("")),
        (0, "https://codeload.github.com/acme/fork/tar.gz/abc".to_owned())
    );
    assert_eq!(fork.scope, Scope::Required);
    assert_eq!(named(&bill, "react 19.1.0").hashes[0].value, "000102");
    assert_eq!(on(&bill, "react-dom@19.1.0").len(), 2);
    assert_eq!(bill.notes.not_understood["packages[].os"], 1);
    assert_eq!(grave(&bill), []);
}

#[test]
fn pnpm_locks_of_versions_5_and_6_give_the_same_bill() {
    let of_5 = "lockfileVersion: 5.4\n\ndependencies:\n  '@a/b': 1.2.3_react@17.0.2\n  regl: /@plotly/regl/2.1.2\n\ndevDependencies:\n  tool: 9.0.0\n\npackages:\n\n  /@a/b/1.2.3_react@17.0.2:\n    resolution: {integrity: sha512-AAEC}\n    dependencies:\n      react: 17.0.2\n    dev: false\n\n  /@plotly/regl/2.1.2:\n    resolution: {integrity: sha512-AAEC}\n\n  /react/17.0.2:\n    resolution: {integrity: sha512-AAEC}\n\n  /tool/9.0.0:\n    resolution: {integrity: sha512-AAEC}\n    dev: true\n";
    let of_6 = "lockfileVersion: '6.0'\n\ndependencies:\n  '@a/b':\n    specifier: ^1\n    version: 1.2.3(react@17.0.2)\n  regl:\n    specifier: npm:@plotly/regl@^2\n    version: /@plotly/regl@2.1.2\n\ndevDependencies:\n  tool:\n    specifier: '*'\n    version: 9.0.0\n\npackages:\n\n  /@a/b@1.2.3(react@17.0.2):\n    resolution: {integrity: sha512-AAEC}\n    dependencies:\n      react: 17.0.2\n    dev: false\n\n  /@plotly/regl@2.1.2:\n    resolution: {integrity: sha512-AAEC}\n\n  /react@17.0.2:\n    resolution: {integrity: sha512-AAEC}\n\n  /tool@9.0.0:\n    resolution: {integrity: sha512-AAEC}\n    dev: true\n";
    for (text, format) in [(of_5, "pnpm-lock.yaml 5.4"), (of_6, "pnpm-lock.yaml 6.0")] {
        let bill = bill_of(text, "a file");
        assert_eq!(bill.format, format);
        assert_eq!(
            purls(&bill),
            [
                "pkg:npm/%40a/b@1.2.3",
                "pkg:npm/%40plotly/regl@2.1.2",
                "pkg:npm/react@17.0.2",
                "pkg:npm/tool@9.0.0"
            ]
        );
        assert_eq!(named(&bill, "react 17.0.2").directness, Directness::Transitive, "{format}");
        assert_eq!(named(&bill, "@plotly/regl 2.1.2").directness, Directness::Direct, "{format}");
        assert_eq!(named(&bill, "tool 9.0.0").scope, Scope::Excluded, "{format}");
    }
}

#[test]
fn the_document_for_tools_in_front_of_a_pnpm_lock_counts_as_development() {
    let bill = bill_of(
        "---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    packageManagerDependencies:\n      pnpm:\n        specifier: ^12.0.0\n        version: 12.1.0\n\npackages:\n\n  pnpm@12.1.0:\n    resolution: {integrity: sha512-AAEC}\n\n\
         ---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      alarm:\n        specifier: work:^1.0.0\n        version: work:1.0.0\n      ms:\n        specifier: 2.1.2\n        version: 2.1.2\n\npackages:\n\n  alarm@work:1.0.0:\n    resolution: {integrity: sha512-AAEC}\n\n  ms@2.1.2:\n    resolution: {integrity: sha512-AAEC}\n",
        "pnpm-lock.yaml",
    );
    assert_eq!(labels(&bill), ["pnpm 12.1.0", "alarm 1.0.0", "ms 2.1.2"]);
    assert_eq!(
        (named(&bill, "pnpm 12.1.0").scope, named(&bill, "ms 2.1.2").scope),
        (Scope::Excluded, Scope::Required)
    );
    let alarm = named(&bill, "alarm 1.0.0");
    assert_eq!((alarm.directness, alarm.purls.len()), (Directness::Direct, 0));
    assert!(has_note(&bill, "`work`"));
    let broken = refused(b"---\nlockfileVersion: '9.0'\n---\nlockfileVersion: '9.0'\npackages: 1\n");
    assert_eq!(broken.place, "line 5");
    let newer = bill_of(
        "lockfileVersion: '13.0'\nprojects:\n  .:\n    dependencies:\n      ms: 2.1.2\npackages:\n  ms@2.1.2:\n    resolution: {integrity: sha512-AAEC}\n",
        "pnpm-lock.yaml",
    );
    assert_eq!((newer.components[0].directness, grave(&newer).len()), (Directness::Direct, 1));
}

#[test]
fn yarn_locks_of_both_kinds_give_packages_and_dependencies() {
    let classic = "# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.\n# yarn lockfile v1\n\n\n\"@a/b@^1.0.0\", \"@a/b@^1.2.0\":\n  version \"1.2.3\"\n  resolved \"https://registry.yarnpkg.com/@a/b/-/b-1.2.3.tgz#0011\"\n  integrity sha512-AAEC\n  dependencies:\n    c \"^2.0.0\"\n    \"@d/e\" \"*\"\n  optionalDependencies:\n    regl \"npm:@plotly/regl@^2.1.2\"\n\nc@^2.0.0:\n  version \"2.0.0\"\n  resolved \"https://registry.yarnpkg.com/c/-/c-2.0.0.tgz#0123456789012345678901234567890123456789\"\n\n\"@d/e@*\":\n  version \"0.1.0\"\n  resolved \"https://codeload.github.com/d/e/tar.gz/abc\"\n\n\"regl@npm:@plotly/regl@^2.1.2\":\n  version \"2.1.2\"\n  resolved \"https://registry.yarnpkg.com/@plotly/regl/-/regl-2.1.2.tgz#0011\"\n";
    let berry = "# This file is generated by running \"yarn install\" inside your project.\n\n__metadata:\n  version: 8\n  cacheKey: 10c0\n\n\"@a/b@npm:^1.0.0, @a/b@npm:^1.2.0\":\n  version: 1.2.3\n  resolution: \"@a/b@npm:1.2.3\"\n  dependencies:\n    \"@d/e\": \"d/e#abc\"\n    c: \"npm:^2.0.0\"\n    regl: \"npm:@plotly/regl@^2.1.2\"\n  checksum: 10c0/00\n  languageName: node\n  linkType: hard\n\n\"@d/e@d/e#abc\":\n  version: 0.1.0\n  resolution: \"@d/e@https://github.com/d/e.git#commit=abc\"\n  linkType: hard\n\n\"app@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"app@workspace:.\"\n  dependencies:\n    \"@a/b\": \"npm:^1.0.0\"\n  linkType: soft\n\n\"c@npm:^2.0.0\":\n  version: 2.0.0\n  resolution: \"c@npm:2.0.0\"\n  linkType: hard\n\n\"regl@npm:@plotly/regl@^2.1.2\":\n  version: 2.1.2\n  resolution: \"@plotly/regl@npm:2.1.2\"\n  linkType: hard\n";
    for (text, format) in [(classic, "yarn.lock 1"), (berry, "yarn.lock 8")] {
        let bill = bill_of(text, "a file");
        assert_eq!(bill.format, format);
        let mut listed = purls(&bill);
        listed.sort_unstable();
        assert_eq!(listed, ["pkg:npm/%40a/b@1.2.3", "pkg:npm/%40plotly/regl@2.1.2", "pkg:npm/c@2.0.0"]);
        let elsewhere = named(&bill, "@d/e 0.1.0");
        assert!(elsewhere.addresses[0].contains("github.com/d/e"), "{elsewhere:?}");
        assert_eq!(on(&bill, &named(&bill, "@a/b 1.2.3").reference).len(), 3);
        assert_eq!(grave(&bill), [], "{format}");
        assert!(has_note(&bill, "only for development"));
    }
    let bill = bill_of(berry, "yarn.lock");
    assert_eq!(bill.subject.as_ref().unwrap().label(), "app");
    assert_eq!(named(&bill, "@a/b 1.2.3").directness, Directness::Direct);
    assert_eq!(named(&bill, "c 2.0.0").directness, Directness::Transitive);
    let bill = bill_of(classic, "yarn.lock");
    assert_eq!(named(&bill, "@a/b 1.2.3").hashes[0].value, "000102");
    assert_eq!(named(&bill, "c 2.0.0").hashes[0].algorithm, "SHA-1");
}

#[test]
fn a_patched_package_of_yarn_is_marked() {
    let bill = bill_of(
        "__metadata:\n  version: 8\n\n\"a@patch:a@npm%3A1.0.0#~/a.patch\":\n  version: 1.0.0\n  resolution: \"a@patch:a@npm%3A1.0.0#~/a.patch::version=1.0.0&hash=ab\"\n  linkType: hard\n",
        "yarn.lock",
    );
    let patched = named(&bill, "a 1.0.0");
    assert_eq!(patched.purls, ["pkg:npm/a@1.0.0"]);
    assert!(patched.pedigree[0].contains("a.patch"));
}

#[test]
fn a_pylock_gives_digests_groups_and_sources() {
    let bill = bill_of(
        "lock-version = \"1.0\"\ncreated-by = \"uv\"\nrequires-python = \">=3.10\"\n\n[[packages]]\nname = \"Charset_Normalizer\"\nversion = \"3.5.3\"\nindex = \"https://pypi.org/simple\"\nsdist = { url = \"https://files.pythonhosted.org/a.tar.gz\", upload-time = 2026-11-23T02:46:51Z, size = 1, hashes = { sha256 = \"AB01\" } }\nwheels = [\n    { url = \"https://files.pythonhosted.org/a.whl\", hashes = { sha256 = \"cd02\", blake2 = \"ef\" } },\n]\n\n\
         [[packages]]\nname = \"requests\"\nversion = \"2.32.5\"\nmarker = \"'docs' in dependency_groups\"\nindex = \"https://pypi.org/simple\"\ndependencies = [{ name = \"charset-normalizer\" }]\n\n\
         [[packages]]\nname = \"plot\"\nversion = \"1.0\"\nmarker = \"'plots' in extras\"\nindex = \"https://pypi.org/simple\"\n\n\
         [[packages]]\nname = \"fork\"\nversion = \"0.1\"\nvcs = { type = \"git\", url = \"https://example.org/fork.git\", commit-id = \"abc\" }\n\n\
         [[packages]]\nname = \"gateway\"\ndirectory = { path = \".\", editable = true }\n",
        "a file",
    );
    assert_eq!((bill.format.as_str(), bill.tools.join("")), ("pylock.toml 1.0", "uv".to_owned()));
    let normalizer = named(&bill, "Charset_Normalizer 3.5.3");
    assert_eq!(normalizer.purls, ["pkg:pypi/charset-normalizer@3.5.3"]);
    assert_eq!(
        normalizer.hashes.iter().map(|hash| hash.value.as_str()).collect::<Vec<_>>(),
        ["ab01", "cd02"]
    );
    assert_eq!(on(&bill, "requests 2.32.5"), ["charset-normalizer 3.5.3"]);
    let scopes = ["requests 2.32.5", "plot 1.0", "fork 0.1"].map(|label| named(&bill, label).scope);
    assert_eq!(scopes, [Scope::Excluded, Scope::Optional, Scope::Required]);
    let fork = named(&bill, "fork 0.1");
    assert_eq!(
        (fork.purls.len(), fork.addresses.join("")),
        (0, "https://example.org/fork.git#abc".to_owned())
    );
    assert_eq!(
        (fork.place.as_str(), bill.subject.as_ref().unwrap().label()),
        ("line 27", "gateway".to_owned())
    );
    assert_eq!(grave(&bill), []);
}

#[test]
fn go_modules_are_listed_with_their_replacements() {
    let bill = bill_of(
        "module example.com/gateway\n\ngo 1.22\n\nrequire (\n\tgithub.com/gorilla/websocket v1.5.0\n\tgolang.org/x/net v0.17.0 // indirect\n\tgithub.com/acme/local v1.0.0\n)\n\nrequire github.com/acme/old v1.0.0\n\nreplace github.com/acme/old v1.0.0 => github.com/acme/fork v1.0.1\nreplace github.com/gorilla/websocket v1.4.0 => ../none\nreplace github.com/acme/local => ../local\n",
        "a file",
    );
    assert_eq!(
        (bill.format.as_str(), bill.subject.as_ref().unwrap().name.as_str()),
        ("go.mod", "example.com/gateway")
    );
    assert_eq!(
        purls(&bill),
        [
            "pkg:golang/github.com/gorilla/websocket@v1.5.0",
            "pkg:golang/golang.org/x/net@v0.17.0",
            "pkg:golang/github.com/acme/fork@v1.0.1"
        ]
    );
    assert_eq!(named(&bill, "golang.org/x/net v0.17.0").directness, Directness::Transitive);
    assert_eq!(named(&bill, "github.com/acme/fork v1.0.1").directness, Directness::Direct);
    assert_eq!(named(&bill, "github.com/acme/local v1.0.0").addresses, ["../local"]);
    assert!(has_note(&bill, "Go's own library"));
}

#[test]
fn go_sums_give_modules_and_a_remark_that_some_may_not_be_in_use() {
    let bill = bill_of(
        "golang.org/x/net v0.16.0 h1:aaaa=\ngolang.org/x/net v0.17.0 h1:bbbb=\ngolang.org/x/net v0.17.0/go.mod h1:cccc=\ngolang.org/x/sys v0.1.0/go.mod h1:dddd=\n",
        "a file",
    );
    assert_eq!(labels(&bill), ["golang.org/x/net v0.16.0", "golang.org/x/net v0.17.0"]);
    assert!(has_note(&bill, "several versions (v0.16.0, v0.17.0)") && has_note(&bill, "cyclonedx-gomod"));
    assert!(bill.components.iter().all(|one| one.hashes.is_empty()));
}

#[test]
fn gemfile_locks_give_platforms_and_sources() {
    let bill = bill_of(
        "GIT\n  remote: https://github.com/acme/fork.git\n  revision: abc\n  specs:\n    fork (0.1.0)\n      rack\n\nPATH\n  remote: engines/own\n  specs:\n    own (1.0.0)\n\nGEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.18.0-x86_64-linux-gnu)\n      racc (~> 1.4)\n    racc (1.8.1)\n    rack (3.1.0)\n\nPLATFORMS\n  x86_64-linux-gnu\n\nDEPENDENCIES\n  fork!\n  nokogiri (~> 1.18)\n\nCHECKSUMS\n  racc (1.8.1) sha256=AB01\n\nBUNDLED WITH\n   2.6.2\n",
        "a file",
    );
    assert_eq!(
        purls(&bill),
        ["pkg:gem/nokogiri@1.18.0?platform=x86_64-linux-gnu", "pkg:gem/racc@1.8.1", "pkg:gem/rack@3.1.0"]
    );
    assert_eq!(named(&bill, "fork 0.1.0").addresses, ["https://github.com/acme/fork.git#abc"]);
    assert_eq!(named(&bill, "nokogiri 1.18.0").directness, Directness::Direct);
    assert_eq!(named(&bill, "racc 1.8.1").directness, Directness::Transitive);
    assert_eq!((named(&bill, "racc 1.8.1").hashes.len(), named(&bill, "own 1.0.0").purls.len()), (1, 0));
    assert_eq!(on(&bill, "fork 0.1.0"), ["rack 3.1.0"]);
    assert_eq!(grave(&bill), []);
}

#[test]
fn composer_locks_mark_development_packages() {
    let bill = bill_of(
        r#"{"_readme":["x"],"content-hash":"a","packages":[{"name":"Monolog/Monolog","version":"3.9.0","license":["MIT"],"require":{"php":">=8","psr/log":"^3"},
          "dist":{"type":"zip","url":"https://api.github.com/x","shasum":""},"notification-url":"https://packagist.org/downloads/"},
          {"name":"psr/log","version":"3.0.2","require":[],"notification-url":"https://packagist.org/downloads/"},
          {"name":"acme/private","version":"1.0.0","source":{"type":"git","url":"https://git.example.org/private.git"}}],
          "packages-dev":[{"name":"phpunit/phpunit","version":"11.0.0","notification-url":"https://packagist.org/downloads/"}],"plugin-api-version":"2.6.0"}"#,
        "a file",
    );
    assert_eq!(bill.format, "composer.lock 2.6.0");
    assert_eq!(
        purls(&bill),
        [
            "pkg:composer/monolog/monolog@3.9.0",
            "pkg:composer/psr/log@3.0.2",
            "pkg:composer/phpunit/phpunit@11.0.0"
        ]
    );
    assert_eq!(on(&bill, "Monolog/Monolog 3.9.0"), ["psr/log 3.0.2"]);
    assert_eq!(named(&bill, "phpunit/phpunit 11.0.0").scope, Scope::Excluded);
    assert_eq!(named(&bill, "acme/private 1.0.0").addresses, ["https://git.example.org/private.git"]);
}

#[test]
fn nuget_locks_list_each_package_once_for_all_frameworks() {
    let bill = bill_of(
        r#"{"version":1,"dependencies":{"net472":{"Newtonsoft.Json":{"type":"Transitive","resolved":"13.0.3","contentHash":"a"}},
          "net8.0":{"Newtonsoft.Json":{"type":"Direct","requested":"[13.0.3, )","resolved":"13.0.3","contentHash":"a"},
          "Serilog":{"type":"Direct","requested":"[4.0.0, )","resolved":"4.0.0","contentHash":"b","dependencies":{"newtonsoft.json":"13.0.1"}},
          "own.alarm":{"type":"Project"}}}}"#,
        "a file",
    );
    assert_eq!(purls(&bill), ["pkg:nuget/Newtonsoft.Json@13.0.3", "pkg:nuget/Serilog@4.0.0"]);
    assert_eq!(named(&bill, "Newtonsoft.Json 13.0.3").directness, Directness::Direct);
    assert_eq!(on(&bill, "Serilog 4.0.0"), ["Newtonsoft.Json 13.0.3"]);
    assert_eq!(named(&bill, "own.alarm").purls.len(), 0);
}

#[test]
fn gradle_locks_mark_test_and_build_packages() {
    let bill = bill_of(
        "# This is a Gradle generated file for dependency locking.\n# Manual edits can break the build and are not advised.\ncom.google.guava:guava:33.0.0-jre=compileClasspath,runtimeClasspath,testRuntimeClasspath\norg.junit:junit:4.13.2=testCompileClasspath,testRuntimeClasspath\norg.acme:plugin:1.0=classpath\nbroken\nempty=annotationProcessor\n",
        "a file",
    );
    assert_eq!(
        purls(&bill),
        [
            "pkg:maven/com.google.guava/guava@33.0.0-jre",
            "pkg:maven/org.junit/junit@4.13.2",
            "pkg:maven/org.acme/plugin@1.0"
        ]
    );
    let scopes: Vec<Scope> = bill.components.iter().map(|one| one.scope).collect();
    assert_eq!(scopes, [Scope::Required, Scope::Excluded, Scope::Excluded]);
    assert_eq!(grave(&bill), [(Gravity::Refused, "line 6")]);
}

#[test]
fn conan_locks_of_both_kinds_give_revisions_and_tools() {
    let of_2 = bill_of(
        r#"{"version":"0.5","requires":["zlib/1.3.1#b8bc2603263cf7eccbd6e17e66b0ed76%1733936244.8","own/1.0@acme/stable"],"build_requires":["cmake/3.30.0#a%1"],"python_requires":[],"config_requires":["no reference"]}"#,
        "a file",
    );
    assert_eq!(
        purls(&of_2),
        [
            "pkg:conan/zlib@1.3.1?rrev=b8bc2603263cf7eccbd6e17e66b0ed76",
            "pkg:conan/own@1.0?channel=stable&user=acme",
            "pkg:conan/cmake@3.30.0?rrev=a"
        ]
    );
    assert_eq!(named(&of_2, "cmake 3.30.0").scope, Scope::Excluded);
    let of_1 = bill_of(
        r#"{"graph_lock":{"nodes":{"0":{"ref":"pump/4.2","requires":["1"],"build_requires":["3"],"path":"conanfile.py","context":"host"},
          "1":{"ref":"openssl/1.1.1q#aa:bb","requires":["2"],"context":"host"},"2":{"ref":"zlib/1.2.12#cc","context":"host"},"3":{"ref":"cmake/3.24.0#dd","context":"build"}}},"version":"0.4"}"#,
        "a file",
    );
    assert_eq!(of_1.subject.as_ref().unwrap().label(), "pump 4.2");
    assert_eq!(named(&of_1, "openssl 1.1.1q").purls, ["pkg:conan/openssl@1.1.1q?rrev=aa"]);
    assert_eq!(named(&of_1, "zlib 1.2.12").directness, Directness::Transitive);
    assert_eq!(named(&of_1, "cmake 3.24.0").scope, Scope::Excluded);
}

#[test]
fn a_vcpkg_manifest_pins_only_what_it_overrides() {
    let bill = bill_of(
        r#"{"name":"pump","version-string":"4.2","dependencies":["zlib",{"name":"openssl","version>=":"3.0.7#1"},{"name":"protobuf","host":true},{}],"overrides":[{"name":"zlib","version":"1.3.1#2"}],"builtin-baseline":"abc"}"#,
        "a file",
    );
    assert_eq!(
        (bill.subject.as_ref().unwrap().label(), purls(&bill)),
        ("pump 4.2".to_owned(), vec!["pkg:vcpkg/zlib@1.3.1"])
    );
    assert_eq!(named(&bill, "openssl >=3.0.7#1").purls.len(), 0);
    assert_eq!(named(&bill, "protobuf").scope, Scope::Excluded);
    assert!(grave(&bill).contains(&(Gravity::Refused, "$.dependencies[3]")));
    assert!(has_note(&bill, "vcpkg.spdx.json"));
}

#[test]
fn pubspec_locks_mark_direct_dependencies() {
    let bill = bill_of(
        "packages:\n  http:\n    dependency: \"direct main\"\n    description:\n      name: http\n      sha256: AB01\n      url: \"https://pub.dev\"\n    source: hosted\n    version: \"1.2.10\"\n  flutter:\n    dependency: \"direct main\"\n    description: flutter\n    source: sdk\n    version: \"0.0.0\"\n  lints:\n    dependency: \"direct dev\"\n    description:\n      name: lints\n      url: \"https://pub.dev\"\n    source: hosted\n    version: \"5.0.0\"\n  own:\n    dependency: transitive\n    description:\n      path: \".\"\n      resolved-ref: abc\n      url: \"https://git.example.org/own.git\"\n    source: git\n    version: \"1.0.0\"\nsdks:\n  dart: \">=3.5.0 <4.0.0\"\n",
        "a file",
    );
    assert_eq!(purls(&bill), ["pkg:pub/http@1.2.10", "pkg:pub/lints@5.0.0"]);
    assert_eq!(named(&bill, "http 1.2.10").hashes[0].value, "ab01");
    assert_eq!(named(&bill, "lints 5.0.0").scope, Scope::Excluded);
    let own = named(&bill, "own 1.0.0");
    assert_eq!(
        (own.directness, own.addresses.join("")),
        (Directness::Transitive, "https://git.example.org/own.git#abc".to_owned())
    );
}

#[test]
fn damaged_lock_files_are_refused_or_reported_with_their_place() {
    for (text, place, word) in [
        ("lockfileVersion: '9.0'\npackages: [", "line", "pnpm-lock.yaml"),
        ("__metadata:\n  version: 8\na: 1\n", "line 3", "yarn.lock"),
        ("lock-version = \"1.0\"\n[[packages]]\nversion = \"1\"\n", "line 2", "name"),
        ("packages:\n  a: 1\nsdks:\n  dart: x\n", "line 2", "pubspec.lock"),
        (r#"{"packages":[{"name":1}],"packages-dev":[]}"#, "line 1", "composer.lock"),
        (r#"{"version":"0.5","requires":{},"build_requires":[]}"#, "line 1", "conan.lock"),
        (
            r#"{"version":1,"dependencies":{"net8.0":{"a":{"contentHash":"x"}}}}"#,
            "line 1",
            "packages.lock.json",
        ),
        ("GEM\n  specs:\n    rack\n\nDEPENDENCIES\n", "document", "line 3: not in the form `name (version)`"),
        (
            "# yarn lockfile v1\n\na@1:\n  resolved \"x\"\n",
            "document",
            "line 3: a package without name or version",
        ),
        (
            "# This is a Gradle generated file for dependency locking.\na:b=c\n",
            "document",
            "line 2: not in the form `group:name:version",
        ),
    ] {
        let refused = refused(text.as_bytes());
        assert!(refused.place.starts_with(place) && refused.reason.contains(word), "{text}: {refused}");
    }
}

#[test]
fn files_that_are_not_read_are_refused_with_a_program_that_creates_a_bill() {
    for (name, text, word) in [
        ("pom.xml", "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"/>", "cyclonedx-maven-plugin"),
        ("package.json", r#"{"name":"a","dependencies":{"b":"^1"}}"#, "lock file"),
        ("Pipfile.lock", r#"{"_meta":{},"default":{}}"#, "cyclonedx-py"),
        ("Gateway.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"/>", "dotnet CycloneDX"),
        ("mix.lock", "%{\n}\n", "sbom.cyclonedx"),
    ] {
        let refused = read(text.as_bytes(), name).unwrap_err();
        assert!(refused.reason.contains(word) && refused.reason.contains(name), "{refused}");
    }
}

#[test]
fn many_packages_of_one_name_that_depend_on_each_other_are_bounded() {
    let mut gems = "GEM\n  specs:\n".to_owned();
    let mut pylock = "lock-version = \"1.0\"\n".to_owned();
    for number in 0..3000 {
        gems.push_str(&format!("    a (1.{number})\n      a\n"));
        pylock.push_str(&format!(
            "[[packages]]\nname = \"a\"\nversion = \"1.{number}\"\ndependencies = [{{ name = \"a\" }}]\n"
        ));
    }
    gems.push_str("\nDEPENDENCIES\n  a\n");
    for text in [gems, pylock] {
        let bill = bill_of(&text, "a file");
        assert_eq!(bill.components.len(), 3000);
        assert!(bill.dependencies.iter().all(|line| line.on.len() <= 64));
    }
}

#[test]
fn a_lock_file_in_yaml_may_have_many_nodes_but_not_endless_aliases() {
    let many = "x, ".repeat(300_000);
    let text = format!("lockfileVersion: '9.0'\npackages:\n  p@1.0.0:\n    cpu: [{many}]\n");
    assert_eq!(bill_of(&text, "pnpm-lock.yaml").components.len(), 1);
    let mut bomb = "lockfileVersion: '9.0'\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [aliases.as_str(); 10].join(", ")));
    }
    assert!(refused(bomb.as_bytes()).place.starts_with("line"));
}

/// A start of every kind of lock file and list.
const BEGINNINGS: [&str; 20] = [
    "lockfileVersion: 5.4\npackages:\n  /a/1.0.0:\n",
    "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n",
    "# yarn lockfile v1\n\n\"a@^1\":\n  version \"1.0.0\"\n",
    "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.0.0\n",
    "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\n",
    "GEM\n  specs:\n    rack (3.1.0)\n\nDEPENDENCIES\n",
    "module example.com/a\n\ngo 1.22\n\nrequire (\n",
    "golang.org/x/net v0.17.0 h1:aaaa=\n",
    "# This is a Gradle generated file for dependency locking.\na:b:1=c\n",
    "sdks:\n  dart: x\npackages:\n",
    "{\"packages-dev\":[],\"packages\":[",
    "{\"version\":\"0.5\",\"build_requires\":[],\"requires\":[",
    "{\"version\":\"0.4\",\"graph_lock\":{\"nodes\":{",
    "{\"version\":1,\"dependencies\":{\"net8.0\":{\"A\":{\"contentHash\":",
    "{\"builtin-baseline\":\"a\",\"dependencies\":[",
    "Package: base-files\nVersion: 1\nStatus: install ok installed\n",
    "||/ Name Version\nii  base-files 1\n",
    "P:a\nV:1\nA:x86_64\n",
    "zlib\t(none)\t1\t2.el9\tx86_64\tRed Hat, Inc.\ta.src.rpm\n",
    "zlib-1.2.11-40.el9.x86_64\n",
];

proptest::proptest! {
    #[test]
    fn any_text_after_a_valid_start_is_read_or_refused(which in 0..BEGINNINGS.len(), rest in "[ -~\n\t]{0,80}") {
        let text = format!("{}{rest}", BEGINNINGS[which]);
        if let Ok(bill) = understand(text.as_bytes(), "a file") {
            let references: std::collections::BTreeSet<&str> = bill.components.iter().map(|one| one.reference.as_str()).collect();
            proptest::prop_assert_eq!(references.len(), bill.components.len());
            proptest::prop_assert!(bill.components.iter().all(|one| !one.name.is_empty()));
        }
    }
}
