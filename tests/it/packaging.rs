//! What a package installs beside the program: icons, desktop entry, type of file, manual, completions.

use std::path::{Path, PathBuf};
use std::process::Command;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

use crate::cli::run_at;
use crate::cli_soup::fresh;
use crate::desk::workstation;

const SIZES: [u32; 9] = [16, 22, 24, 32, 48, 64, 128, 256, 512];

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root(path)).unwrap()
}

/// The values of a key of a desktop entry.
fn values<'a>(entry: &'a str, key: &str) -> Vec<&'a str> {
    entry.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

/// The picture of the icon in a size, as straight RGBA.
fn drawn(size: u32) -> image::RgbaImage {
    let tree = usvg::Tree::from_str(&text("assets/icon/mainstay.svg"), &usvg::Options::default()).unwrap();
    let mut pixmap = Pixmap::new(size, size).unwrap();
    let scale = size as f32 / tree.size().width();
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let straight = pixmap.pixels().iter().flat_map(|pixel| {
        let colour = pixel.demultiply();
        [colour.red(), colour.green(), colour.blue(), colour.alpha()]
    });
    image::RgbaImage::from_raw(size, size, straight.collect()).unwrap()
}

/// `MAINSTAY_WRITE_ICONS=1` writes them again after the picture was changed.
#[test]
fn the_icons_of_all_sizes_are_those_of_the_picture() {
    for size in SIZES {
        let path = root(&format!("assets/icon/{size}.png"));
        let drawn = drawn(size);
        if std::env::var_os("MAINSTAY_WRITE_ICONS").is_some() {
            drawn.save(&path).unwrap();
        }
        let kept = image::open(&path).unwrap().into_rgba8();
        assert_eq!(kept.dimensions(), (size, size));
        assert!(
            kept == drawn,
            "assets/icon/{size}.png is not the picture; write it with MAINSTAY_WRITE_ICONS=1"
        );
    }
    let small = drawn(16);
    assert_eq!(small.get_pixel(6, 8).0, [255, 255, 255, 255], "the mast is sharp in 16 pixels");
    assert_eq!(small.get_pixel(7, 8).0, [15, 95, 166, 255], "and so is the space beside it");
}

/// An icon of Windows: a header, a line for each picture, the pictures.
fn icon_of_windows() -> Vec<u8> {
    let pictures: Vec<(u32, Vec<u8>)> = [16, 24, 32, 48, 64, 256]
        .map(|size| (size, std::fs::read(root(&format!("assets/icon/{size}.png"))).unwrap()))
        .into();
    let mut icon = vec![0, 0, 1, 0, pictures.len() as u8, 0];
    let mut at = 6 + 16 * pictures.len() as u32;
    for (size, picture) in &pictures {
        // 256 is written as 0: a byte holds no more.
        icon.extend([*size as u8, *size as u8, 0, 0, 1, 0, 32, 0]);
        icon.extend((picture.len() as u32).to_le_bytes());
        icon.extend(at.to_le_bytes());
        at += picture.len() as u32;
    }
    pictures.iter().for_each(|(_, picture)| icon.extend(picture));
    icon
}

#[test]
fn the_icon_of_windows_is_made_of_the_same_pictures() {
    let path = root("packaging/windows/mainstay.ico");
    if std::env::var_os("MAINSTAY_WRITE_ICONS").is_some() {
        std::fs::write(&path, icon_of_windows()).unwrap();
    }
    let same = std::fs::read(path).unwrap() == icon_of_windows();
    assert!(
        same,
        "packaging/windows/mainstay.ico is not of these pictures; write it with MAINSTAY_WRITE_ICONS=1"
    );
}

