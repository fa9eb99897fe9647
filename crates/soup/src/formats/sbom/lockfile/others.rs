//! Files of package managers that are refused by name, with the program that creates a bill of materials from them.

/// A file name in lower case (or its ending, after `*`), and the advice.
const OTHERS: [(&str, &str); 27] = [
    ("package.json", "it lists wanted versions, not resolved ones: use the lock file instead"),
    ("cargo.toml", "it lists wanted versions, not resolved ones: use Cargo.lock"),
    (
        "pyproject.toml",
        "it lists wanted versions, not resolved ones: use uv.lock, poetry.lock or pylock.toml",
    ),
    ("gemfile", "it lists wanted versions, not resolved ones: use Gemfile.lock"),
    ("composer.json", "it lists wanted versions, not resolved ones: use composer.lock"),
    ("pubspec.yaml", "it lists wanted versions, not resolved ones: use pubspec.lock"),
    (
        "pom.xml",
        "create a bill with the CycloneDX plugin for Maven (`mvn org.cyclonedx:cyclonedx-maven-plugin:makeAggregateBom`)",
    ),
    ("build.gradle", "create a bill with the CycloneDX plugin for Gradle, or use gradle.lockfile"),
    ("build.gradle.kts", "create a bill with the CycloneDX plugin for Gradle, or use gradle.lockfile"),
    ("build.sbt", "create a bill with sbt-sbom"),
    ("conanfile.txt", "lock it (`conan lock create`) and use conan.lock, or create a bill with `conan sbom`"),
    ("conanfile.py", "lock it (`conan lock create`) and use conan.lock, or create a bill with `conan sbom`"),
    ("packages.config", "create a bill with `dotnet CycloneDX`"),
    ("project.assets.json", "create a bill with `dotnet CycloneDX`, or use packages.lock.json"),
    ("*.csproj", "create a bill with `dotnet CycloneDX`, or use packages.lock.json"),
    ("pipfile.lock", "create a bill with `cyclonedx-py pipenv`"),
    ("pdm.lock", "export it as pylock.toml (`pdm export -f pylock`) or create a bill with cdxgen"),
    ("pixi.lock", "create a bill with cdxgen or syft"),
    ("environment.yml", "it lists wanted versions: create a bill of the environment with syft"),
    ("bun.lock", "create a bill with cdxgen, or write yarn.lock (`bun install --yarn`)"),
    ("deno.lock", "create a bill with cdxgen"),
    ("mix.lock", "create a bill with `mix sbom.cyclonedx`"),
    ("rebar.lock", "create a bill with rebar3_sbom"),
    ("podfile.lock", "create a bill with cdxgen or syft"),
    ("package.resolved", "create a bill with cdxgen or syft"),
    ("cmakelists.txt", "create a bill of the build with cmake-sbom or `syft` on the installed files"),
    ("stack.yaml.lock", "create a bill with cdxgen or syft"),
];

/// The advice for a file of this name, if it is one of those that are not read.
pub fn refusal(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let is = |known: &str| match known.strip_prefix('*') {
        Some(ending) => name.ends_with(ending),
        None => name == known,
    };
    OTHERS.iter().find(|(known, _)| is(known)).map(|(_, help)| *help)
}
