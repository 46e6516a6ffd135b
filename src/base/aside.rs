//! Work that a window must not wait for, on a thread of its own.

use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

/// Work under way; what it gives is taken when it is there.
#[derive(Debug)]
pub struct Aside<T>(Receiver<T>);

/// How far the work is.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress<T> {
    /// Still under way.
    Running,
    /// Done, with what it gave.
    Done(T),
    /// It will never give anything: it panicked, or was taken already.
    Lost,
}

impl<T: Send + 'static> Aside<T> {
    /// Starts `work`; `after` is called when its result can be taken. The thread has the name `name`.
    pub fn start(name: &str, work: impl FnOnce() -> T + Send + 'static, after: impl FnOnce() + Send + 'static) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(1);
        let run = move || {
            // Nobody waits any more when the window that asked is gone.
            drop(sender.send(work()));
            drop(sender);
            after();
        };
        std::thread::Builder::new().name(name.to_owned()).spawn(run).map(|_| Self(receiver))
    }

    /// What it gave, if it is done. Does not wait.
    pub fn take(&self) -> Progress<T> {
        match self.0.try_recv() {
            Ok(result) => Progress::Done(result),
            Err(TryRecvError::Empty) => Progress::Running,
            Err(TryRecvError::Disconnected) => Progress::Lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_can_be_taken_once_it_is_told() {
        let (told, wait) = sync_channel(1);
        let aside = Aside::start("test", || 42, move || told.send(()).unwrap()).unwrap();
        wait.recv().unwrap();
        assert_eq!(aside.take(), Progress::Done(42));
        assert_eq!(aside.take(), Progress::Lost);
    }

    #[test]
    fn work_that_waits_is_running_and_work_that_panics_is_lost() {
        let (go, wait) = sync_channel::<()>(1);
        let aside = Aside::start("test", move || wait.recv(), || {}).unwrap();
        assert_eq!(aside.take(), Progress::Running);
        drop(go);
        let aside: Aside<()> = Aside::start("test", || std::panic::resume_unwind(Box::new("on purpose")), || {}).unwrap();
        while aside.take() == Progress::Running {
            std::thread::yield_now();
        }
        assert_eq!(aside.take(), Progress::Lost);
    }
}
