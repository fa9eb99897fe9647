//! The icon of the running window.
//!
//! Belongs here: reading the bundled picture. Does not belong here: what the desktop shows (`packaging`).

use eframe::egui::IconData;

/// The picture, made from `assets/icon/mainstay.svg`.
const PICTURE: &[u8] = include_bytes!("../../assets/icon/128.png");

/// The icon, or none if the bundled picture cannot be read.
pub fn icon() -> Option<IconData> {
    eframe::icon_data::from_png_bytes(PICTURE).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_icon_is_a_picture() {
        let icon = icon().expect("an icon");
        assert_eq!((icon.width, icon.height), (128, 128));
        assert!(icon.rgba.chunks(4).any(|pixel| pixel == [255, 255, 255, 255]), "the mast");
        assert!(icon.rgba.chunks(4).any(|pixel| pixel[3] == 0), "a round corner");
    }
}