/// Every system registers the same kind of file and the same links.
#[test]
fn every_system_is_told_of_product_files_and_of_links() {
    for recipe in
        ["packaging/windows/mainstay.wxs", "packaging/macos/Info.plist", "packaging/linux/mainstay.xml"]
    {
        assert!(text(recipe).contains("application/vnd.mainstay"), "{recipe}");
    }
    assert!(text("packaging/windows/mainstay.wxs").contains(r#"Key="Software\Classes\.mainstay""#));
    assert!(text("packaging/windows/mainstay.wxs").contains("URL Protocol"));
    assert!(
        text("packaging/macos/Info.plist")
            .contains("<key>CFBundleURLSchemes</key><array><string>mainstay</string>")
    );
}

#[test]
fn the_desktop_entries_start_the_program_with_a_path_or_a_link() {
    let program = text("packaging/linux/mainstay.desktop");
    assert_eq!(values(&program, "Exec"), ["mainstay %f", "mainstay example"]);
    assert_eq!(values(&program, "MimeType"), ["application/vnd.mainstay;"]);
    // The window says so to the desktop in `src/ui/mod.rs`, and the taskbar finds name and icon by it.
    assert_eq!(values(&program, "StartupWMClass"), ["mainstay"]);
    assert!(text("src/ui/mod.rs").contains(".with_app_id(\"mainstay\")"));
    let link = text("packaging/linux/mainstay-link.desktop");
    assert_eq!(values(&link, "Exec"), ["mainstay %u"]);
    assert_eq!(values(&link, "MimeType"), ["x-scheme-handler/mainstay;"]);
    assert_eq!(values(&link, "NoDisplay"), ["true"]);
}

#[test]
fn a_product_file_has_the_bytes_by_which_the_desktop_recognises_it() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(fresh(folder.path())).unwrap();
    let declared = text("packaging/linux/mainstay.xml");
    assert!(declared.contains(r#"type="string" offset="0" value="SQLite format 3\000""#));
    assert_eq!(&bytes[..16], b"SQLite format 3\0");
    assert!(declared.contains(r#"type="big32" offset="68" value="0x4D535459""#));
    assert_eq!(bytes[68..72], 0x4D53_5459_u32.to_be_bytes());
}

#[test]
fn the_packages_name_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let metainfo = text("packaging/linux/mainstay.metainfo.xml");
    assert!(
        metainfo.contains(&format!("<release version=\"{version}\"")),
        "{version} is not in the metainfo"
    );
}

#[test]
fn the_completions_of_each_shell_name_every_command() {
    let place = workstation();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, out, err) = run_at(&place, &["completions", shell]);
        assert_eq!((code, err.as_str()), (0, ""), "{shell}");
        for command in ["example", "review-document", "continue-from-backup", "completions"] {
            assert!(out.contains(command), "{shell} does not complete {command}");
        }
    }
    let (code, _, err) = run_at(&place, &["completions", "cmd"]);
    assert!(code == 2 && err.contains("bash"), "{err}");
}

#[test]
fn bash_reads_its_completions() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = run_at(&workstation(), &["completions", "bash"]);
    assert_eq!(code, 0);
    let path = folder.path().join("mainstay");
    std::fs::write(&path, out).unwrap();
    let script = format!(
        ". '{}'; COMP_WORDS=(mainstay rev); COMP_CWORD=1; _mainstay mainstay rev mainstay; echo \"${{COMPREPLY[@]}}\"",
        path.display()
    );
    let done = Command::new("bash").args(["-c", &script]).output().unwrap();
    let words = String::from_utf8(done.stdout).unwrap();
    assert_eq!(words.trim(), "review review-document", "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn the_manual_has_a_page_for_each_command_and_replaces_nothing() {
    let place = workstation();
    let (code, page, _) = run_at(&place, &["man"]);
    assert_eq!(code, 0);
    assert!(page.contains(".TH mainstay 1") && page.contains("IEC 62304"), "{page}");

    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().to_str().unwrap();
    let (code, out, err) = run_at(&place, &["man", into]);
    assert_eq!((code, err.as_str()), (0, ""));
    for name in ["mainstay.1", "mainstay-packet.1", "mainstay-import-feedback.1", "mainstay-man.1"] {
        assert!(folder.path().join(name).is_file(), "{name}: {out}");
    }
    let kept = folder.path().join("mainstay.1");
    std::fs::write(&kept, "mine").unwrap();
    let (code, _, err) = run_at(&place, &["man", into]);
    assert!(code == 1 && err.contains("mainstay.1 could not be created"), "{code} {err}");
    assert_eq!(std::fs::read(&kept).unwrap(), b"mine");

    let (code, _, err) = run_at(&place, &["man", &format!("{into}/none")]);
    assert!(code == 1 && err.contains("there is no folder"), "{code} {err}");
}
