# Makes the installer on Windows, with the build tools of Visual Studio and WiX 3 in PATH: packaging\windows\build.ps1
# Not tried: no Windows was at hand. What was checked of it is in docs/packaging.md.
$ErrorActionPreference = 'Stop'
$root = Resolve-Path "$PSScriptRoot\..\.."
Set-Location $root
function Check($what) { if ($LASTEXITCODE -ne 0) { throw "$what failed" } }

$version = (Select-String -Path Cargo.toml -Pattern '^version = "(.*)"').Matches[0].Groups[1].Value
cargo build --locked --profile dist --bin mainstay
Check 'cargo'
$out = "$root\target\package"
$tree = "$out\tree"
Remove-Item -Recurse -Force $out -ErrorAction SilentlyContinue
New-Item -ItemType Directory $tree | Out-Null
Copy-Item target\dist\mainstay.exe $tree
# The same program without a console: a double click opens no black window beside it.
Copy-Item target\dist\mainstay.exe "$tree\mainstayw.exe"
editbin /NOLOGO /SUBSYSTEM:WINDOWS "$tree\mainstayw.exe"
Check 'editbin'
Copy-Item packaging\windows\mainstay.ico $tree
python packaging\bill.py --target x86_64-pc-windows-msvc --bill "$tree\mainstay.cdx.json" --licences "$tree\licences.txt"
Check 'bill.py'
# Signing belongs here, before the files are packed: signtool sign /fd SHA256 /tr URL /td SHA256 "$tree\*.exe"
candle -nologo -arch x64 "-dVersion=$version" "-dTree=$tree" -out "$out\mainstay.wixobj" packaging\windows\mainstay.wxs
Check 'candle'
light -nologo -out "$out\mainstay-$version-x64.msi" "$out\mainstay.wixobj"
Check 'light'
Compress-Archive -Path "$tree\*" -DestinationPath "$out\mainstay-$version-x64.zip"
Get-ChildItem $out -File -Include *.msi, *.zip -Recurse |
  ForEach-Object { "$((Get-FileHash $_ -Algorithm SHA256).Hash.ToLower())  $($_.Name)" } | Set-Content "$out\SHA256SUMS"
