//! Files of package managers that are refused by name, with the program that makes a bill of materials of them.

/// A file name in lower case (or its ending, after `*`), and what to do.
const OTHERS: [(&str, &str); 27] = [
    ("package.json", "it tells what is wished for, not what was resolved: give the lock file beside it"),
    ("cargo.toml", "it tells what is wished for, not what was resolved: give Cargo.lock"),
    (
        "pyproject.toml",
        "it tells what is wished for, not what was resolved: give uv.lock, poetry.lock or pylock.toml",
    ),
    ("gemfile", "it tells what is wished for, not what was resolved: give Gemfile.lock"),
    ("composer.json", "it tells what is wished for, not what was resolved: give composer.lock"),
    ("pubspec.yaml", "it tells what is wished for, not what was resolved: give pubspec.lock"),
    (
        "pom.xml",
        "make a bill of it with the CycloneDX plugin for Maven (`mvn org.cyclonedx:cyclonedx-maven-plugin:makeAggregateBom`)",
    ),
    ("build.gradle", "make a bill of it with the CycloneDX plugin for Gradle, or give gradle.lockfile"),
    ("build.gradle.kts", "make a bill of it with the CycloneDX plugin for Gradle, or give gradle.lockfile"),
    ("build.sbt", "make a bill of it with sbt-sbom"),
    ("conanfile.txt", "lock it (`conan lock create`) and give conan.lock, or make a bill with `conan sbom`"),
    ("conanfile.py", "lock it (`conan lock create`) and give conan.lock, or make a bill with `conan sbom`"),
    ("packages.config", "make a bill of it with `dotnet CycloneDX`"),
    ("project.assets.json", "make a bill of it with `dotnet CycloneDX`, or give packages.lock.json"),
    ("*.csproj", "make a bill of it with `dotnet CycloneDX`, or give packages.lock.json"),
    ("pipfile.lock", "make a bill of it with `cyclonedx-py pipenv`"),
    ("pdm.lock", "write it as pylock.toml (`pdm export -f pylock`) or make a bill with cdxgen"),
    ("pixi.lock", "make a bill of it with cdxgen or syft"),
    ("environment.yml", "it tells what is wished for: make a bill of the environment with syft"),
    ("bun.lock", "make a bill of it with cdxgen, or write yarn.lock (`bun install --yarn`)"),
    ("deno.lock", "make a bill of it with cdxgen"),
    ("mix.lock", "make a bill of it with `mix sbom.cyclonedx`"),
    ("rebar.lock", "make a bill of it with rebar3_sbom"),
    ("podfile.lock", "make a bill of it with cdxgen or syft"),
    ("package.resolved", "make a bill of it with cdxgen or syft"),
    ("cmakelists.txt", "make a bill of the build with cmake-sbom or `syft` on what is installed"),
    ("stack.yaml.lock", "make a bill of it with cdxgen or syft"),
];

/// What to do with a file of this name, where it is one of those that are not read.
pub fn refusal(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let is = |known: &str| match known.strip_prefix('*') {
        Some(ending) => name.ends_with(ending),
        None => name == known,
    };
    OTHERS.iter().find(|(known, _)| is(known)).map(|(_, help)| *help)
}
