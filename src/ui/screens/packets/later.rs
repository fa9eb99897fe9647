//! One piece of work on a thread of its own, whose result the screen picks up when it is there.

use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// A result that comes later.
pub(super) struct Later<T>(Receiver<T>);

impl<T: Send + 'static> Later<T> {
    /// Starts the work. `wake` is called when it has ended. In words, why there is no thread for it.
    pub fn start(
        wake: impl FnOnce() + Send + 'static,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Self, String> {
        let (send, receive) = channel();
        std::thread::Builder::new()
            .name("packet".to_owned())
            .spawn(move || {
                // Nobody waits any more when the screen was left.
                let _ = send.send(work());
                wake();
            })
            .map_err(|error| format!("there is no thread for the packet: {error}"))?;
        Ok(Self(receive))
    }

    /// The result, once it is there. `Some(None)`: the work broke off.
    pub fn poll(&self) -> Option<Option<T>> {
        match self.0.try_recv() {
            Ok(result) => Some(Some(result)),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(None),
        }
    }
}
