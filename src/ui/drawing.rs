//! What draws the window: one renderer for each system, and the way without a graphics driver.
//!
//! Belongs here: the choice of a renderer, starting again in software. Does not belong here: what is drawn.

use std::ffi::OsString;

use crate::ui::settings::Renderer;

#[cfg(not(any(windows, target_os = "macos")))]
pub use with_opengl::{REMEDY, again_in_software, choose, words};
#[cfg(any(windows, target_os = "macos"))]
pub use with_wgpu::{REMEDY, again_in_software, choose, words};

/// OpenGL. Mesa draws it in software where there is no graphics processor.
#[cfg(not(any(windows, target_os = "macos")))]
mod with_opengl {
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    use super::*;

    /// What to do if no window can be opened.
    pub const REMEDY: &str = "install the OpenGL of Mesa (Debian: libgl1, libegl1 and libgl1-mesa-dri), or use the \
                              command line (mainstay --help)";

    /// The switch of Mesa and of libglvnd; it is read before the first window, so it must be there when the program starts.
    const SWITCH: &str = "LIBGL_ALWAYS_SOFTWARE";

    /// Sets the renderer of the window.
    pub fn choose(options: &mut eframe::NativeOptions, renderer: Renderer) {
        options.renderer = eframe::Renderer::Glow;
        if renderer == Renderer::Software {
            options.glow_options.hardware_acceleration = eframe::egui_glow::HardwareAcceleration::Off;
        }
    }

    /// Why the window cannot be opened. The library lists every property that it looked for.
    pub fn words(error: &eframe::Error) -> String {
        match error {
            eframe::Error::NoGlutinConfigs(_, why) => format!("no OpenGL was found ({why})"),
            other => other.to_string(),
        }
    }

    /// Starts this program again with drawing in software, in the place of this process. Returns if it was started so.
    pub fn again_in_software(arguments: &[OsString]) -> Result<(), String> {
        if std::env::var_os(SWITCH).is_some() {
            return Ok(());
        }
        let program =
            std::env::current_exe().map_err(|error| format!("the program is not found: {error}"))?;
        let mut again = Command::new(program);
        again.env(SWITCH, "1").args(arguments);
        Err(format!("the program cannot be started again without graphics driver: {}", again.exec()))
    }
}

/// Metal on macOS; Direct3D 12 or Vulkan on Windows, which has a Direct3D in software.
#[cfg(any(windows, target_os = "macos"))]
mod with_wgpu {
    use std::sync::Arc;

    use eframe::{egui_wgpu, wgpu};

    use super::*;

    /// What to do if no window can be opened.
    pub const REMEDY: &str = "update the driver of the display, try --renderer software, or use the command line (mainstay --help)";

    /// Sets the renderer of the window.
    pub fn choose(options: &mut eframe::NativeOptions, renderer: Renderer) {
        options.renderer = eframe::Renderer::Wgpu;
        if renderer == Renderer::Auto {
            return;
        }
        if let egui_wgpu::WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup {
            setup.native_adapter_selector = Some(Arc::new(|adapters, _| {
                let software =
                    adapters.iter().find(|adapter| adapter.get_info().device_type == wgpu::DeviceType::Cpu);
                software.cloned().ok_or_else(|| "this system cannot draw in software".to_owned())
            }));
        }
    }

    /// Why the window cannot be opened.
    pub fn words(error: &eframe::Error) -> String {
        error.to_string()
    }

    /// Does nothing: the adapter in software is chosen in this process.
    pub fn again_in_software(_arguments: &[OsString]) -> Result<(), String> {
        Ok(())
    }
}
